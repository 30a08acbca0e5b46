// Writing to a socket at the speed of its reader.
import type { EventEmitter } from 'node:events';
import type { Duplex } from 'node:stream';

/** Resolves once the socket can take more; rejects where it closes first, or is closed. */
export function writeOut(socket: Duplex, parts: readonly Uint8Array[]): Promise<void> {
  return new Promise((resolve, reject) => {
    if (socket.destroyed || socket.writableEnded) {
      reject(new Error('the connection is closed'));
      return;
    }
    socket.cork();
    for (const part of parts) socket.write(part);
    socket.uncork();
    if (socket.writableNeedDrain) drained(socket).then(resolve, reject);
    else resolve();
  });
}

/** Resolves once what is full can take more; rejects where it closes first. */
export function drained(full: Pick<EventEmitter, 'on' | 'off'>): Promise<void> {
  return new Promise((resolve, reject) => {
    const settle = (end: () => void) => () => {
      full.off('drain', onDrain);
      full.off('close', onClose);
      end();
    };
    const onDrain = settle(resolve);
    const onClose = settle(() => reject(new Error('the other side has gone')));
    full.on('drain', onDrain);
    full.on('close', onClose);
  });
}
