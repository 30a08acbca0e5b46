// What is known of a command before it runs. Data only: rules read it, people read it, nothing here decides.
import type { OpaqueFact } from '../language/syntax.ts';

/** An argument as the program will get it; unknown parts are written with the markers of `unknowns.ts`. */
export interface Field {
  readonly value: string;
  readonly exact: boolean;
  /** An unquoted unknown: bash may make several arguments of it, or none. */
  readonly many: boolean;
  /** A path that find printed: what is unknown in it lies below the folder before it. */
  readonly found?: boolean;
}

export interface PathFact {
  /** The forms of `pathForms`; the first is the one to show. */
  readonly forms: readonly string[];
  /** Everything below it as well: `rm -r`, `chmod -R`. */
  readonly recursive: boolean;
  /** Named by a redirection, or by the command's own arguments. */
  readonly by: 'redirection' | 'argument';
  /** Only where a `cd` before it failed, or where a program that nobody knows reads what it is given. */
  readonly unlikely?: boolean;
  /** What is unknown in it lies below the folder before it: find printed it. */
  readonly found?: boolean;
}

export interface CodeFact {
  /** `sh`, `python`, `perl`, `awk`, `sql` … */
  readonly language: string;
  /** The code, where it stands in the text. */
  readonly text: string | undefined;
  /**
   * `stream`: a pipe under a name, `<(…)`; `input`: the standard input, whatever that is; `typed`: whatever somebody
   * types into it.
   */
  readonly from: 'argument' | 'file' | 'input' | 'stream' | 'typed';
  /** It was read to the end, and only computes, prints, and uses the files that the command's facts name. */
  readonly plain: boolean;
}

export interface EnvFact {
  readonly name: string;
  readonly value: string;
}

/** Where the standard input of a command comes from. */
export type StdinFact =
  | { readonly kind: 'inherit' | 'file' }
  /**
   * `listing`: from commands that print names of files and the like, nothing computed to hide something. `line`: what
   * is known of every line.
   */
  | { readonly kind: 'pipe'; readonly listing?: boolean; readonly line?: string }
  | { readonly kind: 'text'; readonly text: string };

export interface SimpleCommand {
  /** Without its folder, wrappers taken off. */
  readonly name: string;
  /** As it was named, folder included. */
  readonly path: string;
  readonly args: readonly Field[];
  /** Outermost first. */
  readonly wrappers: readonly string[];
  /** Set for this command, or exported before it in the same text. */
  readonly env: readonly EnvFact[];
  /** Variables that its words and redirections hold, and that the text has not set. */
  readonly shows: readonly string[];
  readonly reads: readonly PathFact[];
  readonly writes: readonly PathFact[];
  readonly removes: readonly PathFact[];
  readonly code: readonly CodeFact[];
  /** What it does, in the words of `actions/`: `git.force-push`, `disk.format`. */
  readonly does: readonly string[];
  readonly stdin: StdinFact;
  /** It only runs another command, which stands in the list on its own. */
  readonly wraps: boolean;
  /** A call of a function defined in the same text; its body stands in the list as well. */
  readonly call: boolean;
  readonly text: string;
}

export interface CommandFacts {
  readonly commands: readonly SimpleCommand[];
  readonly opaque: readonly OpaqueFact[];
}
