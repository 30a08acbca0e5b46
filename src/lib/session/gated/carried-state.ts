// What one command of a gated session leaves to the next: its folder, and the exported variables that differ from those
// the session began with. What an interpreter told is only a claim; nothing is taken over that could not be judged.
import { isHarmlessVariable } from '../../core/variables.ts';
import type { Carried } from '../../ports/target.ts';
import type { ToldState } from './prelude.ts';

/** Names and values together. Linux takes 128 KiB for a single one, and every command is started with all of them. */
export const MAX_CARRIED_BYTES = 64 * 1024;

export const NOTHING_CARRIED: Carried = { folder: undefined, env: new Map() };

/**
 * `baseline` is the environment that the session's first command began with. Where the changes take too much room, the
 * environment stays as it was and `tooLarge` says so.
 */
export function carryOn(
  before: Carried,
  told: { readonly baseline: ToldState; readonly begin: ToldState; readonly end: ToldState },
): { readonly carried: Carried; readonly tooLarge: boolean } {
  const { baseline, begin, end } = told;
  const env = new Map(before.env);
  for (const [name, value] of end.env) {
    if (begin.env.get(name) !== value && mayCarry(name, value)) env.set(name, value);
  }
  for (const name of begin.env.keys()) if (!end.env.has(name) && mayCarry(name, '')) env.set(name, null);
  for (const [name, value] of env) if ((baseline.env.get(name) ?? null) === value) env.delete(name);
  const folder = end.folder === baseline.folder ? undefined : mayEnter(end.folder) ? end.folder : before.folder;
  const tooLarge = sizeOf(env) > MAX_CARRIED_BYTES;
  return { carried: { folder, env: tooLarge ? before.env : env }, tooLarge };
}

/** The state of one session, moved on by each of its commands. */
export class CarriedState {
  #carried = NOTHING_CARRIED;
  #baseline: ToldState | undefined;
  #folder: string | undefined;
  /** True where the last command's variables took too much room, so that none of its changes was kept. */
  tooLarge = false;

  /** `folder` is where the session begins, where that is known from here. */
  constructor(folder: string | undefined) {
    this.#folder = folder;
  }

  get carried(): Carried {
    return this.#carried;
  }

  /** Where the next command starts, as far as it is known. */
  get folder(): string | undefined {
    return this.#carried.folder ?? this.#folder;
  }

  /** What one command's interpreter told: at its beginning, and at its end where it came to one. */
  take(told: readonly ToldState[]): void {
    const [begin] = told;
    const end = told.at(-1);
    this.tooLarge = false;
    if (begin === undefined) return;
    this.#baseline ??= begin;
    this.#folder ??= mayEnter(begin.folder) ? begin.folder : undefined;
    if (end === undefined || told.length < 2) return;
    const { carried, tooLarge } = carryOn(this.#carried, { baseline: this.#baseline, begin, end });
    this.#carried = carried;
    this.tooLarge = tooLarge;
  }

  /** Back to where the session began: the folder can be entered no more. */
  leaveFolder(): void {
    this.#carried = { ...this.#carried, folder: undefined };
  }
}

/** What bash and the terminal set themselves, for each command anew. */
const OWN = /^(?:_|PWD|OLDPWD|SHLVL|TERM|COLUMNS|LINES|SSH_(?:CLIENT|CONNECTION|TTY|ORIGINAL_COMMAND))$/;

function mayCarry(name: string, value: string): boolean {
  return !OWN.test(name) && isHarmlessVariable(name, value);
}

/** A path that people can be shown, and that means the same wherever it is written. */
function mayEnter(folder: string): boolean {
  return folder.startsWith('/') && folder.length <= 4096 && !/[\p{Cc}\p{Cf}\p{Co}\ufffd]/u.test(folder);
}

function sizeOf(env: Carried['env']): number {
  let bytes = 0;
  for (const [name, value] of env) bytes += Buffer.byteLength(name) + Buffer.byteLength(value ?? '') + 2;
  return bytes;
}
