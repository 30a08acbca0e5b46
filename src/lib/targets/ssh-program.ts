// A program on an SSH channel, as the port's Program. It owns the channel and everything handed to it that must be
// closed afterwards; it opens no connection.
import type { Clock } from '../core/clock.ts';
import type { BrokerError } from '../core/errors.ts';
import type { ExitStatus } from '../core/events.ts';
import type { TerminalSize } from '../core/terminal.ts';
import type { InputLook, OutputChunk, Program } from '../ports/target.ts';
import { knownSignal, programEnded } from './launch.ts';
import type { ClientChannel, SshConnection } from './ssh-connection.ts';
import { connectionLost, type Place, programLeftRunning } from './ssh-errors.ts';
import { SshOutput } from './ssh-output.ts';
import { waitFor, withDeadline } from './ssh-waiting.ts';

// How long a server may take to deliver a signal.
const SIGNAL_LIMIT_MS = 3_500;
const END_OF_TRANSMISSION = Uint8Array.of(0x04);
const CONTROL_CHARACTERS: Readonly<Record<string, number>> = { SIGINT: 0x03, SIGQUIT: 0x1c, SIGTSTP: 0x1a };

export interface SshProgramParts {
  readonly channel: ClientChannel;
  readonly connection: SshConnection;
  readonly place: Place;
  readonly clock: Clock;
  readonly hasPty: boolean;
  /**
   * What to ask for on a second channel so that a signal, named without SIG, reaches the program (ssh-forced-command.ts);
   * undefined where nothing answers that.
   */
  readonly signalRequest: ((name: string) => string) | undefined;
  /** Opens the second channel; the connection's own way where absent. */
  readonly exec?: SshConnection['exec'];
  /** Closes what is the program's alone: its channel or, where it has one, its connection and every hop before it. */
  readonly close: () => Promise<void>;
}

/** Must be called in the same turn in which the channel opened: its first bytes may already be on the way. */
export function sshProgram(parts: SshProgramParts): Program {
  return new SshProgram(parts);
}

class SshProgram implements Program {
  readonly leader = null;
  readonly output: AsyncIterable<OutputChunk>;
  readonly exited: Promise<ExitStatus>;
  readonly #parts: SshProgramParts;
  readonly #output: SshOutput;
  readonly #pendingWrites = new Set<(error: BrokerError) => void>();
  #exit: 'unknown' | 'known' | 'lost' = 'unknown';
  #inputEnded = false;
  #disposal: Promise<void> | undefined;
  #signals: Promise<void> = Promise.resolve();

  constructor(parts: SshProgramParts) {
    this.#parts = parts;
    this.#output = new SshOutput(parts);
    this.output = this.#output.queue;
    this.exited = this.#watchExit();
    // Whoever awaits it later sees the rejection; nobody doing so must not end the broker.
    this.exited.catch(() => {});
  }

  #watchExit(): Promise<ExitStatus> {
    const { channel, connection, place } = this.#parts;
    return new Promise((resolve, reject) => {
      channel.once('exit', (code: number | null, signal?: string) => {
        this.#exit = 'known';
        resolve(code === null ? { kind: 'signal', signal: signalName(signal) } : { kind: 'code', code });
        this.#refuseWrites(programEnded());
        this.#output.programExited();
      });
      const lost = (error?: Error) => {
        if (this.#exit === 'unknown') this.#exit = 'lost';
        const reason = connectionLost(place, error);
        reject(reason);
        this.#refuseWrites(this.#exit === 'known' ? programEnded() : reason);
      };
      const stopListening = connection.onClosed(() => lost(connection.error));
      channel.once('close', () => {
        stopListening();
        lost();
      });
      if (connection.isClosed) lost(connection.error);
    });
  }

  write(bytes: Uint8Array): Promise<void> {
    if (this.#exit === 'known' || this.#inputEnded || this.#disposal !== undefined)
      return Promise.reject(programEnded());
    if (this.#exit === 'lost') return Promise.reject(connectionLost(this.#parts.place));
    return new Promise((resolve, reject) => {
      // ssh2 forgets the callback of a write that waits for window space when the channel closes.
      this.#pendingWrites.add(reject);
      this.#parts.channel.write(bytes, (error) => {
        this.#pendingWrites.delete(reject);
        if (error) reject(programEnded());
        else resolve();
      });
    });
  }

  #refuseWrites(reason: BrokerError): void {
    for (const reject of this.#pendingWrites) reject(reason);
    this.#pendingWrites.clear();
  }

  endInput(): void {
    if (this.#inputEnded || this.#exit !== 'unknown') return;
    if (this.#parts.hasPty) {
      this.#parts.channel.write(END_OF_TRANSMISSION);
      return;
    }
    this.#inputEnded = true;
    this.#parts.channel.end();
  }

  resize({ cols, rows }: TerminalSize): void {
    if (this.#parts.hasPty && this.#exit === 'unknown') this.#parts.channel.setWindow(rows, cols, 0, 0);
  }

  signal(name: string): void {
    knownSignal(name);
    if (this.#exit !== 'unknown' || this.#disposal !== undefined) return;
    this.#signals = this.#signals.then(() => this.#deliver(name));
  }

  async #deliver(name: string): Promise<void> {
    const { channel, signalRequest, hasPty } = this.#parts;
    if (this.#exit !== 'unknown') return;
    const character = hasPty ? CONTROL_CHARACTERS[name] : undefined;
    if (signalRequest !== undefined) {
      if (await this.#deliverByMessenger(name)) return;
    } else if (character === undefined) channel.signal(name.slice(3));
    // In a free terminal the program is the shell's foreground job, whose process group sshd does not know; and a server
    // that allows one session a connection (MaxSessions 1) lets no messenger in. A terminal can be typed at.
    if (character !== undefined && this.#exit === 'unknown') channel.write(Uint8Array.of(character));
  }

  /** True where the messenger on a second channel says that it signalled the program's process group. */
  async #deliverByMessenger(name: string): Promise<boolean> {
    const { connection, clock, place, signalRequest } = this.#parts;
    const { exec = connection.exec.bind(connection) } = this.#parts;
    if (signalRequest === undefined) return false;
    const options = {
      clock,
      ms: SIGNAL_LIMIT_MS,
      signal: new AbortController().signal,
      late: () => connectionLost(place),
    };
    const request = signalRequest(name.slice(3));
    try {
      return await withDeadline(options, async (limit) => {
        const exit = await exec(request, null, limit, (messenger) => {
          messenger.resume();
          messenger.stderr.resume();
          const code = waitFor<number | null>(limit, (resolve) => {
            messenger.once('exit', resolve).once('close', () => resolve(null));
            return () => messenger.close();
          });
          return { code };
        });
        return (await exit.code) === 0;
      });
    } catch {
      // Refused, too late, or the connection is gone: not delivered, whatever the reason.
      return false;
    }
  }

  inputIsHidden(): boolean {
    // Whether the far terminal echoes cannot be known from here.
    return this.#parts.hasPty;
  }

  lookAtInput(): InputLook {
    const isOver = this.#exit !== 'unknown' || this.#inputEnded || this.#disposal !== undefined;
    return { state: isOver ? 'busy' : 'unknown', hidden: false };
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.#disposal ??= this.#dispose();
    return this.#disposal;
  }

  async #dispose(): Promise<void> {
    this.#output[Symbol.dispose]();
    // Closing the connection hangs up a terminal, but leaves a program without one running: end it first.
    let leftRunning = false;
    if (this.#exit === 'unknown' && this.#parts.signalRequest !== undefined) {
      await this.#signals;
      leftRunning = !(await this.#deliverByMessenger('SIGKILL')) && this.#exit === 'unknown';
    }
    await this.#parts.close();
    if (leftRunning) throw programLeftRunning(this.#parts.place);
  }
}

/** sshd sends `SIG@openssh.com` for a signal that RFC 4254 has no name for. */
function signalName(name: string | undefined): string {
  return name === undefined || name.includes('@') ? 'unknown' : name;
}
