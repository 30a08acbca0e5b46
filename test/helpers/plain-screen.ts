// What a person reads on a test's terminal: its text without colours and movements. Programs that draw a line anew at every
// change leave the last state at the end.
import { until } from './cli.ts';
import type { Terminal } from './terminal.ts';

export interface PlainScreen {
  text(): string;
  /** Resolves once the screen ends with that. */
  shows(rows: string): Promise<void>;
  /** Resolves with what came since `from`, once it matches. */
  reads(pattern: RegExp, from: number): Promise<string>;
}

export function plainScreen(terminal: Terminal): PlainScreen {
  const text = () =>
    terminal
      .text()
      .replace(/\u001b\[[\d;?]*[A-Za-z]/g, '')
      .replace(/\r+\n/g, '\n')
      .replaceAll('\r', '');

  async function wait(isThere: () => boolean, what: string): Promise<void> {
    // What is on the screen is worth reading once the wait is over, not before.
    await until(isThere, what, 20_000).catch((error: Error) => {
      throw new Error(`${error.message}; the screen ends with ${JSON.stringify(text().slice(-600))}`);
    });
  }

  return {
    text,
    shows: (rows) => wait(() => text().endsWith(rows), JSON.stringify(rows)),
    async reads(pattern, from) {
      await wait(() => pattern.test(text().slice(from)), String(pattern));
      return text().slice(from);
    },
  };
}
