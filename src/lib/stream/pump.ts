// Moves bytes between a program and its client: the only asynchronous file of this room. It keeps the two orders
// that never change: mask before record and client, record before forward.
import type { Clock } from '../core/clock.ts';
import type { OutputStream, SessionEvent } from '../core/events.ts';
import type { TerminalSize } from '../core/terminal.ts';
import type { OutputChunk, Program } from '../ports/target.ts';
import { OutputOrder } from './output-order.ts';
import type { Stage } from './stage.ts';

/** What a client sends while a program runs. */
export type ClientInput =
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array }
  | { readonly kind: 'end' }
  /** No more from this client for now; the program's input stays open. */
  | { readonly kind: 'pause' }
  | { readonly kind: 'resize'; readonly size: TerminalSize }
  | { readonly kind: 'signal'; readonly name: string };

export interface OutputPumpDeps {
  readonly program: Pick<Program, 'output'>;
  /** One a stream: a secret is never split over stdout and stderr. */
  readonly stages: Readonly<Record<OutputStream, Stage>>;
  /** Resolves once the event is recorded; a rejection ends the pump. */
  readonly record: (event: SessionEvent) => Promise<void>;
  /** Resolves once the client can take more. */
  readonly send: (chunk: OutputChunk) => Promise<void>;
  readonly clock: Clock;
  /** How long held-back bytes may wait for more before the stage lets them go, masked where they are a secret. */
  readonly holdMs: number;
  /** The same where they would only be shown, such as the last word typed: `holdMs` unless told. */
  readonly doubtMs?: number;
  /** Called for every chunk, before it is masked; for idle limits. */
  readonly onActivity: () => void;
  /** Called each time when all that came has been recorded and sent, and nothing is held back. */
  readonly onDelivered?: () => void;
}

/**
 * Delivers everything the program writes, until its output ends. Resolves after the last byte was recorded and
 * sent; rejects with what the program, the recorder or the client failed with.
 */
export async function pumpOutput(deps: OutputPumpDeps): Promise<void> {
  const { program, stages, record, send, clock, holdMs, doubtMs = holdMs, onActivity, onDelivered } = deps;
  const chunks = program.output[Symbol.asyncIterator]();
  /** When what a stream holds back is let go; a chunk of the other stream does not put that off. */
  const due = new Map<OutputStream, number>();
  const heldSince: Record<OutputStream, number> = { stdout: 0, stderr: 0 };
  const order = new OutputOrder(stages, deliver);
  let next = chunks.next();
  for (;;) {
    const result = await nextOrDeadline(next, due, clock);
    if (result === 'deadline') {
      await letGo((stream) => (due.get(stream) ?? Number.POSITIVE_INFINITY) <= clock.monotonic());
      if (due.size === 0) onDelivered?.();
      continue;
    }
    if (result.done === true) break;
    onActivity();
    const { stream, bytes } = result.value;
    const pieces = stages[stream].push(bytes);
    await order.pass(stream, pieces);
    setDeadline(stream, pieces.length > 0);
    if (due.size === 0) onDelivered?.();
    next = chunks.next();
  }
  await order.end();

  /** A program that goes on writing without an end puts the deadline off, but not for ever. */
  function setDeadline(stream: OutputStream, hasLetGo: boolean): void {
    const { holding, holdsSecret } = stages[stream];
    if (!holding) {
      due.delete(stream);
      return;
    }
    const now = clock.monotonic();
    if (hasLetGo || !due.has(stream)) heldSince[stream] = now;
    const waitMs = holdsSecret ? holdMs : doubtMs;
    due.set(stream, Math.min(now + waitMs, heldSince[stream] + LONGEST_WAITS * waitMs));
  }

  async function letGo(isDue: (stream: OutputStream) => boolean): Promise<void> {
    for (const stream of STREAMS.filter(isDue)) {
      due.delete(stream);
      await order.pass(stream, stages[stream].expire());
    }
  }

  async function deliver(stream: OutputStream, pieces: readonly Uint8Array[]): Promise<void> {
    for (const bytes of pieces) {
      if (bytes.length === 0) continue;
      await record({ kind: 'output', stream, bytes });
      await send({ stream, bytes });
    }
  }
}

const STREAMS = ['stdout', 'stderr'] as const;
/** How often a deadline may be put off, in its own length. */
const LONGEST_WAITS = 3;

/** The promise's value, or `deadline` once the first of the moments in `due` has come. */
async function nextOrDeadline<T>(
  next: Promise<T>,
  due: ReadonlyMap<OutputStream, number>,
  clock: Clock,
): Promise<T | 'deadline'> {
  if (due.size === 0) return next;
  const waitMs = Math.max(0, Math.min(...due.values()) - clock.monotonic());
  let cancel = () => {};
  const deadline = new Promise<'deadline'>((resolve) => {
    cancel = clock.after(waitMs, () => resolve('deadline'));
  });
  try {
    return await Promise.race([next, deadline]);
  } finally {
    cancel();
  }
}

export interface InputPumpDeps {
  readonly program: Program;
  readonly input: AsyncIterable<ClientInput>;
  readonly record: (event: SessionEvent) => Promise<void>;
  readonly onActivity: () => void;
}

/**
 * Delivers what the client sends, until the client's input ends. What is typed where the terminal does not echo is
 * recorded by its length alone. A program that has gone takes nothing more: that is not a failure of the client.
 */
export async function pumpInput({ program, input, record, onActivity }: InputPumpDeps): Promise<void> {
  for await (const item of input) {
    onActivity();
    switch (item.kind) {
      case 'bytes':
        await record(
          program.inputIsHidden()
            ? { kind: 'hidden-input', byteCount: item.bytes.length }
            : { kind: 'input', bytes: item.bytes },
        );
        try {
          await program.write(item.bytes);
        } catch {
          // The program takes no more: it ended, or its connection did. How is for `program.exited` to say.
          return;
        }
        break;
      case 'end':
        program.endInput();
        break;
      case 'pause':
        break;
      case 'resize':
        await record({ kind: 'resize', size: item.size });
        program.resize(item.size);
        break;
      case 'signal':
        await record({ kind: 'marker', name: 'client.signal', data: { signal: item.name } });
        program.signal(item.name);
        break;
      default:
        item satisfies never;
    }
  }
}
