// The line of a gated session on this machine. Nothing is held between commands: each starts as a one-shot does.
import type { Line, Program, ProgramSpec } from '../ports/target.ts';

/** Rejects with the signal's reason. `start` is the target's own way to start a program. */
export function shellLine(
  start: (spec: ProgramSpec, signal: AbortSignal) => Promise<Program>,
  signal: AbortSignal,
): Line {
  signal.throwIfAborted();
  const running = new Set<Program>();
  return {
    async start(spec, limit) {
      const program = await start(spec, limit);
      running.add(program);
      void program.exited.catch(() => undefined).then(() => running.delete(program));
      return program;
    },
    lost: new AbortController().signal,
    async [Symbol.asyncDispose]() {
      await Promise.all([...running].map((program) => program[Symbol.asyncDispose]()));
    },
  };
}
