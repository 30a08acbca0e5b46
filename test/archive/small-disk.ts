// A file system that is soon full. Needs root.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Runs `work` on a file system of 64 KiB, and takes it away again. */
export async function onSmallDisk(work: (root: string) => Promise<void>): Promise<void> {
  const root = mkdtempSync(join(tmpdir(), 'disk-'));
  mkdirSync(join(root, 'disk'));
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', join(root, 'disk')]);
  try {
    await work(join(root, 'disk'));
  } finally {
    execFileSync('umount', [join(root, 'disk')]);
    rmSync(root, { recursive: true });
  }
}
