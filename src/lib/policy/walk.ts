// Walks a script the way bash would run it and collects what every simple command in it does, at any depth. Both ways
// of a branch are walked; what only the run will know is noted as opaque. Runs nothing.
import { runBuiltin } from './builtins.ts';
import { runCommand } from './command.ts';
import { type Expander, expandValue, expandWord, field } from './expand.ts';
import type { EnvFact, Field, PathFact, SimpleCommand, StdinFact } from './facts.ts';
import { outputValues } from './output.ts';
import { pathForms } from './paths.ts';
import { printNode } from './print.ts';
import { fork, getVar, join, type Scope, setVar, type Values } from './scope.ts';
import type { Assign, Compound, Node, OpaqueFact, Redir, Script, Simple, TestNode, Word } from './syntax.ts';
import { isAssign } from './syntax.ts';
import { ANY, DIGITS, isExact, isNumeric, SOME } from './unknowns.ts';

/** What one walk collects. */
export interface Walk {
  readonly commands: SimpleCommand[];
  readonly opaque: OpaqueFact[];
  /** Every body a name was given so far. */
  readonly functions: Map<string, Compound[]>;
  readonly called: Set<string>;
  /** Functions that the text defines outright, in no branch: their names cannot mean a program any more. */
  readonly certain: Set<string>;
  /** Functions being walked, outermost first. */
  readonly stack: readonly string[];
  /** Inner shells and evals around this one. */
  readonly depth: number;
  /** Wrappers around the shell whose text is walked: `sudo sh -c …`. */
  readonly wrappers: readonly string[];
  readonly budget: { left: number };
}

/** A command about to be run: expanded, with what surrounds it. */
export interface Call {
  readonly fields: readonly Field[];
  readonly wrappers: readonly string[];
  readonly env: readonly EnvFact[];
  readonly reads: readonly PathFact[];
  readonly writes: readonly PathFact[];
  readonly stdin: StdinFact;
  readonly text: string;
}

/** Commands one judgement looks at, loops and inner shells included. Typical: 1 to 20. */
const MAX_STEPS = 4000;

export function newWalk(): Walk {
  return {
    commands: [],
    opaque: [],
    functions: new Map(),
    called: new Set(),
    certain: new Set(),
    stack: [],
    depth: 0,
    wrappers: [],
    budget: { left: MAX_STEPS },
  };
}

export function note(walk: Walk, reason: string, span: string): void {
  walk.opaque.push({ reason, span: span.length > 120 ? `${span.slice(0, 117)}…` : span });
}

/** Walks what a person or an agent submitted: every statement, then the functions that nothing called. */
export function walkWhole(walk: Walk, scope: Scope, script: Script): void {
  for (const statement of script.statements) {
    walkScript(walk, scope, { statements: [statement] }, { kind: 'inherit' });
    if (statement.node.kind === 'function' && !statement.background) walk.certain.add(statement.node.name);
  }
  walkUncalled(walk, scope);
}

/** Walks the statements of a list, in order. */
export function walkScript(walk: Walk, scope: Scope, script: Script, stdin: StdinFact): void {
  for (const statement of script.statements) {
    walkNode(walk, statement.background ? fork(scope) : scope, statement.node, stdin);
  }
}

// Bodies that were defined and never called.
function walkUncalled(walk: Walk, scope: Scope): void {
  for (const [name, bodies] of walk.functions) {
    if (walk.called.has(name)) continue;
    const inner = fork(scope);
    inner.positional = undefined;
    for (const body of bodies) walkNode({ ...walk, stack: [...walk.stack, name] }, inner, body, { kind: 'inherit' });
  }
}

export function walkNode(walk: Walk, scope: Scope, node: Node, stdin: StdinFact): void {
  if (walk.budget.left-- <= 0) {
    if (walk.budget.left === -1) note(walk, 'too much to look at', '');
    return;
  }
  switch (node.kind) {
    case 'simple':
      walkSimple(walk, scope, node, stdin);
      return;
    case 'pipeline': {
      let input = stdin;
      const alone = node.stages.length === 1;
      node.stages.forEach((stage, index) => {
        walkNode(walk, alone ? scope : fork(scope), stage, input);
        if (index < node.stages.length - 1) input = pipeFrom(walk, scope, node.stages.slice(0, index + 1));
      });
      return;
    }
    case 'andor': {
      const [first, ...rest] = node.nodes;
      if (first !== undefined) walkNode(walk, scope, first, stdin);
      rest.forEach((each, index) => {
        const branch = fork(scope);
        walkNode(walk, branch, each, stdin);
        // `a && cd b && c`: what follows in the chain runs after it; after the chain both are possible.
        if (node.ops[index] === '&&') replace(scope, branch);
        else join(scope, branch);
      });
      return;
    }
    case 'function':
      if (isKnownName(node.name)) note(walk, 'a function that takes the name of a command', `${node.name}()`);
      walk.functions.set(node.name, [...(walk.functions.get(node.name) ?? []), node.body]);
      return;
    default:
      walkCompound(walk, scope, node, stdin);
  }
}

// After `a && b` the scope is b's: values that were there before stay possible only through it.
function replace(scope: Scope, branch: Scope): void {
  const before = fork(scope);
  scope.vars.clear();
  for (const [name, values] of branch.vars) scope.vars.set(name, values);
  for (const [name, values] of before.vars) {
    const now = scope.vars.get(name) ?? [];
    if (now.join('\0') !== values.join('\0')) scope.vars.set(name, [...new Set([...now, ...values])]);
  }
  for (const [name, value] of branch.exported) scope.exported.set(name, value);
  scope.place = branch.place;
  scope.positional = branch.positional;
  scope.splitting = branch.splitting;
}

const SHADOWABLE =
  /^(:|cd|pushd|popd|eval|source|exec|command|builtin|export|declare|local|set|unset|trap|read|printf|echo|test|sudo|env|xargs|find|ls|cat|rm|cp|mv|git|ssh|grep|sed|awk|sh|bash|true|false|exit|return)$/;

function isKnownName(name: string): boolean {
  return SHADOWABLE.test(name);
}

// What a later stage reads: text where the stages before print something known, else a pipe.
function pipeFrom(walk: Walk, scope: Scope, stages: readonly Node[]): StdinFact {
  const silent: Walk = { ...walk, commands: [], opaque: [] };
  const [only, ...others] = outputValues(stages, (word) => expandWord(expanderOf(silent, fork(scope)), word));
  if (only === undefined || others.length > 0 || !isExact(only)) return { kind: 'pipe', listing: only === SOME };
  return { kind: 'text', text: only };
}

function walkCompound(walk: Walk, scope: Scope, node: Compound, outer: StdinFact): void {
  const redirs = redirFacts(walk, scope, node.redirs, outer);
  if (redirs.reads.length + redirs.writes.length > 0) emitRedirections(walk, redirs, printNode(node));
  const { stdin } = redirs;
  const walkList = (script: Script, inner: Scope) => walkScript(walk, inner, script, stdin);
  switch (node.kind) {
    case 'subshell':
      walkList(node.body, fork(scope));
      return;
    case 'group':
      walkList(node.body, scope);
      return;
    case 'if': {
      const after: Scope[] = [];
      for (const branch of node.branches) {
        walkList(branch.test, scope);
        const body = fork(scope);
        walkList(branch.body, body);
        after.push(body);
      }
      if (node.otherwise !== undefined) {
        const body = fork(scope);
        walkList(node.otherwise, body);
        after.push(body);
      }
      for (const body of after) join(scope, body);
      return;
    }
    case 'while':
    case 'until':
      walkLoop(walk, scope, (inner, pass) => {
        walkScript(pass, inner, node.test, stdin);
        walkScript(pass, inner, node.body, stdin);
      });
      return;
    case 'for': {
      const words = node.words?.flatMap((word) => expandWord(expanderOf(walk, scope), word).map((each) => each.value));
      const values = words ?? (scope.positional === undefined ? [ANY] : [...scope.positional]);
      walkLoop(walk, scope, (inner, pass) => {
        setVar(inner, node.name, values.length === 0 ? [''] : values);
        walkScript(pass, inner, node.body, stdin);
      });
      return;
    }
    case 'case':
      expandValue(expanderOf(walk, scope), node.word);
      for (const item of node.items) {
        for (const pattern of item.patterns) expandValue(expanderOf(walk, scope), pattern);
        const body = fork(scope);
        walkList(item.body, body);
        join(scope, body);
      }
      return;
    case 'test':
      walkTest(walk, scope, node.test);
      return;
    case 'arith':
      checkArithmetic(walk, scope, node.names, node.text);
  }
}

// A loop's body is walked until the variables stay the same; what still changes then is unknown.
function walkLoop(walk: Walk, scope: Scope, body: (inner: Scope, pass: Walk) => void): void {
  for (let round = 0; round < 3; round++) {
    const inner = fork(scope);
    body(inner, { ...walk, commands: [], opaque: [] });
    const before = snapshot(scope);
    join(scope, inner);
    if (snapshot(scope) === before) break;
    if (round < 2) continue;
    for (const [name, values] of inner.vars) {
      if (scope.vars.get(name)?.join('\0') !== values.join('\0'))
        setVar(scope, name, values.every(isNumeric) ? [DIGITS] : [ANY]);
    }
  }
  const last = fork(scope);
  body(last, walk);
  join(scope, last);
}

function snapshot(scope: Scope): string {
  return JSON.stringify([[...scope.vars].sort(), scope.place.cwd]);
}

const NUMERIC = new Set(['-eq', '-ne', '-lt', '-le', '-gt', '-ge']);

function walkTest(walk: Walk, scope: Scope, test: TestNode): void {
  const expander = expanderOf(walk, scope);
  switch (test.kind) {
    case 'unary':
      expandValue(expander, test.word);
      return;
    case 'binary':
      for (const side of [test.left, test.right]) {
        const values = expandValue(expander, side);
        // Both sides are arithmetic: a word is a name whose value is evaluated.
        if (NUMERIC.has(test.op)) for (const value of values) checkEvaluated(walk, scope, value, test.op, side);
      }
      return;
    case 'regex':
      expandValue(expander, test.left);
      return;
    case 'logical':
      for (const operand of test.operands) walkTest(walk, scope, operand);
      return;
    default:
      walkTest(walk, scope, test.operand);
  }
}

function checkEvaluated(walk: Walk, scope: Scope, value: string, op: string, side: Word): void {
  if (isNumeric(value) || value === '') return;
  if (/^[A-Za-z_]\w*$/.test(value)) {
    checkArithmetic(walk, scope, [value], value);
    return;
  }
  const [piece] = side.pieces;
  // From the environment, not from this text: the same trust as everywhere else.
  if (value === SOME && piece?.kind === 'param' && !scope.vars.has(piece.name)) return;
  note(walk, 'arithmetic on a value that is not known to be a number', `${op} ${value}`);
}

function checkArithmetic(walk: Walk, scope: Scope, names: readonly string[], text: string): void {
  for (const name of names) {
    const values = scope.vars.get(name);
    if (values === undefined) continue;
    const fine = values.every(
      (value) => isNumeric(value) || value === '' || (value === SOME && values.length > 1 && values.some(isNumeric)),
    );
    if (!fine) note(walk, 'arithmetic on a value that is not known to be a number', `${name} in ((${text}))`);
  }
  if (/(^|[^=!<>])=([^=]|$)|<<=|>>=|\+\+|--/.test(text)) for (const name of names) setVar(scope, name, [DIGITS]);
}

/** The expander of this scope: substitutions inside are walked as they are met. */
export function expanderOf(walk: Walk, scope: Scope): Expander {
  return {
    scope,
    outputOf: (script) => {
      walkScript(walk, fork(scope), script, { kind: 'inherit' });
      const [statement, ...rest] = script.statements;
      if (statement === undefined || rest.length > 0 || statement.background) return [ANY];
      const silent: Walk = { ...walk, commands: [], opaque: [] };
      return outputValues([statement.node], (word) => expandWord(expanderOf(silent, fork(scope)), word));
    },
    process: (script, direction) => {
      walkScript(walk, fork(scope), script, direction === '>' ? { kind: 'pipe' } : { kind: 'inherit' });
      return PROCESS_PATH;
    },
    arithmetic: (names, text) => checkArithmetic(walk, scope, names, text),
  };
}

/** What `<( )` looks like to the command that gets it. */
export const PROCESS_PATH = '/dev/fd/63';

interface RedirFacts {
  readonly reads: readonly PathFact[];
  readonly writes: readonly PathFact[];
  readonly stdin: StdinFact;
}

function redirFacts(walk: Walk, scope: Scope, redirs: readonly Redir[], outer: StdinFact): RedirFacts {
  const reads: PathFact[] = [];
  const writes: PathFact[] = [];
  let stdin = outer;
  const expander = expanderOf(walk, scope);
  for (const redir of redirs) {
    if (redir.kind === 'text') {
      const [value, ...others] = expandValue(expander, redir.body);
      const known = value !== undefined && others.length === 0 && isExact(value);
      if (redir.fd === undefined || redir.fd === 0)
        stdin = known ? { kind: 'text', text: `${value}\n` } : { kind: 'pipe' };
      continue;
    }
    for (const value of expandValue(expander, redir.target)) {
      if (/^[<>]&$/.test(redir.op) && /^(\d+-?|-)$/.test(value)) continue;
      const fact: PathFact = { forms: pathForms(value, scope.place), recursive: false, by: 'redirection' };
      if (redir.op === '<') {
        reads.push(fact);
        if (redir.fd === undefined || redir.fd === 0) stdin = { kind: 'file' };
      } else if (redir.op === '<&') note(walk, 'a descriptor that only the run will know', value);
      else {
        writes.push(fact);
        if (redir.op === '<>') reads.push(fact);
      }
    }
  }
  return { reads, writes, stdin };
}

// A redirection on its own, or of a whole group: a command without a name.
function emitRedirections(walk: Walk, redirs: RedirFacts, text: string, env: readonly EnvFact[] = []): void {
  walk.commands.push({
    name: '',
    path: '',
    args: [],
    wrappers: walk.wrappers,
    env,
    reads: redirs.reads,
    writes: redirs.writes,
    removes: [],
    code: [],
    does: [],
    stdin: redirs.stdin,
    wraps: false,
    call: false,
    text,
  });
}

function assignedValues(walk: Walk, scope: Scope, assign: Assign): Values {
  const expander = expanderOf(walk, scope);
  if (!('pieces' in assign.value)) {
    const elements = assign.value.flatMap((word) => expandWord(expander, word).map((each) => each.value));
    return elements.length === 0 ? [''] : elements;
  }
  const values = expandValue(expander, assign.value);
  if (!assign.append) return values;
  return getVar(scope, assign.name).flatMap((before) => values.map((value) => before + value));
}

function walkSimple(walk: Walk, scope: Scope, node: Simple, outer: StdinFact): void {
  const text = printNode(node);
  const redirs = redirFacts(walk, scope, node.redirs, outer);
  const env: EnvFact[] = [];
  const [head, ...tail] = node.words;
  for (const assign of node.assigns) {
    const values = assignedValues(walk, scope, assign);
    env.push(...values.map((value) => ({ name: assign.name, value })));
    if (head === undefined) setVar(scope, assign.name, values);
  }
  if (head === undefined) {
    emitRedirections(walk, redirs, text, env);
    return;
  }
  const rest = tail.flatMap((item): Field[] => {
    if (!isAssign(item)) return expandWord(expanderOf(walk, scope), item);
    const values = assignedValues(walk, scope, item);
    setVar(scope, item.name, values);
    env.push(...values.map((value) => ({ name: item.name, value })));
    return values.map((value) => field(`${item.name}=${value}`));
  });
  if (isAssign(head)) return;
  for (const first of alternatives(expanderOf(walk, scope), head)) {
    const fields = [...first, ...rest];
    const call: Call = {
      fields,
      wrappers: walk.wrappers,
      env,
      reads: redirs.reads,
      writes: redirs.writes,
      stdin: redirs.stdin,
      text,
    };
    if (fields.length === 0) emitRedirections(walk, redirs, text, env);
    else if (!runBuiltin(walk, scope, call)) runCommand(walk, scope, call);
  }
}

// A name that is one of several values is each of them in turn.
function alternatives(expander: Expander, head: Word): Field[][] {
  const expanded = expandWord(expander, head);
  const values = expandValue(expander, head);
  if (values.length <= 1) return [expanded];
  return values.map((value) =>
    value
      .split(/[ \t\n]+/)
      .filter((part) => part !== '')
      .map((part) => field(part)),
  );
}
