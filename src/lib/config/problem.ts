// What is wrong with a config, as data and as a sentence. Never shows a value that may be confidential, and never a
// raw control character: an untrusted file's text ends on somebody's terminal.
import { BrokerError } from '../core/errors.ts';
import { EXIT } from '../core/exit-codes.ts';

/** Keys by which a value is reached from the top of the document. */
export type Path = readonly (string | number)[];

export interface ConfigProblem {
  readonly file: string;
  /** Both from 1; columns count UTF-16 units, as editors do. */
  readonly line: number;
  readonly column: number;
  /** `targets.web-1.port`; empty for the document as a whole. */
  readonly path: string;
  /** What would be right. */
  readonly expected: string;
  /** What is there; undefined where the expectation says it all. */
  readonly got: string | undefined;
}

/** `sallyport.yaml:7:11: targets.web-1.port: expected 1–65535, got 0`. */
export function formatProblem(problem: ConfigProblem): string {
  const where = `${printable(problem.file)}:${problem.line}:${problem.column}: `;
  const path = problem.path === '' ? '' : `${problem.path}: `;
  return `${where}${path}expected ${problem.expected}${problem.got === undefined ? '' : `, got ${problem.got}`}`;
}

/** More lines than this help nobody; the rest is counted. */
const SHOWN_PROBLEMS_MAX = 50;

/** All problems as one BrokerError `bad-config` (exit 78); its message has one line a problem, in file order. */
export function configError(problems: readonly ConfigProblem[]): BrokerError {
  const lines = problems.slice(0, SHOWN_PROBLEMS_MAX).map(formatProblem);
  const rest = problems.length - lines.length;
  if (rest > 0) lines.push(`and ${rest} more`);
  return new BrokerError({
    code: 'bad-config',
    exit: EXIT.configuration,
    message: lines.join('\n'),
    hint: problems.length === 1 ? 'correct the line and try again' : 'correct these lines and try again',
  });
}

/** `policy.rules[3].match`, `targets["a b"].port`. */
export function formatPath(path: Path): string {
  let text = '';
  for (const step of path) {
    if (typeof step === 'number') text += `[${step}]`;
    else if (!/^[\w-]+$/.test(step)) text += `[${quoted(step)}]`;
    else text += text === '' ? step : `.${step}`;
  }
  return text;
}

/** A value as `got` shows it; the content of `set`, and key material, is never shown. */
export function formatValue(value: unknown, path: Path): string {
  if (value === undefined || value === null) return 'nothing';
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list';
  if (typeof value === 'object') return Object.keys(value).length === 0 ? 'an empty mapping' : 'a mapping';
  if (path.some((step) => typeof step === 'string' && CONFIDENTIAL_KEYS.has(step))) {
    return typeof value === 'string' ? `a text of ${value.length} characters (not shown)` : `a ${typeof value}`;
  }
  return typeof value === 'string' ? quoted(value) : String(value);
}

// `set` holds values for programs; a private key is easily pasted where a public one belongs, a secret where its file is
// named or where a rule is tested.
const CONFIDENTIAL_KEYS = new Set(['set', 'keys', 'hostCa', 'values', 'masks']);

const SHOWN_VALUE_MAX = 60;

/** In double quotes, on one line, printable, cut at a length that fits a line. */
export function quoted(text: string): string {
  const short = text.length > SHOWN_VALUE_MAX ? `${text.slice(0, SHOWN_VALUE_MAX)}…` : text;
  return printable(JSON.stringify(short));
}

// C0, DEL and C1 controls, and the format characters that reorder or hide text (Unicode Cf, line separators).
const UNPRINTABLE = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]|\p{Cf}|\p{Cs}/gu;

function printable(text: string): string {
  return text.replace(UNPRINTABLE, (char) => `\\u{${(char.codePointAt(0) ?? 0).toString(16)}}`);
}
