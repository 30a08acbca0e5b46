// Says when files have changed, once they are quiet again. The kernel's word for their folders is quick but not sure
// (network file systems, folders that are exchanged), so they are looked at now and then as well.
import { type FSWatcher, statSync, watch } from 'node:fs';
import { basename, dirname } from 'node:path';
import type { Clock } from '../core/clock.ts';

/** An editor that writes in place is done by then. */
const QUIET_MS = 200;
const LOOK_EVERY_MS = 1000;

export interface FileWatch {
  stop(): void;
}

/** Calls `onChange` after a change of any of the files, or of what is at their paths. `files` is asked at every look. */
export function watchFiles(files: () => readonly string[], onChange: () => void, clock: Clock): FileWatch {
  const watchers = new Map<string, FSWatcher>();
  let seen = look();
  let cancelQuiet = () => {};
  let isWaiting = false;
  let cancelLook = lookLater();

  function look(): string {
    const paths = files();
    const folders = new Set(paths.map((path) => dirname(path)));
    for (const [folder, watcher] of watchers) if (!folders.has(folder)) forget(folder, watcher);
    for (const folder of folders) if (!watchers.has(folder)) listen(folder);
    return paths.map(signature).join('\n');
  }

  function lookLater(): () => void {
    return clock.after(LOOK_EVERY_MS, () => {
      check();
      cancelLook = lookLater();
    });
  }

  /** A change starts the wait for quiet; a change during the wait starts it anew. */
  function check(): void {
    const now = look();
    if (now === seen) return;
    seen = now;
    isWaiting = true;
    cancelQuiet();
    cancelQuiet = clock.after(QUIET_MS, () => {
      const later = look();
      if (later !== seen) return check();
      isWaiting = false;
      onChange();
    });
  }

  function listen(folder: string): void {
    try {
      const watcher = watch(folder, { persistent: false }, (_, name) => {
        // In a project's folder most of what happens is about other files.
        const isOurs = name === null || files().some((path) => basename(path) === name);
        if (isOurs && !isWaiting) check();
      });
      watcher.on('error', () => forget(folder, watcher));
      watchers.set(folder, watcher);
    } catch {
      // No such folder now, or no watch to be had: looking now and then finds out.
    }
  }

  function forget(folder: string, watcher: FSWatcher): void {
    watcher.close();
    watchers.delete(folder);
  }

  return {
    stop() {
      cancelQuiet();
      cancelLook();
      for (const [folder, watcher] of watchers) forget(folder, watcher);
    },
  };
}

/** Changes with the content, the owner, the mode, and with what file is there. */
function signature(path: string): string {
  try {
    const { dev, ino, size, mtimeMs, ctimeMs } = statSync(path);
    return `${dev} ${ino} ${size} ${mtimeMs} ${ctimeMs}`;
  } catch (error) {
    return String((error as NodeJS.ErrnoException).code);
  }
}
