// Which stream of a program in the cluster is an archive that `kubectl cp` carries: by the words of its `tar`, and by nothing else that is
// called so.
import { isDeepStrictEqual } from 'node:util';
import { type ApiRequest, commandIn, isSwitchedOn } from '../../core/api-request.ts';
import type { StreamName } from '../../ports/api-gate.ts';

/** As `kubectl cp` sends them: words that read or write an archive, and nothing that runs something else. */
const READS_ARCHIVE = ['tar', 'cf', '-'];
const WRITES_ARCHIVE = [
  ['tar', '-xmf', '-'],
  ['tar', '--no-same-permissions', '--no-same-owner', '-xmf', '-'],
];

/** The stream that is an archive; undefined where none surely is. */
export function archiveIn({ subject, query }: Pick<ApiRequest, 'subject' | 'query'>): StreamName | undefined {
  const isExec = subject.kind === 'resource' && subject.subresource === 'exec';
  if (!isExec || isSwitchedOn(query, 'tty')) return undefined;
  const words = commandIn(query);
  const path = words.at(-1) ?? '-';
  if (!path.startsWith('-') && isDeepStrictEqual(words.slice(0, -1), READS_ARCHIVE)) return 'stdout';
  const writes = words.at(-2) === '-C' ? words.slice(0, -2) : words;
  return WRITES_ARCHIVE.some((form) => isDeepStrictEqual(writes, form)) ? 'stdin' : undefined;
}
