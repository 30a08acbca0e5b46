// What every command shares: --json, --config, one way to print a result and one way to fail. A command parses, calls
// one service and renders; errors of every kind end here with a code, a sentence and the next step.
import type { Interfaces } from '@oclif/core';
import { Command } from '@oclif/core/command';
import * as Flags from '@oclif/core/flags';
import { BrokerError, type PublicError } from '../core/errors.ts';
import { EXIT } from '../core/exit-codes.ts';
import { type Connection, connectBroker } from './connect.ts';
import { type Environment, readEnvironment } from './environment.ts';
import { contractError, oneLine, type Palette, paletteFor, renderError, renderTable } from './render.ts';
import { usageError } from './usage-error.ts';

export type FlagsOf<T extends typeof Command> = Interfaces.InferredFlags<
  (typeof SallyportCommand)['baseFlags'] & T['flags']
>;
export type ArgsOf<T extends typeof Command> = Interfaces.InferredArgs<T['args']>;

export abstract class SallyportCommand<T extends typeof Command> extends Command {
  static override baseFlags = {
    json: Flags.boolean({ description: 'print one JSON object on standard output', helpGroup: 'GLOBAL' }),
    config: Flags.string({
      description: 'configuration file for the broker that is started (also SALLYPORT_CONFIG)',
      helpGroup: 'GLOBAL',
      helpValue: 'FILE',
    }),
  };

  protected flags!: FlagsOf<T>;
  protected args!: ArgsOf<T>;
  /** What stands after `--`, untouched; null where there is no `--`. */
  protected child: readonly string[] | null = null;
  protected environment!: Environment;
  protected out: Palette = paletteFor(process.stdout);
  protected err: Palette = paletteFor(process.stderr);

  override async init(): Promise<void> {
    await super.init();
    const at = this.argv.indexOf('--');
    const own = at === -1 ? this.argv : this.argv.slice(0, at);
    this.child = at === -1 ? null : this.argv.slice(at + 1);
    const type = this.ctor as typeof Command;
    const { flags, args } = await this.parse(
      { flags: type.flags, baseFlags: SallyportCommand.baseFlags, args: type.args, strict: type.strict },
      own,
    );
    this.flags = flags as FlagsOf<T>;
    this.args = args as ArgsOf<T>;
    this.environment = readEnvironment(this.flags.config);
  }

  /** The result: JSON with --json, else the text. */
  protected print(value: unknown, text: string): void {
    process.stdout.write(this.wantsJson() ? `${JSON.stringify(value)}\n` : text);
  }

  /** The broker, started where none runs; what a person should know about it is noted. */
  protected async connect(): Promise<Connection> {
    const connection = await connectBroker(this.environment);
    this.noteAll(connection.notes);
    return connection;
  }

  protected noteAll(notes: readonly string[]): void {
    for (const text of notes) this.note(`${this.err.dim('note:')} ${oneLine(text)}\n`);
  }

  /** Rows for people, as wide as the terminal where there is one. */
  protected table(header: readonly string[], rows: readonly (readonly string[])[]): string {
    return renderTable(header, rows, this.out, process.stdout.isTTY ? process.stdout.columns : undefined);
  }

  /** For people, on stderr; nothing with --json. */
  protected note(text: string): void {
    if (!this.wantsJson()) process.stderr.write(text);
  }

  protected wantsJson(): boolean {
    return this.flags?.json ?? this.argv.slice(0, endOfOwn(this.argv)).includes('--json');
  }

  protected override async catch(thrown: Error): Promise<void> {
    const words = (this.id ?? '').replaceAll(':', ' ');
    const error = (thrown instanceof BrokerError ? undefined : usageError(thrown, words)) ?? asOwnError(thrown);
    if (error.exit === EXIT.bug && !(thrown instanceof BrokerError)) this.note(`${thrown.stack ?? String(thrown)}\n`);
    if (this.wantsJson()) process.stdout.write(`${JSON.stringify({ error: contractError(error) })}\n`);
    else process.stderr.write(renderError(error, this.err));
    process.exitCode = error.exit;
  }
}

function endOfOwn(argv: readonly string[]): number {
  const at = argv.indexOf('--');
  return at === -1 ? argv.length : at;
}

/** What nobody expected in this process is the CLI's failure, not the broker's. */
export function asOwnError(thrown: unknown): PublicError {
  if (thrown instanceof BrokerError) return thrown.toPublic();
  return {
    code: 'internal',
    exit: EXIT.bug,
    message: 'sallyport failed in a way it did not expect',
    hint: 'report it with what you ran; without --json the place shows',
  };
}
