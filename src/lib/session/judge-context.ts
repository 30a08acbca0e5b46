// Where a command would run, as policy asks: the same for a command that runs and for one that is only checked.
import type { Principal } from '../core/principal.ts';
import type { JudgeContext, SessionDeps, TargetEntry } from './deps.ts';

/** `cwd` is the caller's folder; it counts only where the target starts there. */
export function judgeContext(
  entry: TargetEntry,
  cwd: string | null,
  principal: Principal,
  deps: Pick<SessionDeps, 'homeOf'>,
): JudgeContext {
  const { name, kind } = entry.target;
  const home = kind === 'shell' ? deps.homeOf(principal.proof.uid) : undefined;
  return {
    target: name,
    kind,
    principal: principal.name,
    ...(entry.keepsCallerFolder && cwd !== null ? { cwd } : {}),
    ...(home === undefined ? {} : { home }),
  };
}
