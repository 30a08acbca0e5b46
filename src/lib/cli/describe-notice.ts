// What a person reads while a command waits for somebody's yes.
import type { Notice } from '../session/client.ts';
import { oneLine, type Palette, relativeTime } from './render.ts';
import { trailingOwnFlag } from './trailing-flag.ts';

/** Lines of text; none for what shows by itself. */
export function describeNotice(notice: Notice, palette: Palette): string {
  switch (notice.kind) {
    case 'waiting': {
      const who = notice.approvers.length === 0 ? 'an approver' : notice.approvers.join(' or ');
      return (
        `${palette.warn('waiting:')} request ${palette.bold(notice.request)} needs ${who} (${oneLine(notice.reason)}); ` +
        `expires ${relativeTime(notice.expiresAt)}\n` +
        `  ${palette.dim('next:')} sallyport approve ${notice.request}\n${misplaced(notice.command, palette)}`
      );
    }
    case 'approved':
      return `${palette.good('approved:')} request ${notice.request} by ${notice.approvers.join(', ')}\n`;
    case 'opened':
      return '';
  }
}

/** Who writes `-- make deploy --no-wait` waits, and would like to know why. */
function misplaced(command: string | null, palette: Palette): string {
  const flag = command === null ? undefined : trailingOwnFlag(command);
  if (flag === undefined) return '';
  return `  ${palette.dim('note:')} "${flag}" is part of the command; flags of sallyport stand before "--"\n`;
}
