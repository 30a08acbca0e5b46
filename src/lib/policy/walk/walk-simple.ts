// A simple command: its assignments, its redirections, and every way its words may turn out, each as a call of its own.

import type { EnvFact, Field, StdinFact } from '../facts/facts.ts';
import { ANY } from '../facts/unknowns.ts';
import { nameInIndex } from '../language/lower-arithmetic.ts';
import { printNode } from '../language/print.ts';
import type { Assign, Simple, Word } from '../language/syntax.ts';
import { isAssign, plainName } from '../language/syntax.ts';
import { runBuiltin } from './builtins.ts';
import { runCommand } from './command.ts';
import { type Expander, expandAlternatives, expandAssigned, expandWord } from './expand.ts';
import { expanderOf } from './expander.ts';
import { emitRedirections, type RedirFacts, redirFacts, variablesIn } from './redirections.ts';
import { become, fork, getVar, type Scope, setVar, union, type Values } from './scope.ts';
import { field } from './split-runs.ts';
import { type Call, note, spend, type Walk } from './walk.ts';
import { checkArithmetic } from './walk-test.ts';

/** Ways in which the words of one command may turn out. */
const MAX_CALLS = 32;

/** Walks the command, and leaves in the scope what it may have changed. */
export function walkSimple(walk: Walk, scope: Scope, node: Simple, outer: StdinFact): void {
  const text = printNode(node);
  if (isStatic(node)) {
    runStatic(walk, scope, node, outer, text);
    return;
  }
  const env: EnvFact[] = [];
  // Bash expands the words first. Assignments before a program's name are the program's own.
  const start = fork(scope);
  const turns = combine(node.words.map((item) => turnsOut(walk, scope, item, env)));
  const before = fork(scope);
  const shows = variablesIn([...node.words, ...node.assigns, ...node.redirs], before);
  const theirs = fork(scope);
  const isOwn = node.words.length > 0 && isProgram(walk, node);
  for (const assign of node.assigns) env.push(...assignInto(walk, isOwn ? theirs : scope, assign));
  if (node.words.length === 0) {
    // Only here the redirections see the new values.
    emitRedirections(walk, redirFacts(walk, scope, node.redirs, outer), text, { env, shows });
    return;
  }
  const redirs = redirFacts(walk, union([before, start]), node.redirs, outer);
  const after: Scope[] = [];
  for (const fields of turns) {
    // A call of its own each: what `cd` does for one must not be there for the next.
    const own = fork(scope);
    if (spend(walk)) run(walk, own, { fields, env, shows, text, redirs });
    after.push(own);
  }
  become(scope, union(after));
  if (isOwn) return;
  for (const { name } of node.assigns) setVar(scope, name, [...getVar(before, name), ...getVar(scope, name)]);
}

// Words that turn out in one way, and change nothing on the way: most commands.
function isStatic({ assigns, words, redirs }: Simple): boolean {
  return (
    words.length > 0 &&
    assigns.length === 0 &&
    redirs.length === 0 &&
    words.every((word) => !isAssign(word) && word.pieces.every(({ kind }) => kind === 'text' || kind === 'glob'))
  );
}

function runStatic(walk: Walk, scope: Scope, { words }: Simple, stdin: StdinFact, text: string): void {
  const fields = words.flatMap((word) => (isAssign(word) ? [] : expandWord(expanderOf(walk, scope), word)));
  const redirs: RedirFacts = { reads: [], writes: [], stdin };
  if (spend(walk)) run(walk, scope, { fields, env: [], shows: [], text, redirs });
}

// A program cannot see or change this shell's variables; a function, `eval` or a name not known yet may.
function isProgram(walk: Walk, node: Simple): boolean {
  const name = plainName(node);
  return name !== undefined && !walk.functions.has(name) && !/^(eval|source|\.|command|builtin|exec)$/.test(name);
}

interface Turn {
  readonly fields: readonly Field[];
  readonly env: readonly EnvFact[];
  readonly shows: readonly string[];
  readonly text: string;
  readonly redirs: RedirFacts;
}

function run(walk: Walk, scope: Scope, { fields, env, shows, text, redirs }: Turn): void {
  const { reads, writes, stdin } = redirs;
  const call: Call = { fields, wrappers: walk.wrappers, env, shows, reads, writes, stdin, text };
  if (fields.length === 0) emitRedirections(walk, redirs, text, { env, shows });
  else if (!runBuiltin(walk, scope, call)) runCommand(walk, scope, call);
}

function turnsOut(walk: Walk, scope: Scope, item: Word | Assign, env: EnvFact[]): readonly Field[][] {
  if (!isAssign(item)) return expandAlternatives(expanderOf(walk, scope), item);
  const held = getVar(scope, item.name);
  const facts = assignInto(walk, scope, item);
  // `local` may fail: see there.
  if (walk.stack.length === 0) setVar(scope, item.name, [...held, ...getVar(scope, item.name)]);
  env.push(...facts);
  return facts.map(({ name, value }) => [field(`${name}=${value}`)]);
}

// Every choice with every other; where that is too many, a word that has a choice is anything.
function combine(words: readonly (readonly Field[][])[]): Field[][] {
  const count = words.reduce((product, choices) => product * choices.length, 1);
  const few = count <= MAX_CALLS ? words : words.map((each) => (each.length > 1 ? [[field(ANY, true)]] : each));
  let made: Field[][] = [[]];
  for (const choices of few) {
    const [only] = choices;
    // In place: a command of many words must not be copied once for each.
    if (choices.length === 1 && only !== undefined) for (const fields of made) fields.push(...only);
    else made = made.flatMap((fields) => choices.map((choice) => [...fields, ...choice]));
  }
  return made;
}

function assignInto(walk: Walk, scope: Scope, assign: Assign): EnvFact[] {
  const expander = expanderOf(walk, scope);
  if (assign.name === 'POSIXLY_CORRECT') note(walk, 'a variable that changes how bash reads text', assign.name);
  const before = assign.append ? getVar(scope, assign.name) : [];
  if (assign.index !== undefined) {
    const element = `${assign.name}[${assign.index}]`;
    // `BASH_CMDS[ls]=/bin/rm` gives a name another program.
    if (/^(BASH_|DIRSTACK$)/.test(assign.name)) note(walk, 'an array in which bash keeps its own', element);
    checkArithmetic(walk, scope, nameInIndex(assign.index), element);
    const values = 'pieces' in assign.value ? expandAssigned(expander, assign.value) : [ANY];
    const known = assign.append ? [ANY] : values;
    // The other elements keep what they had.
    setVar(scope, assign.name, [...(scope.vars.get(assign.name) ?? ['']), ...known]);
    return known.map((value) => ({ name: assign.name, value }));
  }
  if ('pieces' in assign.value) {
    const values = expandAssigned(expander, assign.value);
    const starts = assign.append ? before : [''];
    setVar(
      scope,
      assign.name,
      starts.flatMap((start) => values.map((value) => start + value)),
    );
  } else setArray(expander, assign.name, assign.value, before);
  return getVar(scope, assign.name).map((value) => ({ name: assign.name, value }));
}

function setArray(expander: Expander, name: string, words: readonly Word[], before: Values): void {
  const turns = words.map((word) => expandAlternatives(expander, word));
  const fields = turns.flat(2);
  const elements = fields.map(({ value }) => value);
  setVar(expander.scope, name, elements.length === 0 ? ['', ...before] : [...before, ...elements]);
  const isKnown = before.length === 0 && turns.every(({ length }) => length === 1) && fields.every(({ many }) => !many);
  if (isKnown) expander.scope.arrays.set(name, elements);
}
