// What the schema and the cross-checks found → problems with a place, in the order of the file.
import type { Finding } from './cross-checks.ts';
import type { SourceDocument } from './document.ts';
import { nearest } from './nearest.ts';
import { type ConfigProblem, formatPath, formatValue, type Path, quoted } from './problem.ts';

/** All of them, in file order; of several at one place the first. */
export function problemsOf(
  issues: readonly Issue[],
  findings: readonly Finding[],
  source: SourceDocument,
  document: unknown,
  file: string,
): readonly ConfigProblem[] {
  const all = [
    ...issues.flatMap((issue) => fromIssue(issue, document)),
    ...findings.map((finding) => ({ ...finding, path: valueAt(document, finding.path).shown })),
  ];
  return inFileOrder([...source.problems, ...all.map((finding) => locate(finding, source, file))]);
}

/** Of several at one place the first: what the document could not hold, the schema misses as well. */
function inFileOrder(problems: readonly ConfigProblem[]): ConfigProblem[] {
  const byPlace = new Map<string, ConfigProblem>();
  for (const problem of problems) {
    const place = `${problem.line}:${problem.column}:${problem.path}`;
    if (!byPlace.has(place)) byPlace.set(place, problem);
  }
  return [...byPlace.values()].sort((a, b) => a.line - b.line || a.column - b.column);
}

/** The parts of a schema's issue that are used here; every message is an expectation (fields.ts). */
export interface Issue {
  readonly code: string;
  readonly path: readonly PropertyKey[];
  readonly message: string;
  readonly keys?: readonly string[];
  readonly issues?: readonly { readonly message: string }[];
}

function fromIssue(issue: Issue, document: unknown): Finding[] {
  const path = issue.path.filter((step) => typeof step !== 'symbol');
  if (issue.code === 'unrecognized_keys') {
    const known = issue.message.split(' ');
    return (issue.keys ?? []).map((key) => {
      const meant = nearest(key, known);
      const expected = meant === undefined ? `one of the keys ${known.join(', ')}` : `a known key such as "${meant}"`;
      return { path: [...valueAt(document, path).shown, key], expected, got: quoted(key), atKey: true };
    });
  }
  if (issue.code === 'invalid_key') {
    const expected = issue.issues?.[0]?.message ?? 'another key';
    return [{ path, expected, got: quoted(String(path.at(-1))), atKey: true }];
  }
  const { shown, value } = valueAt(document, path);
  return [{ path: shown, expected: issue.message, got: formatValue(value, shown) }];
}

/** The value an issue is about. A single value that stands for a list or a mapping has no index and no keys in the file. */
function valueAt(document: unknown, path: Path): { readonly shown: Path; readonly value: unknown } {
  let value = document;
  for (const [index, step] of path.entries()) {
    if (typeof step === 'number' && !Array.isArray(value)) return { shown: path.slice(0, index), value };
    if (value === undefined || value === null) return { shown: path, value: undefined };
    if (typeof value !== 'object') return { shown: path.slice(0, index), value };
    value = (value as Record<string | number, unknown>)[step];
  }
  return { shown: path, value };
}

function locate({ path, expected, got, atKey }: Finding, source: SourceDocument, file: string): ConfigProblem {
  const { line, column } = atKey === true ? source.locateKey(path) : source.locate(path);
  return { file, line, column, path: formatPath(path), expected, got };
}
