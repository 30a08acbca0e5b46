// Where a command would run, as policy asks: the same for a command that runs and for one that is only checked.
import type { Principal } from '../core/principal.ts';
import type { JudgeContext, SessionDeps, TargetEntry } from './deps.ts';

/**
 * `cwd` is the caller's folder; it counts only where the target starts there. Throws what the target's `placeOf` throws.
 */
export function judgeContext(
  { target, keepsCallerFolder, carried }: TargetEntry,
  cwd: string | null,
  principal: Principal,
  deps: Pick<SessionDeps, 'homeOf'>,
): JudgeContext {
  const { name, kind } = target;
  const { uid } = principal.proof;
  const place = target.placeOf({
    cwd: cwd ?? undefined,
    callerUid: uid,
    ...(carried === undefined ? {} : { carried }),
  });
  const folder = carried?.folder ?? place.startFolder ?? (keepsCallerFolder ? cwd : null);
  const home = place.home ?? (kind === 'shell' ? deps.homeOf(uid) : undefined);
  return {
    target: name,
    kind,
    principal: principal.name,
    ...(folder === null || folder === undefined ? {} : { cwd: folder }),
    ...(home === undefined ? {} : { home }),
    ...(carried === undefined ? {} : { env: carried.env }),
  };
}
