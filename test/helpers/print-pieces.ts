// A program that prints a file in pieces of its own choosing: `node print-pieces.js FILE SEED PAUSES`. Pieces are 1 to 64
// bytes; PAUSES of them are followed by a wait that is longer than any deadline of the mask.
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const SOURCE = `
const { readFileSync, writeSync } = require('fs');
const [, , file, seed, pauses] = process.argv;
const bytes = readFileSync(file);
let state = Number(seed);
const draw = (below) => (state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff) % below;
const wait = new Int32Array(new SharedArrayBuffer(4));
const every = Math.floor(bytes.length / 33 / (Number(pauses) + 1)) + 1;
let count = 0;
for (let at = 0; at < bytes.length; ) {
  const size = 1 + draw(64);
  let piece = bytes.subarray(at, at + size);
  at += size;
  while (piece.length > 0) {
    try {
      piece = piece.subarray(writeSync(1, piece));
    } catch (error) {
      if (error.code !== 'EAGAIN') throw error;
      Atomics.wait(wait, 0, 0, 1);
    }
  }
  if (++count % every === 0) Atomics.wait(wait, 0, 0, 260);
}
`;

/** Writes the program into a folder; returns its path. */
export function writePrinter(folder: string): string {
  const path = join(folder, 'print-pieces.cjs');
  writeFileSync(path, SOURCE);
  chmodSync(path, 0o755);
  return path;
}
