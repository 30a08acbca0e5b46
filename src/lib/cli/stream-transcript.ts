// What a program in a cluster wrote and was sent, as lines that say which stream they are of. Text is escaped, and nothing in it can pass for
// the beginning of another line.
import { visible } from './render.ts';

export interface StreamTranscript {
  /** Takes the next piece of a stream and returns the lines that are whole, with their ends. */
  push(stream: string, text: string): string;
  /** The rest. */
  flush(): string;
}

/** A line that does not end is cut here, so that no text is held as a whole. */
const LONGEST_LINE = 4096;

/**
 * `stdout | text`; `stdout … text` goes on with a line of that stream that another stream, or its length, broke. A line's own carriage
 * return before its end, as a terminal writes it, is left out.
 */
export function streamTranscript(): StreamTranscript {
  const broken = new Set<string>();
  let current = '';
  let held = '';

  function line(text: string, isWhole: boolean): string {
    const mark = broken.has(current) ? '…' : '|';
    if (isWhole) broken.delete(current);
    else broken.add(current);
    return `${visible(current).slice(0, 40).padEnd(6)} ${mark} ${visible(isWhole ? text.replace(/\r$/, '') : text)}\n`;
  }

  function flush(): string {
    const rest = held;
    held = '';
    return rest === '' ? '' : line(rest, false);
  }

  return {
    push(stream, text) {
      let printed = '';
      if (stream !== current) {
        printed += flush();
        current = stream;
      }
      const lines = `${held}${text}`.split('\n');
      held = lines.pop() ?? '';
      for (const each of lines) printed += line(each, true);
      for (; held.length > LONGEST_LINE; held = held.slice(LONGEST_LINE))
        printed += line(held.slice(0, LONGEST_LINE), false);
      return printed;
    },
    flush,
  };
}
