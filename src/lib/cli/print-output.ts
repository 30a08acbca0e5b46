// Where a program's output goes at the caller's end: byte for byte into files and pipes, without what could harm it to a terminal,
// and as text a person would have read where --plain asks for it.
import type { OutputStream } from '../core/events.ts';
import type { TerminalSize } from '../core/terminal.ts';
import { createNeutraliser } from '../stream/neutralise-stage.ts';
import { createPlainScreen } from '../stream/plain.ts';
import { windowSize } from './forward-input.ts';

export interface OutputPrinter {
  /** Resolves once the reader can take more. */
  write(stream: OutputStream, bytes: Uint8Array): Promise<void>;
  /** The program is over: writes what its screen shows. */
  finish(): Promise<void>;
}

export interface PrintOptions {
  /** Resolves once it is written. */
  readonly sink: (stream: OutputStream, bytes: Uint8Array) => Promise<void>;
  /** The size of the program's terminal, or of the one assumed where it has none; undefined leaves the output as it is. */
  readonly plain: PlainOutput | undefined;
  /** A terminal is what reads the stream. */
  readonly isTerminal: (stream: OutputStream) => boolean;
}

export interface PlainOutput {
  readonly size: TerminalSize;
  /** The program runs on a terminal, which ends its lines. */
  readonly hasTerminal: boolean;
}

/** For a program with this terminal, or with pipes. */
export function plainOutput(pty: { readonly size: TerminalSize } | null): PlainOutput {
  return { size: pty?.size ?? windowSize(), hasTerminal: pty !== null };
}

export function printOutput({ sink, plain, isTerminal }: PrintOptions): OutputPrinter {
  return plain === undefined ? printBytes(sink, isTerminal) : printPlain(sink, plain);
}

function printBytes(sink: PrintOptions['sink'], isTerminal: PrintOptions['isTerminal']): OutputPrinter {
  const stages = {
    stdout: isTerminal('stdout') ? createNeutraliser('person') : undefined,
    stderr: isTerminal('stderr') ? createNeutraliser('person') : undefined,
  };
  return {
    async write(stream, bytes) {
      const stage = stages[stream];
      for (const piece of stage === undefined ? [bytes] : stage.push(bytes)) await sink(stream, piece);
    },
    async finish() {
      // An unfinished sequence is left out: it would swallow what the caller's shell prints next.
    },
  };
}

function printPlain(sink: PrintOptions['sink'], { size, hasTerminal }: PlainOutput): OutputPrinter {
  const lineEnds = hasTerminal ? 'terminal' : 'pipe';
  const screens = { stdout: createPlainScreen({ size, lineEnds }), stderr: createPlainScreen({ size, lineEnds }) };
  const tell = async (stream: OutputStream, text: string) => {
    if (text !== '') await sink(stream, Buffer.from(text));
  };
  return {
    write: (stream, bytes) => tell(stream, screens[stream].push(bytes)),
    async finish() {
      await tell('stdout', screens.stdout.flush());
      await tell('stderr', screens.stderr.flush());
    },
  };
}
