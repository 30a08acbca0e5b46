// Walks a script the way bash would run it and collects what every simple command in it does, at any depth. Both ways
// of a branch are walked; what only the run will know is noted as opaque. Runs nothing.

import type { EnvFact, Field, PathFact, SimpleCommand, StdinFact } from '../facts/facts.ts';
import { ANY, DIGITS, isExact } from '../facts/unknowns.ts';
import { MAX_FILES, MAX_INNER_BYTES, MAX_STEPS, MAX_WORDS } from '../language/limits.ts';
import type { Compound, Node, OpaqueFact, Script } from '../language/syntax.ts';
import { plainName } from '../language/syntax.ts';
import { runText } from './builtins.ts';
import { expandWord } from './expand.ts';
import { lookingAhead } from './expander.ts';
import { outputValues } from './output.ts';
import { anyTime, become, fork, type Scope, setVar, union } from './scope.ts';
import { walkCompound } from './walk-compound.ts';
import { walkSimple } from './walk-simple.ts';

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
  /** What a trap will run, at any time: looked at in the end, when all is known that may be by then. */
  readonly traps: Trap[];
  readonly budget: { left: number; words: number; files: number; inner: number };
}

interface Trap {
  readonly text: string;
  readonly call: Call;
  readonly scope: Scope;
  readonly walk: Walk;
}

/** A command about to be run: expanded, with what surrounds it. */
export interface Call {
  readonly fields: readonly Field[];
  readonly wrappers: readonly string[];
  readonly env: readonly EnvFact[];
  /** Variables from outside that its words hold. */
  readonly shows: readonly string[];
  readonly reads: readonly PathFact[];
  readonly writes: readonly PathFact[];
  readonly stdin: StdinFact;
  readonly text: string;
}

/** Traps that are looked at. Typical: one. */
const MAX_TRAPS = 16;
/** Stages of a pipeline whose output is looked at; longer ones print the unknown. */
const MAX_STAGES = 12;

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
    traps: [],
    budget: { left: MAX_STEPS, words: MAX_WORDS, files: MAX_FILES, inner: MAX_INNER_BYTES },
  };
}

/** A walk that keeps what it finds to itself: for looking ahead. */
export function silently(walk: Walk): Walk {
  return { ...walk, commands: [], opaque: [] };
}

// Where a loop was looking ahead, what its traps do is still a fact.
function reporting(walk: Walk, whole: Walk): Walk {
  return { ...walk, commands: whole.commands, opaque: whole.opaque };
}

export function note(walk: Walk, reason: string, span: string): void {
  walk.opaque.push({ reason, span: span.length > 120 ? `${span.slice(0, 117)}…` : span });
}

/** Takes one step from the budget; false where it is spent, and then the whole is opaque: see `walkWhole`. */
export function spend(walk: Walk): boolean {
  walk.budget.left--;
  return walk.budget.left >= 0;
}

/** Takes the words of a command from the budget: each is looked at by everything that knows a command. */
export function spendWords(walk: Walk, { fields }: Call): boolean {
  walk.budget.words -= fields.length;
  // The whole is opaque then, as it is when the steps are spent.
  if (walk.budget.words < 0) walk.budget.left = -1;
  return walk.budget.words >= 0;
}

/** Walks what a person or an agent submitted: every statement, then the functions that nothing called. */
export function walkWhole(walk: Walk, scope: Scope, script: Script, stdin: StdinFact): void {
  for (const statement of script.statements) {
    walkScript(walk, scope, { statements: [statement] }, stdin);
    if (statement.node.kind === 'function' && !statement.background) walk.certain.add(statement.node.name);
  }
  walkTraps(walk);
  walkUncalled(walk, scope);
  // Here and not where it happened: a loop's first rounds are walked silently.
  if (walk.budget.left < 0) note(walk, 'too much to look at', '');
}

/** Walks the statements of a list, in order. */
export function walkScript(walk: Walk, scope: Scope, script: Script, stdin: StdinFact): void {
  for (const statement of script.statements) {
    walkNode(walk, statement.background ? fork(scope) : scope, statement.node, stdin);
  }
}

// A trap may set another.
function walkTraps(walk: Walk): void {
  for (let at = 0; at < walk.traps.length && at < MAX_TRAPS; at++) {
    const trap = walk.traps[at];
    if (trap !== undefined) runText(reporting(trap.walk, walk), anyTime(trap.scope), trap.text, trap.call);
  }
  if (walk.traps.length > MAX_TRAPS) note(walk, 'more traps than are looked at', '');
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
  if (!spend(walk)) return;
  switch (node.kind) {
    case 'simple':
      walkSimple(walk, scope, node, stdin);
      return;
    case 'pipeline':
      walkPipeline(walk, scope, node, stdin);
      return;
    case 'andor':
      walkChain(walk, scope, node, stdin);
      return;
    case 'coproc':
      // It reads what the script writes to it later.
      walkNode(walk, fork(scope), node.body, { kind: 'pipe' });
      setVar(scope, node.name ?? 'COPROC', [DIGITS]);
      setVar(scope, `${node.name ?? 'COPROC'}_PID`, [DIGITS]);
      return;
    case 'function':
      if (SHADOWABLE.test(node.name)) note(walk, 'a function that takes the name of a command', `${node.name}()`);
      walk.functions.set(node.name, [...(walk.functions.get(node.name) ?? []), node.body]);
      return;
    default:
      walkCompound(walk, scope, node, stdin);
  }
}

function walkPipeline(walk: Walk, scope: Scope, node: Extract<Node, { kind: 'pipeline' }>, stdin: StdinFact): void {
  let input = stdin;
  const alone = node.stages.length === 1;
  node.stages.forEach((stage, index) => {
    walkNode(walk, alone ? scope : fork(scope), stage, input);
    if (index < node.stages.length - 1) input = pipeFrom(scope, node.stages, index + 1);
  });
}

// What a later stage reads: text where the stages before print something known, else a pipe.
function pipeFrom(scope: Scope, stages: readonly Node[], count: number): StdinFact {
  if (count > MAX_STAGES) return { kind: 'pipe' };
  const [only, ...others] = outputValues(stages.slice(0, count), (word) => expandWord(lookingAhead(scope), word));
  if (only === undefined || others.length > 0) return { kind: 'pipe' };
  if (!isExact(only)) return { kind: 'pipe', listing: only !== ANY, line: only };
  return { kind: 'text', text: only };
}

// `a && b || c`: what follows `&&` runs after its left side went well; after the chain every way out is possible.
function walkChain(walk: Walk, scope: Scope, node: Extract<Node, { kind: 'andor' }>, stdin: StdinFact): void {
  let current = fork(scope);
  let outcomes: Scope[] = [];
  node.nodes.forEach((each, index) => {
    const left = node.nodes[index - 1];
    const went = left === undefined ? current : afterSuccess(current, left);
    if (node.ops[index - 1] === '||' && leaves(each)) {
      walkNode(walk, union([current, ...outcomes]), each, stdin);
      // Whoever comes past `|| exit` had the left side go well.
      outcomes = [went];
      current = went;
      return;
    }
    current = node.ops[index - 1] === '||' ? union([current, ...outcomes]) : fork(went);
    walkNode(walk, current, each, stdin);
    outcomes.push(fork(current));
  });
  become(scope, union(outcomes));
}

// A `cd` that went well leaves no doubt about the folder.
function afterSuccess(scope: Scope, left: Node): Scope {
  if (plainName(left) !== 'cd' && plainName(left) !== 'pushd') return scope;
  return { ...fork(scope), place: { ...scope.place, orElse: [] } };
}

function leaves(node: Node): boolean {
  if (node.kind === 'pipeline' && node.stages.length === 1 && node.stages[0] !== undefined) {
    return leaves(node.stages[0]);
  }
  if (node.kind === 'group') {
    const last = node.body.statements.at(-1);
    return last !== undefined && !last.background && leaves(last.node);
  }
  return plainName(node) === 'exit';
}

const SHADOWABLE =
  /^(:|cd|pushd|popd|eval|source|exec|command|builtin|export|declare|local|set|unset|trap|read|printf|echo|test|sudo|env|xargs|find|ls|cat|rm|cp|mv|git|ssh|grep|sed|awk|sh|bash|true|false|exit|return)$/;
