// Paths that are streams and not files: writing there changes nothing on disk.
import type { PathFact } from './facts.ts';

const STREAM = /^\/dev\/(null|stdin|stdout|stderr|tty|zero|full|fd\/\d+)$|^\/proc\/self\/fd\/\d+$/;

/** True for `/dev/null`, `/dev/stderr` and the like. */
export function isNoFile({ forms }: Pick<PathFact, 'forms'>): boolean {
  return STREAM.test(forms[0] ?? '');
}
