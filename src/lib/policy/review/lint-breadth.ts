// Rules that decide more than whoever wrote them may have meant.
import type { PolicyDocument, Rule, RuleMatch } from '../../core/policy-document.ts';
import { writeOut } from '../rules/lists.ts';
import { runnerOf } from '../walk/runners.ts';
import type { RuleFinding } from './lint.ts';

/** Of a rule for commands on its own. */
export function* overBroad(rule: Rule): Generator<RuleFinding> {
  if (rule.verdict !== 'allow') return;
  const { match } = rule;
  const everything = (match.command?.some((glob) => /^\*+$/.test(glob)) ?? false) || /^\.\*$/.test(match.text ?? '');
  if ((everything && !isNarrowed(match)) || Object.keys(match).every((key) => key === 'wrapper' || key === 'not')) {
    yield broad('it allows every command', 'name the commands, or their arguments');
  }
  for (const name of match.command ?? []) {
    const isRunner = name !== 'find' && !/awk$|^g?sed$/.test(name) && runnerOf(name) !== undefined;
    if (!isRunner || match.args !== undefined || match.text !== undefined) continue;
    yield broad(`"${name}" runs whatever code it is given`, 'add args with the script it may run');
  }
  if (match.terminal === 'free') {
    yield broad('in a free terminal no command is judged', 'use verdict ask, so that a person opens each one');
  }
}

/** Of a rule of any kind. */
export function* byTaskAlone({ on, verdict }: Rule): Generator<RuleFinding> {
  if (verdict !== 'allow' || on?.task === undefined || on.principal !== undefined) return;
  yield broad('whoever names the task is allowed: nothing proves it', 'add on.principal, or use verdict ask');
}

function isNarrowed({ args, text, reads, writes, removes, does }: RuleMatch): boolean {
  return (
    args?.some((arg) => arg !== '**') === true ||
    (text !== undefined && text !== '.*') ||
    reads !== undefined ||
    (writes?.length ?? 0) > 0 ||
    (removes?.length ?? 0) > 0 ||
    does !== undefined
  );
}

/** Folders that hold more than work. */
const NO_WORKSPACE =
  /^(\/|\/(bin|boot|dev|etc|home|lib\w*|opt|proc|root|run|sbin|sys|usr|var)|\/home\/[^/]+|\/usr\/[^/]+)$/;

/** Workspaces in which a pack would mind nothing of the system, or of a whole home. */
export function broadWorkspaces({ workspace = [], lists = new Map() }: PolicyDocument): readonly RuleFinding[] {
  return writeOut(workspace, lists)
    .filter((folder) => NO_WORKSPACE.test(folder))
    .map((folder) => broad(`"${folder}" holds more than work`, 'name the folder of the project'));
}

function broad(message: string, hint: string): RuleFinding {
  return { severity: 'warning', kind: 'over-broad', message, hint };
}
