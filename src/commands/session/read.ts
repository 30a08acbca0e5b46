import * as Args from '@oclif/core/args';
import * as Flags from '@oclif/core/flags';
import { SallyportCommand } from '../../lib/cli/base-command.ts';
import { durationFlag } from '../../lib/cli/duration-flag.ts';
import { oneLine } from '../../lib/cli/render.ts';
import type { SessionOutput } from '../../lib/session/gated/gated-session.ts';
import { type PageReader, readPage } from '../../lib/stream/plain-page.ts';

const DEFAULT_LIMIT_BYTES = 64 * 1024;
/** More at once is another call. */
const MAX_LIMIT_BYTES = 1024 * 1024;
const MAX_WAIT_MS = 60_000;

export default class SessionRead extends SallyportCommand<typeof SessionRead> {
  static override summary = 'read what the commands of a gated session wrote, from a position on';
  static override description =
    'Standard error, or "next" with --json, says where to go on. The last MiB is kept; what is older is counted, and the recording has it. Sequences that act on a terminal are taken out, but for colours and movements where one is; hidden characters are spelled out.';
  static override examples = [
    '<%= config.bin %> session read s-4k7q2m9xw1de',
    '<%= config.bin %> session read s-4k7q2m9xw1de --cursor 18220 --wait 10s --json',
  ];
  static override args = {
    session: Args.string({ required: true, description: 'id of the session, or its beginning' }),
  };
  static override flags = {
    cursor: Flags.integer({ default: 0, min: 0, description: 'position to read from', helpValue: 'N' }),
    limit: Flags.integer({
      default: DEFAULT_LIMIT_BYTES,
      min: 4,
      max: MAX_LIMIT_BYTES,
      description: 'bytes at most',
      helpValue: 'BYTES',
    }),
    wait: Flags.string({
      description: 'wait so long for the first new output of a command that runs, 60s at most',
      helpValue: '10s',
    }),
    plain: Flags.boolean({
      description: 'what a person would have read: lines, and the screen at the end',
      exclusive: ['raw'],
    }),
    raw: Flags.boolean({ description: 'every byte as it was written, whatever it does to its reader' }),
  };

  async run(): Promise<void> {
    const { cursor, limit, wait } = this.flags;
    const waitMs = wait === undefined ? 0 : durationFlag('--wait', wait, MAX_WAIT_MS);
    const { client } = await this.connect();
    const query = `cursor=${cursor}&limit=${limit}&waitMs=${waitMs}`;
    const path = `/gated/${encodeURIComponent(this.args.session)}/output?${query}`;
    const page = await client.get<SessionOutput>(path);
    const text = readPage(page.text, this.#reader());
    this.print({ ...page, text }, text);
    this.note(this.#about(page));
  }

  #reader(): PageReader {
    if (this.flags.raw) return 'raw';
    if (this.flags.plain) return 'plain';
    return process.stdout.isTTY && !this.jsonEnabled() ? 'reviewer' : 'agent';
  }

  #about({ skipped, next, state, command, exitCode, needsInput }: SessionOutput): string {
    const dim = this.err.dim('note:');
    const lost = skipped === 0 ? '' : `${dim} ${skipped} bytes before that are only in the recording\n`;
    const how =
      command === null
        ? 'no command ran yet'
        : state === 'ended'
          ? `command ${command} ended with ${exitCode}`
          : state === 'running'
            ? `command ${command} runs`
            : `command ${command} waits for input: ${oneLine(needsInput?.lastLine ?? '')}`;
    return `${lost}${dim} ${how}; go on with --cursor ${next}\n`;
  }
}
