// The command that a gated session runs now: who looks on, what it is waiting for, how it can be ended. Clients come and
// go; the command's output goes to the log whoever looks.
import { Bug } from '../../core/errors.ts';
import type { SessionEvent } from '../../core/events.ts';
import type { OutputChunk, Program } from '../../ports/target.ts';
import type { SessionClient } from '../client.ts';
import { noProgress, type Progress } from '../opening.ts';
import type { NeedsInput } from './exec.ts';

export class RunningCommand {
  readonly number: number;
  /** Ends the command; the reason says why. */
  readonly controller = new AbortController();
  readonly progress: Progress = noProgress();
  /** Resolves once the program runs; never where it does not come to that. */
  readonly started: Promise<Program>;
  /** Resolves once nothing of it runs any more. */
  readonly ended: Promise<void>;
  /** The printed form as people are shown it, once it was judged. */
  printed: string | null = null;
  /** True while a client has more input for it. */
  isFed = false;
  /** Puts what a client sends on record; set before the program has begun. */
  recordInput: (event: SessionEvent) => Promise<void> = () => Promise.reject(new Bug('nothing runs yet'));
  /** Called when something was typed. */
  touch: () => void = () => {};
  readonly #onNews: () => void;
  readonly #watchers = new Set<() => void>();
  #program: Program | undefined;
  #audience: SessionClient | undefined;
  #needsInput: NeedsInput | null = null;
  #isRunning = true;
  #start: (program: Program) => void = () => {};
  #end: () => void = () => {};

  /** `onNews`: something was written, or it waits for input. */
  constructor(number: number, onNews: () => void) {
    this.number = number;
    this.#onNews = onNews;
    this.started = new Promise((resolve) => {
      this.#start = resolve;
    });
    this.ended = new Promise((resolve) => {
      this.#end = resolve;
    });
  }

  get isRunning(): boolean {
    return this.#isRunning;
  }

  get hasStarted(): boolean {
    return this.#program !== undefined;
  }

  get needsInput(): NeedsInput | null {
    return this.#needsInput;
  }

  begin(program: Program, notify: (client: SessionClient) => void): void {
    this.#program = program;
    if (this.#audience !== undefined) notify(this.#audience);
    this.#start(program);
  }

  end(): void {
    this.#isRunning = false;
    this.#needsInput = null;
    this.#end();
  }

  /** From now on this client gets the output. */
  show(client: SessionClient): void {
    this.#audience = client;
  }

  /** It gets no more, where it is the one that does. */
  hide(client: SessionClient): void {
    if (this.#audience === client) this.#audience = undefined;
  }

  signal(name: string): void {
    this.#program?.signal(name);
  }

  /** Resolves once the client can take more; one that has gone is no reason to stop. */
  async send(chunk: OutputChunk): Promise<void> {
    this.#onNews();
    const client = this.#audience;
    if (client === undefined || client.gone.aborted) return;
    try {
      await client.send(chunk);
    } catch (error) {
      if (!client.gone.aborted && this.#audience === client) throw error;
    }
  }

  /** Says that the program waits for input, or does not any more. */
  tell(needsInput: NeedsInput | null): void {
    this.#needsInput = needsInput;
    if (needsInput === null) return;
    for (const watcher of [...this.#watchers]) watcher();
    this.#onNews();
  }

  /** Calls `listener` each time the program begins to wait for input; the answer ends that. */
  onNeedsInput(listener: () => void): () => void {
    this.#watchers.add(listener);
    return () => this.#watchers.delete(listener);
  }
}
