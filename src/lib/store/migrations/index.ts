// Every migration in order. Add at the end; never edit, rename or remove one that was released.
import type { Migration } from 'kysely';
import { initial } from './0001-initial.ts';
import { sessionMode } from './0002-session-mode.ts';

export const migrations: Readonly<Record<string, Migration>> = {
  '0001-initial': initial,
  '0002-session-mode': sessionMode,
};
