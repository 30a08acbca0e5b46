// Writing to a socket at the speed of its reader.
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
    if (!socket.writableNeedDrain) {
      resolve();
      return;
    }
    const settle = (end: () => void) => () => {
      socket.off('drain', onDrain);
      socket.off('close', onClose);
      end();
    };
    const onDrain = settle(resolve);
    const onClose = settle(() => reject(new Error('the other side has gone')));
    socket.on('drain', onDrain);
    socket.on('close', onClose);
  });
}
