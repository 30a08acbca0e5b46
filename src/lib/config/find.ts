// Which config counts: the one that was named, else the nearest project's that a person trusted, else the user's,
// else the system's, else the built-in one. An untrusted project file is reported and never used: the agent can
// write there.
import { lstatSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { BrokerError } from '../core/errors.ts';
import { EXIT } from '../core/exit-codes.ts';
import { type ConfigFile, readConfigFile, refuseForeignWriters } from './config-file.ts';
import { CONFIG_FILE_NAME, userConfigFile } from './paths.ts';
import { quoted } from './problem.ts';
import type { Trust } from './trust.ts';

export const SYSTEM_CONFIG_FILE = '/etc/sallyport/sallyport.yaml';

export interface SearchPlaces {
  /** `--config`, else `SALLYPORT_CONFIG`; relative to `cwd`. Empty counts as absent. */
  readonly explicit?: string | undefined;
  readonly home: string;
  readonly xdgConfigHome?: string | undefined;
  /** Absolute. */
  readonly cwd: string;
  /** Of the caller; a config that another user but root owns is refused. */
  readonly uid: number;
  readonly system?: string;
  /** What a person said of a file at that path with that digest (trust.ts). */
  readonly trust: { trustOf(file: Pick<ConfigFile, 'path' | 'digest'>): Trust };
}

export interface FoundConfig {
  readonly source: ConfigSource;
  /** Project files on the way up that do not count, nearest first; the CLI says so on standard error. */
  readonly untrusted: readonly UntrustedFile[];
}

export type ConfigSource =
  | {
      readonly kind: 'explicit' | 'project' | 'user' | 'system';
      readonly file: ConfigFile;
      /** As errors name it: what the caller typed, else the absolute path. */
      readonly label: string;
    }
  | { readonly kind: 'built-in' };

export interface UntrustedFile {
  readonly path: string;
  /** `changed`: it was trusted with other content. `unusable`: nobody can trust it, `why` says what it is. */
  readonly trust: Exclude<Trust, 'trusted'> | 'unusable';
  readonly why?: string;
}

/**
 * Looks in order and reads at most one file a place. Throws BrokerError (exit 78): `config-not-found` (the explicit
 * one only), `config-unreadable`, `config-permissions`, `bad-config`, `trust-unusable`. A project's file can cause none
 * of these but the last: whoever can write there must not be able to stop the person.
 */
export function findConfig(places: SearchPlaces): FoundConfig {
  if (places.explicit) return { source: namedConfig(places.explicit, places), untrusted: [] };
  const { trusted, untrusted } = searchUpwards(places);
  if (trusted !== undefined) {
    return { source: { kind: 'project', file: trusted, label: trusted.path }, untrusted };
  }
  for (const [kind, path] of [
    ['user', userConfigFile(places)],
    ['system', places.system ?? SYSTEM_CONFIG_FILE],
  ] as const) {
    const file = readConfigFile(path);
    if (file === undefined) continue;
    refuseForeignWriters(file, places.uid);
    return { source: { kind, file, label: path }, untrusted };
  }
  return { source: { kind: 'built-in' }, untrusted };
}

/** One line for standard error, without an end of line. */
export function untrustedNote({ path, trust, why }: UntrustedFile, cwd: string): string {
  const near = relative(cwd, path);
  const shown = quoted(near === CONFIG_FILE_NAME ? `./${near}` : near).slice(1, -1);
  switch (trust) {
    case 'changed':
      return `${shown} changed since it was trusted; ignored; look at it and run "sallyport trust" to use it`;
    case 'unknown':
      return `found an untrusted ${shown}; ignored; run "sallyport trust" to use it`;
    case 'unusable':
      return `ignored ${shown}: ${why ?? 'it cannot be read'}`;
  }
}

function namedConfig(explicit: string, { cwd, uid }: SearchPlaces): ConfigSource {
  const file = readConfigFile(resolve(cwd, explicit));
  if (file === undefined) {
    throw new BrokerError({
      code: 'config-not-found',
      exit: EXIT.configuration,
      message: `there is no config ${quoted(explicit)}`,
      hint: 'check --config and SALLYPORT_CONFIG, or write one with: sallyport init',
    });
  }
  refuseForeignWriters(file, uid);
  return { kind: 'explicit', file, label: explicit };
}

/** Past an untrusted file the search goes on: dropping one there must not switch off the trusted one above it. */
function searchUpwards({ cwd, home, trust }: SearchPlaces): {
  readonly trusted: ConfigFile | undefined;
  readonly untrusted: readonly UntrustedFile[];
} {
  const untrusted: UntrustedFile[] = [];
  for (const folder of foldersUpwards(cwd, home)) {
    const path = join(folder, CONFIG_FILE_NAME);
    const file = readProjectFile(path);
    if (file === undefined) continue;
    if ('why' in file) {
      untrusted.push({ path, trust: 'unusable', why: file.why });
      continue;
    }
    const said = trust.trustOf(file);
    if (said === 'trusted') return { trusted: file, untrusted };
    untrusted.push({ path, trust: said });
  }
  return { trusted: undefined, untrusted };
}

/** The file, why it is none that anybody could trust, or undefined where there is nothing to see. */
function readProjectFile(path: string): ConfigFile | { readonly why: string } | undefined {
  if (isOutOfSight(path)) return undefined;
  try {
    return readConfigFile(path);
  } catch (error) {
    if (error instanceof BrokerError) return { why: error.publicMessage };
    throw error;
  }
}

/** From `cwd` up to `home`, if it is on the way, else up to the root. */
function* foldersUpwards(cwd: string, home: string): Generator<string> {
  const last = resolve(home);
  let folder = resolve(cwd);
  for (;;) {
    yield folder;
    const parent = dirname(folder);
    if (folder === last || parent === folder) return;
    folder = parent;
  }
}

/** True where the folder may not even be looked into, as above a folder entered as another user. */
function isOutOfSight(path: string): boolean {
  try {
    lstatSync(path, { throwIfNoEntry: false });
    return false;
  } catch (cause) {
    return cause instanceof Error && 'code' in cause && cause.code === 'EACCES';
  }
}
