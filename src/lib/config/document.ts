// YAML text → plain values, and where each of them stands. The only importer of yaml. What comes out holds no
// prototype, no cycle and no more than a small file can honestly say, whatever went in.
import type { Document, Node, Pair, YAMLError } from 'yaml';
import { isAlias, isMap, isScalar, isSeq, LineCounter, parseDocument } from 'yaml';
import type { ConfigProblem, Path } from './problem.ts';
import { formatPath, quoted } from './problem.ts';

export interface Position {
  readonly line: number;
  readonly column: number;
}

export interface SourceDocument {
  /** Objects without a prototype, arrays, strings, numbers, booleans, null. */
  readonly value: unknown;
  /** Sound YAML, but not ours: duplicate keys, tags, too many aliases. */
  readonly problems: readonly ConfigProblem[];
  /** False where the text is not YAML at all: `value` means nothing then. */
  readonly readable: boolean;
  /** Where the value at `path` stands, or else the nearest thing around it that exists. */
  locate(path: Path): Position;
  /** Where the key itself stands, `port` in `port: 0`. */
  locateKey(path: Path): Position;
}

const DEPTH_MAX = 64;
// Values that aliases repeat, all together. A shared list of keys needs a few; nine levels of ten need a thousand million.
const ALIASED_VALUES_MAX = 10_000;

/** Reads one YAML 1.2 document; never throws for what the text says. A leading byte order mark is dropped. */
export function readDocument(text: string, file: string): SourceDocument {
  const lines = new LineCounter();
  const document = parseDocument(text.replace(/^\uFEFF/, ''), {
    lineCounter: lines,
    prettyErrors: false, // they quote the source, which may hold a secret
    stringKeys: true,
    uniqueKeys: false, // theirs compares every pair of keys; ours is a set
    resolveKnownTags: false,
    schema: 'core',
    merge: false,
    logLevel: 'error', // 'silent' would also let a second document pass
  });
  const positionAt = (offset: number): Position => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  // An unknown directive is a warning to them; so is an unknown tag, which is reported with its path below.
  const warnings = document.warnings.filter(({ code }) => code !== 'TAG_RESOLVE_FAILED');
  const unreadable = syntaxProblems([...document.errors, ...warnings], file, positionAt);
  if (unreadable.length > 0) {
    return { value: undefined, problems: unreadable, readable: false, locate: top, locateKey: top };
  }

  const reader = new Reader(file, positionAt);
  const value = reader.read(document);
  return {
    value,
    problems: reader.problems,
    readable: true,
    locate: (path) => positionAt(reader.find(document, path, 'value')),
    locateKey: (path) => positionAt(reader.find(document, path, 'key')),
  };
}

const top = (): Position => ({ line: 1, column: 1 });

type Pairs = readonly Pair<Node, Node | null>[];

/** Walks the tree once, with an account of what aliases cost. */
class Reader {
  readonly problems: ConfigProblem[] = [];
  readonly #file: string;
  readonly #positionAt: (offset: number) => Position;
  readonly #anchors = new Map<string, Node>();
  readonly #aliased = new Map<Node, Node>();
  readonly #pairs = new Map<Pairs, Map<string, Pair<Node, Node | null>>>();
  #aliasedValues = 0;
  #aliasDepth = 0;

  constructor(file: string, positionAt: (offset: number) => Position) {
    this.#file = file;
    this.#positionAt = positionAt;
  }

  read(document: Document): unknown {
    if (document.directives?.yaml.version !== '1.2') this.#report(0, [], 'YAML 1.2', 'another version');
    return this.#value(document.contents, [], 0);
  }

  #value(node: Node | null, path: Path, depth: number): unknown {
    if (node === null) return null;
    if (this.#aliasDepth > 0 && ++this.#aliasedValues > ALIASED_VALUES_MAX) return null;
    if (depth > DEPTH_MAX) {
      this.#report(offsetOf(node), [], `at most ${DEPTH_MAX} levels`, 'more');
      return null;
    }
    if (isAlias(node)) return this.#alias(node, path, depth);
    if (node.anchor !== undefined && this.#aliasDepth === 0) this.#anchors.set(node.anchor, node);
    if (node.tag !== undefined && !KNOWN_TAGS.has(node.tag)) {
      this.#report(offsetOf(node), path, 'a value without a tag', quoted(node.tag));
      return null;
    }
    if (isScalar(node)) return typeof node.value === 'bigint' ? Number(node.value) : node.value;
    if (isSeq<Node | null>(node))
      return node.items.map((item, index) => this.#value(item, [...path, index], depth + 1));
    if (isMap<Node, Node | null>(node)) return this.#mapping(node.items, path, depth);
    return null;
  }

  #mapping(pairs: Pairs, path: Path, depth: number): unknown {
    const values: Record<string, unknown> = Object.create(null);
    const seen = new Map<string, number>();
    for (const { key, value } of pairs) {
      const name = isScalar(key) ? String(key.value) : undefined;
      const offset = offsetOf(key);
      if (name === undefined || name === '__proto__') {
        this.#report(offset, path, 'a plain key', name === undefined ? 'an alias' : quoted(name));
        continue;
      }
      const first = seen.get(name);
      if (first !== undefined) {
        const again = `it again (first in line ${this.#positionAt(first).line})`;
        this.#report(offset, [...path, name], 'each key once', again);
        continue;
      }
      seen.set(name, offset);
      values[name] = this.#value(value, [...path, name], depth + 1);
    }
    return values;
  }

  #alias(node: Node & { source: string }, path: Path, depth: number): unknown {
    const target = this.#aliased.get(node) ?? this.#anchors.get(node.source);
    if (target === undefined) {
      this.#report(offsetOf(node), path, 'an alias of an anchor above it', quoted(`*${node.source}`));
      return null;
    }
    this.#aliased.set(node, target);
    const before = this.#aliasedValues;
    this.#aliasDepth += 1;
    const value = this.#value(target, path, depth + 1);
    this.#aliasDepth -= 1;
    if (before <= ALIASED_VALUES_MAX && this.#aliasedValues > ALIASED_VALUES_MAX && this.#aliasDepth === 0) {
      this.#report(offsetOf(node), path, `aliases to repeat at most ${ALIASED_VALUES_MAX} values`, 'more');
    }
    return value;
  }

  /** The offset of the value or key at `path`, or of the last step on the way that exists. */
  find(document: Document, path: Path, want: 'key' | 'value'): number {
    let node: Node | null | undefined = document.contents;
    let offset = node === null ? 0 : offsetOf(node);
    for (const [index, step] of path.entries()) {
      if (node && isAlias(node)) node = this.#aliased.get(node);
      const last = index === path.length - 1;
      if (isMap<Node, Node | null>(node)) {
        const pair = this.#pairOf(node.items, step);
        if (pair === undefined) return offset;
        // Something missing inside a mapping is reported at the mapping's key; an empty value has no place of its own.
        const place = (last && want === 'key') || !last || isEmpty(pair.value) ? pair.key : (pair.value ?? pair.key);
        offset = offsetOf(place);
        node = pair.value;
      } else if (isSeq<Node | null>(node) && typeof step === 'number') {
        const item: Node | null | undefined = node.items[step];
        if (item === undefined || item === null) return offset;
        offset = offsetOf(item);
        node = item;
      } else {
        return offsetOf(node ?? null) || offset;
      }
    }
    return offset;
  }

  /** Through an index, built once a mapping: a file may have as many problems as it has keys. */
  #pairOf(pairs: Pairs, name: string | number): Pair<Node, Node | null> | undefined {
    let index = this.#pairs.get(pairs);
    if (index === undefined) {
      // Reversed, so that the first of two wins, as it does in the values.
      index = new Map([...pairs].reverse().map((pair) => [isScalar(pair.key) ? String(pair.key.value) : '', pair]));
      this.#pairs.set(pairs, index);
    }
    return index.get(String(name));
  }

  #report(offset: number, path: Path, expected: string, got: string): void {
    this.problems.push({ file: this.#file, ...this.#positionAt(offset), path: formatPath(path), expected, got });
  }
}

const KNOWN_TAGS = new Set(['map', 'seq', 'str', 'int', 'float', 'bool', 'null'].map((t) => `tag:yaml.org,2002:${t}`));

function offsetOf(node: Node | null): number {
  return node?.range?.[0] ?? 0;
}

function isEmpty(node: Node | null): boolean {
  return node === null || (isScalar(node) && node.range?.[0] === node.range?.[1]);
}

/** Our own words by code: the library's quote the source. */
const SYNTAX: Partial<Record<YAMLError['code'], readonly [expected: string, got: string | undefined]>> = {
  BAD_ALIAS: ['an alias of an anchor', undefined],
  BAD_DIRECTIVE: ['a YAML directive', 'something else'],
  BAD_DQ_ESCAPE: ['a known escape in double quotes (single quotes take a backslash as it is)', undefined],
  BAD_INDENT: ['the indentation of the lines around it, and every bracket closed', undefined],
  BAD_SCALAR_START: ['a value in quotes', 'one that starts with a special character'],
  BLOCK_AS_IMPLICIT_KEY: ['one "key: value" a line, and quotes around a value that holds ": "', undefined],
  BLOCK_IN_FLOW: ['a value in brackets on the lines of its brackets', 'an indented block'],
  KEY_OVER_1024_CHARS: ['a key of at most 1024 characters', 'a longer one'],
  MISSING_CHAR: ['a closing quote, a colon or a space', undefined],
  MULTIPLE_DOCS: ['one document', 'a second one'],
  MULTILINE_IMPLICIT_KEY: ['a key on one line, and every quote and bracket closed', undefined],
  NON_STRING_KEY: ['a plain key', 'a list or a mapping'],
  RESOURCE_EXHAUSTION: [`at most ${DEPTH_MAX} levels`, 'more'],
  TAB_AS_INDENT: ['spaces', 'a tab'],
  UNEXPECTED_TOKEN: ['a value, a key or the end of the line', 'something else'],
};

function syntaxProblems(
  errors: readonly YAMLError[],
  file: string,
  positionAt: (offset: number) => Position,
): ConfigProblem[] {
  // After the stack ran out everything else is noise, and where a quote stays open so is what it swallowed.
  const exhausted = errors.find(({ code }) => code === 'RESOURCE_EXHAUSTION');
  const byOffset = new Map<number, YAMLError>();
  for (const error of exhausted === undefined ? errors : [exhausted]) {
    const offset = error.pos[0];
    if (!byOffset.has(offset) || error.code === 'MISSING_CHAR') byOffset.set(offset, error);
  }
  return [...byOffset].map(([offset, { code }]) => {
    const [expected, got] = SYNTAX[code] ?? ['YAML', undefined];
    return { file, ...positionAt(offset), path: '', expected, got };
  });
}
