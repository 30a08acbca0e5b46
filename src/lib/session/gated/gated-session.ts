// An open gated session: one command at a time, whose output its owner can read. It holds no connection and settles
// nothing; open-gated.ts does.
import { asBrokerError, type BrokerError } from '../../core/errors.ts';
import { EXIT } from '../../core/exit-codes.ts';
import type { SessionId } from '../../core/ids.ts';
import type { Principal } from '../../core/principal.ts';
import type { Program } from '../../ports/target.ts';
import type { Invocation, SessionClient } from '../client.ts';
import { noProgress } from '../opening.ts';
import { resultOf, type SessionResult } from '../result.ts';
import { MAX_CARRIED_BYTES } from './carried-state.ts';
import type { ExecRequest, ExecResult } from './exec.ts';
import { followCommand } from './follow-command.ts';
import { needsInputError, nothingRuns, sessionBusy, sessionClosed } from './gated-errors.ts';
import type { OutputPage } from './output-log.ts';
import { runCommand, type Shared } from './run-command.ts';
import { RunningCommand } from './running-command.ts';
import { startUnseen, wouldAllow } from './unseen.ts';

/** A part of what the session's commands wrote, and how it stands with the newest. */
export interface SessionOutput extends OutputPage, Pick<ExecResult, 'needsInput' | 'cwd'> {
  readonly command: number | null;
  readonly state: ExecResult['state'] | null;
  /** Of the newest command, once it ended. */
  readonly exitCode: number | null;
}

export class GatedSession {
  readonly #shared: Shared;
  readonly #ended: Promise<SessionResult>;
  readonly #waiters = new Set<() => void>();
  #newest: RunningCommand | undefined;
  #count = 0;
  #settled: Promise<void> = Promise.resolve();

  /** `ended` is how the session ends; it never rejects. */
  constructor(shared: Shared, ended: Promise<SessionResult>) {
    this.#shared = shared;
    this.#ended = ended;
  }

  get id(): SessionId {
    return this.#shared.opening.id;
  }

  get owner(): Principal {
    return this.#shared.opening.client.principal;
  }

  get target(): string {
    return this.#shared.opening.invocation.target;
  }

  /** Where the next command starts; null where that is not known yet. */
  get cwd(): string | null {
    return this.#shared.state.folder ?? null;
  }

  /** State of the newest command; null where there was none. */
  get state(): ExecResult['state'] | null {
    if (this.#newest === undefined) return null;
    if (!this.#newest.isRunning) return 'ended';
    return this.#newest.needsInput === null ? 'running' : 'needs_input';
  }

  /** Resolves once no command runs any more. */
  get settled(): Promise<void> {
    return this.#settled;
  }

  /** True while a person is asked about a command. */
  get isAsking(): boolean {
    return this.#newest?.isRunning === true && !this.#newest.hasStarted;
  }

  /**
   * Runs a command, or joins the one that runs, until it ends, needs input that this client does not give, or, where the
   * client asked for that, runs without it. Never rejects: every failure is in the result. A client that goes away ends
   * the command it began, unless it asked to be let go.
   */
  async exec(asked: ExecRequest, client: SessionClient): Promise<ExecResult> {
    const { clock } = this.#shared.opening.deps;
    const startedAt = clock.monotonic();
    let running: RunningCommand;
    try {
      running = asked.command === null ? this.#join() : this.#begin(asked, client);
    } catch (error) {
      const progress = { ...noProgress(), error: asBrokerError(error) };
      return this.#answer(undefined, 'ended', progress, clock.monotonic() - startedAt);
    }
    const state = await followCommand(this.#shared, running, asked, client);
    const error =
      state === 'needs_input' && running.needsInput !== null ? needsInputError(this.id, running.needsInput) : null;
    const progress = state === 'ended' ? running.progress : { ...running.progress, error };
    return this.#answer(running, state, progress, clock.monotonic() - startedAt);
  }

  /**
   * What was written from `cursor` on, at most `limit` bytes; waits up to `waitMs` for the first of it while a command
   * runs.
   */
  async read(cursor: number, limit: number, waitMs: number, signal: AbortSignal): Promise<SessionOutput> {
    const { log, opening } = this.#shared;
    if (log.end <= cursor && this.state === 'running' && waitMs > 0) {
      await new Promise<void>((resolve) => {
        const done = () => {
          cancel();
          this.#waiters.delete(done);
          signal.removeEventListener('abort', done);
          resolve();
        };
        const cancel = opening.deps.clock.after(waitMs, done);
        this.#waiters.add(done);
        signal.addEventListener('abort', done, { once: true });
      });
    }
    const newest = this.#newest;
    const { state } = this;
    return {
      ...log.read(cursor, limit, state !== 'running'),
      command: newest?.number ?? null,
      state,
      exitCode: newest === undefined || newest.isRunning ? null : this.#exitCode(newest),
      needsInput: newest?.needsInput ?? null,
      cwd: this.cwd,
    };
  }

  /** Throws `nothing-runs` (69), also while a person is still asked. */
  async signal(name: string): Promise<void> {
    const running = this.#join();
    if (!running.hasStarted) throw nothingRuns(this.id);
    await this.#shared.recording.mark('client.signal', { signal: name });
    running.signal(name);
  }

  /** True where policy lets the session run this without asking anybody, as things are now. Nothing is noted down. */
  wouldAllow(text: string): boolean {
    return wouldAllow(this.#shared, text);
  }

  /** True where a text holds nothing that would be masked. */
  isShown(text: string): boolean {
    return this.#shared.opening.mask.look(text).count === 0;
  }

  /** Starts something of the broker's own as the next command would start; undefined while one runs. */
  async startUnseen(text: string, signal: AbortSignal): Promise<Program | undefined> {
    return this.#newest?.isRunning === true ? undefined : startUnseen(this.#shared, text, signal);
  }

  /** Puts on record that names on the target were looked up. */
  noteCompletion(text: string, found: number): Promise<void> {
    return this.#shared.recording.mark('path.completed', { text, found });
  }

  /** Ends what runs, and resolves once the session has settled. */
  close(): Promise<SessionResult> {
    this.#shared.opening.controller.abort(sessionClosed(this.id));
    return this.#ended;
  }

  #join(): RunningCommand {
    if (this.#newest?.isRunning !== true) throw nothingRuns(this.id);
    return this.#newest;
  }

  #begin(asked: ExecRequest, client: SessionClient): RunningCommand {
    const { opening, state, log, recording } = this.#shared;
    const { signal } = opening.controller;
    if (signal.aborted) throw asBrokerError(signal.reason);
    if (this.#newest?.isRunning === true) throw sessionBusy(this.id, this.#newest.number);
    const running = new RunningCommand(++this.#count, () => this.#wake());
    this.#newest = running;
    const invocation: Invocation = {
      ...opening.invocation,
      cwd: state.carried.folder ?? opening.invocation.cwd,
      command: asked.command,
      pty: asked.pty,
      why: asked.why === null ? null : opening.mask.text(asked.why),
      wait: asked.wait,
      timeoutMs: asked.timeoutMs,
    };
    const onEnd = () => running.controller.abort(signal.reason);
    signal.addEventListener('abort', onEnd, { once: true });
    this.#settled = runCommand({ ...this.#shared, log, recording }, running, invocation, client).then(() => {
      signal.removeEventListener('abort', onEnd);
      running.end();
      this.#lookAt(running.progress.error);
      this.#wake();
    });
    return running;
  }

  /** What could not be recorded or audited ends the session, and a folder that is gone is left. */
  #lookAt(error: BrokerError | null): void {
    if (error?.exit === EXIT.cannotRecord) this.#shared.opening.controller.abort(error);
    if (error?.code === 'bad-working-folder') this.#shared.state.leaveFolder();
  }

  #answer(
    running: RunningCommand | undefined,
    state: ExecResult['state'],
    progress: Parameters<typeof resultOf>[2],
    durationMs: number,
  ): ExecResult {
    const { opening, log } = this.#shared;
    const { tooLarge } = this.#shared.state;
    const { recording, lease } = opening.progress;
    const result = resultOf(this.id, opening.invocation.target, { ...progress, recording, lease }, durationMs);
    return {
      ...result,
      ...(state === 'running' ? { origin: 'broker', exitCode: EXIT.ok } : {}),
      command: running?.number ?? null,
      state,
      needsInput: state === 'needs_input' ? (running?.needsInput ?? null) : null,
      cwd: this.cwd,
      cursor: log.end,
      warning: state === 'ended' && tooLarge ? TOO_LARGE : null,
    };
  }

  #exitCode({ progress }: RunningCommand): number {
    return resultOf(this.id, '', progress, 0).exitCode;
  }

  #wake(): void {
    for (const waiter of [...this.#waiters]) waiter();
  }
}

const TOO_LARGE = `the exported variables take more than ${MAX_CARRIED_BYTES} bytes, so the next command starts with those of before`;
