// Which folders a sandbox shows, from what is configured. Pure. What lies hidden or read-only inside a folder that can be
// written stays where it is because every folder on the way is a mount of its own: a mount point cannot be renamed away.
import { dirname } from 'node:path';

export interface Layout {
  /** Writable, outer ones first. */
  readonly writable: readonly string[];
  /**
   * Writable folders that must stay in their place, outer ones first; where they exist. A workspace in a workspace is among
   * them: the folder above it, bound over itself, lies over its mount.
   */
  readonly pinned: readonly string[];
  /** To be covered, where they exist. None lies inside another one. */
  readonly hidden: readonly string[];
  /** Files to be read only, where they exist. */
  readonly readOnly: readonly string[];
}

/** Folders the sandbox has of its own, empty at first. /run is where services listen, and a Unix socket is no network. */
export const FRESH_FOLDERS = ['/tmp', '/var/tmp', '/run'] as const;

/** Arranges real, absolute paths. What is hidden inside a fresh folder needs no cover unless a writable one shows it. */
export function arrange(paths: {
  readonly writable: readonly string[];
  readonly hidden: readonly string[];
  readonly readOnly: readonly string[];
}): Layout {
  const writable = [...new Set(paths.writable)].sort(outerFirst);
  const hidden = outermost(paths.hidden.filter((path) => isShown(path, writable)));
  const readOnly = paths.readOnly.filter(
    (path) => isInSome(path, writable) && !hidden.some((cover) => isWithin(path, cover)),
  );
  const pinned = [...hidden, ...readOnly].flatMap((path) => foldersOnTheWay(path, writable));
  return { writable, pinned: [...new Set(pinned)].sort(outerFirst), hidden, readOnly };
}

/** True for the folder itself and for what is below it. */
export function isWithin(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder === '/' ? '/' : `${folder}/`);
}

function isInSome(path: string, folders: readonly string[]): boolean {
  return folders.some((folder) => isWithin(path, folder));
}

function isShown(path: string, writable: readonly string[]): boolean {
  return !isInSome(path, FRESH_FOLDERS) || isInSome(path, writable);
}

function outermost(paths: readonly string[]): string[] {
  const kept: string[] = [];
  for (const path of [...paths].sort(outerFirst)) if (!isInSome(path, kept)) kept.push(path);
  return kept;
}

function foldersOnTheWay(path: string, writable: readonly string[]): string[] {
  const way: string[] = [];
  for (let folder = dirname(path); isInSome(folder, writable); folder = dirname(folder)) {
    way.push(folder);
    if (folder === '/') break;
  }
  return way;
}

function outerFirst(a: string, b: string): number {
  return a.split('/').length - b.split('/').length || (a < b ? -1 : a > b ? 1 : 0);
}
