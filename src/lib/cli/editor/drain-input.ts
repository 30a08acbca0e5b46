// Drops what was typed on a terminal before anybody asked for it, so that it cannot become the answer to what is asked now.
import { closeSync, constants, openSync, readSync } from 'node:fs';

/** Reads away what waits, in this process and in the kernel. The terminal is in raw mode. Returns the count of bytes. */
export function drainInput(stdin: NodeJS.ReadStream): number {
  let dropped = 0;
  for (let chunk = stdin.read(); chunk !== null; chunk = stdin.read()) dropped += chunk.length;
  const fd = openAgain();
  try {
    const buffer = Buffer.alloc(4096);
    for (let length = readSync(fd, buffer); length > 0; length = readSync(fd, buffer)) dropped += length;
  } catch (error) {
    // EAGAIN: it is empty. EIO: it hung up, which the next reader is told, too.
    if (!['EAGAIN', 'EIO'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
  } finally {
    closeSync(fd);
  }
  return dropped;
}

/** A descriptor of its own: what is set on the shared one, others would inherit. */
function openAgain(): number {
  const flags = constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY;
  try {
    return openSync('/dev/tty', flags);
  } catch {
    // No terminal controls this process: then by its number, which takes the right to open the device.
    return openSync('/dev/fd/0', flags);
  }
}
