// What expansion asks of the walk: commands inside substitutions are walked as they are met. Runs nothing.

import { ANY } from '../facts/unknowns.ts';
import type { Script } from '../language/syntax.ts';
import { type Expander, expandWord } from './expand.ts';
import { outputValues } from './output.ts';
import { fork, type Scope, type Values } from './scope.ts';
import { type Walk, walkScript } from './walk.ts';
import { checkArithmetic } from './walk-test.ts';

/** What `<( )` looks like to the command that gets it. */
const PROCESS_PATH = '/dev/fd/63';

/**
 * An expander that only looks ahead: what is inside substitutions is not walked again, or nested ones would cost twice
 * as much at every level.
 */
export function lookingAhead(scope: Scope): Expander {
  return {
    scope: fork(scope),
    outputOf: (script) => outputOf(scope, script),
    process: () => PROCESS_PATH,
    arithmetic: () => {},
  };
}

function outputOf(scope: Scope, script: Script): Values {
  const [statement, ...rest] = script.statements;
  if (statement === undefined || rest.length > 0 || statement.background) return [ANY];
  return outputValues([statement.node], (word) => expandWord(lookingAhead(scope), word));
}

/** The expander of this scope. */
export function expanderOf(walk: Walk, scope: Scope): Expander {
  return {
    scope,
    outputOf: (script) => {
      walkScript(walk, fork(scope), script, { kind: 'inherit' });
      return outputOf(scope, script);
    },
    process: (script, direction) => {
      walkScript(walk, fork(scope), script, direction === '>' ? { kind: 'pipe' } : { kind: 'inherit' });
      return PROCESS_PATH;
    },
    arithmetic: (names, text) => checkArithmetic(walk, scope, names, text),
  };
}
