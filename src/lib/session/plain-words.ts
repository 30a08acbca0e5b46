// What a caller says of what it does: words for people, which nothing runs by, so that a secret in them is masked at once.
import type { Invocation } from './client.ts';
import type { SessionMask } from './masking/session-mask.ts';

type Words = Pick<Invocation, 'task' | 'why'>;

/** Throws `cannot-mask` (74). */
export function plainWords({ task, why }: Words, mask: SessionMask): Words {
  return { task: task === null ? null : mask.text(task), why: why === null ? null : mask.text(why) };
}
