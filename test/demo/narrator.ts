// What the demo says between the commands it runs. Colours and pauses only where a person watches, on a terminal.
import { setTimeout as delay } from 'node:timers/promises';
import { type Palette, paletteFor } from '../../src/lib/cli/render.ts';

/** Long enough to read the line that explains the next step. */
const READING_MS = 900;

export interface Narrator {
  /** A heading: what happens next, in one line. */
  step(text: string): Promise<void>;
  /** A line of explanation. */
  say(text: string): void;
  /** A command as somebody would type it. */
  prompt(who: string, command: string): void;
  /** What a part could not show, and why. */
  skip(what: string, why: string): void;
  /** A line from another program's log. */
  quote(from: string, line: string): void;
}

/** Speaks on standard output; `signal` cuts its pauses short. */
export function narrator(signal: AbortSignal): Narrator {
  const { stdout } = process;
  const palette: Palette = paletteFor(stdout);
  const write = (text: string) => void stdout.write(`${text}\n`);
  let steps = 0;
  return {
    async step(text) {
      steps += 1;
      write(`\n${palette.bold(`${steps}. ${text}`)}`);
      if (stdout.isTTY === true) await delay(READING_MS, undefined, { signal });
    },
    say: (text) => write(palette.dim(`   ${text}`)),
    prompt: (who, command) => write(`${palette.good(who)} ${palette.dim('$')} ${palette.bold(command)}`),
    skip: (what, why) => write(`   ${palette.warn('skipped:')} ${what}: ${why}`),
    quote: (from, line) => write(`${palette.warn(`${from}:`)} ${line}`),
  };
}
