// Bytes of a terminal → keys and pasted text. Node's own decoder knows the sequences; what is pasted is never a key.

import { emitKeypressEvents, type Key } from 'node:readline';
import { PassThrough } from 'node:stream';

export type Typed =
  /** Named as `a`, `ctrl+a`, `meta+b`, `return`, `up`; `text` is what it would insert. `isLast`: nothing came with it. */
  | { readonly kind: 'key'; readonly name: string; readonly text: string; readonly isLast: boolean }
  | { readonly kind: 'paste'; readonly text: string };

/** Asks the terminal to mark what is pasted (xterm, "bracketed paste"), and not to. */
export const PASTE_ON = '\u001b[?2004h';
export const PASTE_OFF = '\u001b[?2004l';

/** An Enter so soon after a paste was pasted with it: whoever copies does not see the end mark that was hidden there. */
const PASTE_TAIL_MS = 50;

export interface KeyDecoder {
  push(bytes: Uint8Array): void;
  /** Forgets a sequence that has only begun. */
  stop(): void;
}

/** Calls `onTyped` for each key, and once for each paste. `now` is a steady clock, in ms. */
export function decodeKeys(now: () => number, onTyped: (typed: Typed) => void): KeyDecoder {
  const source = new PassThrough();
  emitKeypressEvents(source);
  let pasted: string | undefined;
  let pastedAt = Number.NEGATIVE_INFINITY;
  // A key is told one later, so that it is known whether it was the last.
  let held: { name: string; text: string } | undefined;
  const tell = (isLast: boolean) => {
    const key = held;
    held = undefined;
    if (key !== undefined) onTyped({ kind: 'key', ...key, isLast });
  };
  source.on('keypress', (text: string | undefined, key: Key) => {
    if (key.name === 'paste-start' && pasted === undefined) {
      tell(false);
      pasted = '';
    } else if (key.name === 'paste-end' && pasted !== undefined) {
      onTyped({ kind: 'paste', text: pasted.replace(/\r\n?/g, '\n') });
      pasted = undefined;
      pastedAt = now();
    } else if (pasted !== undefined) {
      pasted += key.sequence ?? '';
    } else if (isEnter(key) && now() - pastedAt < PASTE_TAIL_MS) {
      tell(false);
      onTyped({ kind: 'paste', text: '\n' });
    } else {
      tell(false);
      held = { name: nameOf(key), text: key.meta === true ? '' : (text ?? '') };
    }
  });
  return {
    push(bytes) {
      source.emit('data', bytes);
      tell(true);
    },
    stop: () => source.removeAllListeners('keypress'),
  };
}

function isEnter({ name }: Key): boolean {
  return name === 'return' || name === 'enter';
}

function nameOf({ name, ctrl, meta, sequence }: Key): string {
  return `${ctrl === true ? 'ctrl+' : ''}${meta === true ? 'meta+' : ''}${name ?? sequence ?? ''}`;
}
