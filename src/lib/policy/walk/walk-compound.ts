// Groups, branches and loops: every way through them is walked, and what each may leave behind is kept.

import type { StdinFact } from '../facts/facts.ts';
import { ANY, DIGITS, isNumeric } from '../facts/unknowns.ts';
import { printNode } from '../language/print.ts';
import type { Compound, Script } from '../language/syntax.ts';
import { expandValue, expandWord } from './expand.ts';
import { expanderOf } from './expander.ts';
import { emitRedirections, redirFacts, variablesIn } from './redirections.ts';
import { forgetPlace, fork, join, type Scope, setVar } from './scope.ts';
import { silently, type Walk, walkScript } from './walk.ts';
import { checkArithmetic, walkTest } from './walk-test.ts';

/** Walks the command and everything inside it. */
export function walkCompound(walk: Walk, scope: Scope, node: Compound, outer: StdinFact): void {
  const redirs = redirFacts(walk, scope, node.redirs, outer);
  if (redirs.reads.length + redirs.writes.length > 0) {
    emitRedirections(walk, redirs, printNode(node), { env: [], shows: variablesIn(node.redirs, scope) });
  }
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
    case 'arith-for':
      for (const part of node.parts) checkArithmetic(walk, scope, node.names, part);
      walkLoop(walk, scope, (inner, pass) => walkScript(pass, inner, node.body, stdin));
      return;
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
    body(inner, silently(walk));
    const before = snapshot(scope);
    join(scope, inner);
    if (snapshot(scope) === before) break;
    if (round < 2) continue;
    for (const [name, values] of inner.vars) {
      if (scope.vars.get(name)?.join('\0') !== values.join('\0'))
        setVar(scope, name, values.every(isNumeric) ? [DIGITS] : [ANY]);
    }
    forgetPlace(scope);
  }
  const last = fork(scope);
  body(last, walk);
  join(scope, last);
}

function snapshot(scope: Scope): string {
  return JSON.stringify([[...scope.vars].sort(), scope.place]);
}
