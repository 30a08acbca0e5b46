// What expansion asks of the walk: commands inside substitutions are walked as they are met. Runs nothing.
import { type Expander, expandWord } from './expand.ts';
import { outputValues } from './output.ts';
import { fork, type Scope } from './scope.ts';
import { ANY } from './unknowns.ts';
import { silently, type Walk, walkScript } from './walk.ts';
import { checkArithmetic } from './walk-test.ts';

/** What `<( )` looks like to the command that gets it. */
const PROCESS_PATH = '/dev/fd/63';

/** The expander of this scope. */
export function expanderOf(walk: Walk, scope: Scope): Expander {
  return {
    scope,
    outputOf: (script) => {
      walkScript(walk, fork(scope), script, { kind: 'inherit' });
      const [statement, ...rest] = script.statements;
      if (statement === undefined || rest.length > 0 || statement.background) return [ANY];
      const silent = silently(walk);
      return outputValues([statement.node], (word) => expandWord(expanderOf(silent, fork(scope)), word));
    },
    process: (script, direction) => {
      walkScript(walk, fork(scope), script, direction === '>' ? { kind: 'pipe' } : { kind: 'inherit' });
      return PROCESS_PATH;
    },
    arithmetic: (names, text) => checkArithmetic(walk, scope, names, text),
  };
}
