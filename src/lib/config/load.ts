// Config text → Config, or everything that is wrong with it at once. Pure: reading files is find.ts's.
import { sha256 } from '../core/digest.ts';
import type { Config } from './config.ts';
import { crossCheck, type Finding } from './cross-checks.ts';
import { readDocument, type SourceDocument } from './document.ts';
import { nearest } from './nearest.ts';
import type { ConfigProblem, Path } from './problem.ts';
import { formatPath, formatValue, quoted } from './problem.ts';
import { resolveConfig } from './resolve.ts';
import { configSchema } from './schema.ts';

export type ParsedConfig =
  | { readonly ok: true; readonly config: Config; readonly digest: string }
  | { readonly ok: false; readonly problems: readonly ConfigProblem[] };

export interface ParseOptions {
  /** As problems name it. */
  readonly file: string;
  /** Names `policy.packs` may hold; without it they are not checked here. */
  readonly knownPacks?: readonly string[];
}

/**
 * Reads one config document. `digest` is that of the text, `sha256:…`. Never throws for what the text says; an empty
 * text is a config with nothing in it. Problems come in file order, never empty where `ok` is false.
 */
export function parseConfig(text: string, { file, knownPacks }: ParseOptions): ParsedConfig {
  const source = readDocument(text, file);
  if (!source.readable) return { ok: false, problems: source.problems };
  const document = source.value ?? {};
  const result = configSchema.safeParse(document);
  const findings = [
    ...(result.success ? [] : result.error.issues.flatMap((issue) => fromIssue(issue, document))),
    ...crossCheck(document, knownPacks).map((finding) => ({ ...finding, path: valueAt(document, finding.path).shown })),
  ];
  const problems = inFileOrder([...source.problems, ...findings.map((finding) => locate(finding, source, file))]);
  if (!result.success || problems.length > 0) return { ok: false, problems };
  const config = resolveConfig(result.data, (index) => source.locate(['policy', 'rules', index]));
  return { ok: true, config, digest: sha256(text) };
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
interface Issue {
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
      return { path: [...path, key], expected, got: quoted(key), atKey: true };
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
