import * as Args from '@oclif/core/args';
import * as Flags from '@oclif/core/flags';
import { SallyportCommand } from '../lib/cli/base-command.ts';
import { playInTerminal } from '../lib/cli/play.ts';
import { findRecording, type OpenableRecording } from '../lib/cli/recording-source.ts';
import { visible } from '../lib/cli/render.ts';
import { BrokerError } from '../lib/core/errors.ts';
import { EXIT } from '../lib/core/exit-codes.ts';
import { openCast } from '../lib/recording/read.ts';

export default class Replay extends SallyportCommand<typeof Replay> {
  static override summary = 'play a recording in the terminal, or with --web in the browser';
  static override description = 'While it plays: space pauses, "]" or "n" jumps to the next marker, "q" ends.';
  static override examples = [
    '<%= config.bin %> replay s-4k7q2m9xw1de',
    '<%= config.bin %> replay s-4k7q2m9xw1de --web',
    '<%= config.bin %> replay demo.cast --speed 2',
  ];
  static override args = {
    recording: Args.string({ required: true, description: 'id of a session, or a .cast file' }),
  };
  static override flags = {
    speed: Flags.string({ description: '2 is twice as fast', default: '1', helpValue: 'FACTOR' }),
    'idle-limit': Flags.string({
      char: 'i',
      description: 'shorten silences to this many seconds',
      helpValue: 'SECONDS',
    }),
    'no-wait': Flags.boolean({ description: 'print everything at once' }),
    markers: Flags.boolean({ description: 'name each marker on standard error as it passes' }),
    web: Flags.boolean({ description: 'serve one page with a player on 127.0.0.1 until interrupted' }),
    port: Flags.integer({ description: 'with --web: the port; 0 picks a free one', default: 0, min: 0, max: 65_535 }),
  };

  async run(): Promise<void> {
    if (this.flags.json && !this.flags.web) {
      throw new BrokerError({
        code: 'usage',
        exit: EXIT.usage,
        message: 'a replay is for people; --json goes with --web only',
        hint: `for programs: sallyport recordings show ${this.args.recording} --json`,
      });
    }
    const recording = await findRecording(this.args.recording, this.environment);
    if (this.flags.web) {
      await this.serve(recording);
      return;
    }
    const { verification } = recording;
    if (verification?.outcome === 'altered') this.note(`${this.err.bad('altered:')} ${verification.why}\n`);
    const { header, events } = await openCast(recording.open());
    const end = await playInTerminal({
      events,
      speed: positive('--speed', this.flags.speed),
      idleLimitMs:
        this.flags['idle-limit'] === undefined ? null : positive('--idle-limit', this.flags['idle-limit']) * 1000,
      wait: !this.flags['no-wait'],
      showMarkers: this.flags.markers,
      palette: this.err,
    });
    if (end.cut) this.note(`${this.err.warn('note:')} the recording stops here: the broker ended before it did\n`);
    const { facts } = header;
    if (facts?.kind === 'kubectl' && facts.command === null) {
      const hint = `sallyport recordings show ${recording.name}`;
      this.note(`${this.err.dim('note:')} this session had no terminal; its requests: ${visible(hint)}\n`);
    }
    if (verification?.outcome === 'altered') process.exitCode = EXIT.cannotRecord;
  }

  private async serve(recording: OpenableRecording): Promise<void> {
    const { serveSource } = await import('../lib/recording/web-page.ts');
    const stop = new AbortController();
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort());
    const page = await serveSource(recording, { port: this.flags.port, signal: stop.signal });
    this.print({ url: page.url }, `${page.url}\n`);
    this.note(`${this.err.dim('serving until interrupted (Ctrl-C)')}\n`);
    await page.closed;
  }
}

function positive(flag: string, text: string): number {
  const value = Number(text);
  if (Number.isFinite(value) && value > 0) return value;
  throw new BrokerError({
    code: 'usage',
    exit: EXIT.usage,
    message: `${flag}: "${text}" is not a number above 0`,
    hint: 'see: sallyport replay --help',
  });
}
