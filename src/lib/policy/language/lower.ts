// Lowers the parser's tree to our command language. The only room where the parser's node types are known. A construct
// that is not in the table here is opaque: it is never dropped.
import type {
  Assignment,
  CommandNode,
  CompoundCommand,
  CompoundList,
  AndOr as ParsedAndOr,
  ParsedScript,
  Statement as ParsedStatement,
  Word as ParsedWord,
  PipelineNode,
  Redirection,
} from 'unbash';
import type { BrokerError } from '../../core/errors.ts';
import { MAX_STEPS, refuse } from './limits.ts';
import { lowerArithmetic, lowerIndex } from './lower-arithmetic.ts';
import { lowerHead } from './lower-heads.ts';
import { lowerRedirect } from './lower-redirects.ts';
import { lowerTest } from './lower-tests.ts';
import { type Lowering, lowerWord, lowerWords, noteOpaque } from './lower-words.ts';
import type { Assign, Compound, Node, OpaqueFact, Redir, Script, Simple, Statement, Word } from './syntax.ts';

export interface Lowered {
  readonly script: Script;
  /** Parts that have no lowered form; where there are any, the script must not be trusted. */
  readonly opaque: readonly OpaqueFact[];
  /** The parser's own complaints, of any depth. */
  readonly errors: readonly string[];
}

/**
 * Lowers a parsed script with all scripts inside it.
 * Error: `command-too-long` (exit 64), for more commands than are looked at.
 */
export function lowerScript(parsed: ParsedScript, source: string): Lowered {
  const opaque: OpaqueFact[] = [];
  const errors: string[] = [];
  let commands = 0;
  // Scripts inside substitutions have positions of their own.
  let depth = 0;
  const lowering: Lowering = {
    count: () => {
      commands++;
      if (commands > MAX_STEPS) throw tooMany();
    },
    opaque: (reason, span) => noteOpaque(opaque, reason, span),
    source: () => (depth === 1 ? source : undefined),
    script: (script, span) => {
      depth++;
      for (const error of script.errors ?? []) errors.push(error.message);
      const statements = script.commands.map((statement) => lowerStatement(lowering, statement));
      if (statements.length === 0 && span !== '') noteOpaque(opaque, 'an empty substitution', span);
      // Bash writes a substitution down for itself, and was seen to lose a separator behind a here-document.
      if ((statements.length > 1 || statements.some(({ node }) => hasLists(node))) && /(^|[^<])<<([^<]|$)/.test(span)) {
        noteOpaque(opaque, 'a here-document beside other commands in a substitution', span);
      }
      depth--;
      return { statements };
    },
  };
  return { script: lowering.script(parsed, ''), opaque, errors };
}

function tooMany(): BrokerError {
  return refuse('command-too-long', `the command holds more than ${MAX_STEPS} commands`, {
    hint: 'write a script file on the target, and run that',
  });
}

function lowerList(lowering: Lowering, list: CompoundList): Script {
  return { statements: list.commands.map((statement) => lowerStatement(lowering, statement)) };
}

function lowerStatement(lowering: Lowering, statement: ParsedStatement): Statement {
  return { node: lowerNode(lowering, statement.command), background: statement.background === true };
}

type Prefix = Extract<PipelineNode | ParsedAndOr, { type: 'Pipeline' }>['prefixes'][number];

function isPosixTime(prefix: Prefix): boolean {
  return prefix.type === 'Time' && prefix.posix !== undefined;
}

// Lists of commands inside: loops, conditions, groups.
function hasLists(node: Node): boolean {
  if (node.kind === 'andor') return node.nodes.some(hasLists);
  if (node.kind === 'pipeline') return node.stages.some(hasLists);
  return node.kind !== 'simple';
}

const NOTHING: Simple = { kind: 'simple', assigns: [], words: [], redirs: [] };

function lowerNode(lowering: Lowering, node: PipelineNode | ParsedAndOr): Node {
  switch (node.type) {
    case 'AndOr':
      return { kind: 'andor', nodes: node.commands.map((each) => lowerNode(lowering, each)), ops: node.operators };
    case 'Pipeline': {
      const kinds = node.prefixes.map((prefix) => prefix.type);
      const options = node.prefixes.some((prefix) => prefix.type === 'Time' && prefix.endOfOptions);
      if (options || kinds.lastIndexOf('Time') > 0 || kinds.filter((kind) => kind === 'Negation').length > 1) {
        lowering.opaque('prefixes of a pipeline in an unusual form', kinds.join(' '));
      }
      return {
        kind: 'pipeline',
        negated: kinds.includes('Negation'),
        timed: !kinds.includes('Time') ? undefined : node.prefixes.some(isPosixTime) ? 'time -p' : 'time',
        stages: node.commands.map((each) => lowerNode(lowering, each)),
        ops: node.operators,
      };
    }
    case 'Command':
      return lowerSimple(lowering, node);
    case 'Function': {
      const name = node.name.text;
      if (!/^([A-Za-z_][\w-]*|:)$/.test(name)) lowering.opaque('a function with an unusual name', name);
      if (node.body.type === 'CompoundList') return NOTHING;
      return { kind: 'function', name, body: lowerCompound(lowering, node.body) };
    }
    case 'Coproc': {
      if (node.body.type === 'CompoundList') return NOTHING;
      const name = node.name?.text;
      if (name !== undefined && !/^[A-Za-z_]\w*$/.test(name)) lowering.opaque('a coprocess with an unusual name', name);
      const body = node.body.type === 'Command' ? lowerSimple(lowering, node.body) : lowerCompound(lowering, node.body);
      return { kind: 'coproc', name, body };
    }
    default:
      return lowerCompound(lowering, node);
  }
}

function lowerCompound(
  lowering: Lowering,
  node: CompoundCommand | Extract<CommandNode, { type: 'Redirected' }>,
  redirects: readonly Redirection[] = [],
): Compound {
  lowering.count();
  const redirs = redirects.flatMap((redirect) => lowerRedirect(lowering, redirect));
  const list = (each: CompoundList): Script => {
    if (each.commands.length === 0) lowering.opaque('an empty list of commands', '');
    return lowerList(lowering, each);
  };
  switch (node.type) {
    case 'Redirected':
      return lowerCompound(lowering, node.command, node.redirects);
    case 'Subshell':
      return { kind: 'subshell', body: list(node.body), redirs };
    case 'BraceGroup':
      return { kind: 'group', body: list(node.body), redirs };
    case 'If':
      return {
        kind: 'if',
        branches: [node, ...node.elif].map((branch) => ({ test: list(branch.clause), body: list(branch.then) })),
        otherwise: node.else === undefined ? undefined : list(node.else),
        redirs,
      };
    case 'While':
      return { kind: node.kind, test: list(node.clause), body: list(node.body), redirs };
    case 'For':
      return {
        kind: 'for',
        name: variableName(lowering, node.name),
        words: node.wordlist?.flatMap((word) => lowerWords(lowering, word)),
        body: list(node.body),
        redirs,
      };
    case 'Case':
      return {
        kind: 'case',
        word: lowerWord(lowering, node.word),
        items: node.items.map((item) => ({
          patterns: item.pattern.map((pattern) => lowerWord(lowering, pattern)),
          body: lowerList(lowering, item.body),
          end: item.terminator ?? ';;',
        })),
        redirs,
      };
    case 'TestCommand':
      return { kind: 'test', test: lowerTest(lowering, node.expression), redirs };
    case 'ArithmeticCommand': {
      const lowered = lowerArithmetic(node.body);
      if (lowered === undefined) lowering.opaque('arithmetic that may evaluate text', `((${node.body}))`);
      return { kind: 'arith', ...(lowered ?? { text: '0', names: [] }), redirs };
    }
    case 'ArithmeticFor':
      return { kind: 'arith-for', ...lowerHead(lowering, node), body: list(node.body), redirs };
    case 'Select':
      lowering.opaque('select', '');
      return { kind: 'group', body: list(node.body), redirs };
  }
}

function variableName(lowering: Lowering, word: ParsedWord): string {
  if (!/^[A-Za-z_]\w*$/.test(word.text)) lowering.opaque('a variable with an unusual name', word.text);
  return word.text;
}

function lowerSimple(lowering: Lowering, node: Extract<CommandNode, { type: 'Command' }>): Simple {
  lowering.count();
  const [assigns, redirs]: [Assign[], Redir[]] = [[], []];
  const words: (Word | Assign)[] = [];
  const place = node.name === undefined ? 'alone' : 'word';
  for (const item of node.prefix) {
    if (item.type === 'Assignment') assigns.push(lowerAssign(lowering, item, place));
    else redirs.push(...lowerRedirect(lowering, item));
  }
  if (node.name !== undefined) {
    checkName(lowering, node.name);
    words.push(...lowerWords(lowering, node.name));
  }
  for (const item of node.suffix) {
    if (item.type === 'Word') words.push(...lowerWords(lowering, item));
    else if (item.type === 'Assignment') words.push(lowerAssign(lowering, item));
    else redirs.push(...lowerRedirect(lowering, item));
  }
  return { kind: 'simple', assigns, words, redirs };
}

// Where the parser and bash were seen to part: see the record on the printed form.
function checkName(lowering: Lowering, name: ParsedWord): void {
  if (/^\d+$/.test(name.text)) lowering.opaque('a command name of digits only', name.text);
  if (name.text === 'time') lowering.opaque('time in an unusual place', name.text);
  if (name.text.includes('{') && name.parts === undefined) lowering.opaque('a command name with a brace', name.text);
  if (name.text.includes('[') && name.text !== '[' && !/^['"$`]/.test(name.text)) {
    lowering.opaque('a command name with a bracket', name.text);
  }
}

function lowerAssign(lowering: Lowering, item: Assignment, place: 'alone' | 'word' = 'word'): Assign {
  const { name, append, value } = item;
  const index = item.index === undefined ? undefined : lowerIndex(item.index.text);
  if (item.index !== undefined && index === undefined) {
    lowering.opaque('a subscript that bash would evaluate', item.text);
  } else if (index !== undefined && (place === 'word' || value.type !== 'Word' || index.startsWith('-'))) {
    // Counted from the end of an empty array, bash gives up the line, and the printed form is one line.
    lowering.opaque('an assignment to an array element', item.text);
  }
  return {
    name,
    append: append === true,
    index,
    value:
      value.type === 'Word'
        ? lowerWord(lowering, value, 'value')
        : value.elements.flatMap((element) => {
            if (/^\[/.test(element.text)) lowering.opaque('a subscript that bash would evaluate', element.text);
            return lowerWords(lowering, element);
          }),
  };
}
