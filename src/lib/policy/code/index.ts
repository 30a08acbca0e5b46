// Whether code is known to only compute and print, by its language. A language without a reader here is never known to.
import { proveJavascript } from './javascript.ts';
import { proveBc, proveDc, proveEd, proveElsewhere, proveGdb, proveVim } from './lines.ts';
import { proveLua } from './lua.ts';
import { provePerl } from './perl.ts';
import { provePhp } from './php.ts';
import { MAX_CODE, type Plain, Unproven } from './plain.ts';
import { provePython } from './python.ts';
import { proveRuby } from './ruby.ts';

const READERS: Readonly<Record<string, (text: string) => Plain>> = {
  awk: proveElsewhere,
  bc: proveBc,
  dc: proveDc,
  ed: proveEd,
  gdb: proveGdb,
  javascript: proveJavascript,
  jq: proveElsewhere,
  lua: proveLua,
  perl: provePerl,
  php: provePhp,
  python: provePython,
  ruby: proveRuby,
  sed: proveElsewhere,
  sql: proveElsewhere,
  vim: proveVim,
};

/** The files that harmless code uses; undefined where it is not known to be harmless. */
export function provePlain(language: string, text: string): Plain | undefined {
  const reader = Object.hasOwn(READERS, language) ? READERS[language] : undefined;
  if (reader === undefined || text.length > MAX_CODE) return undefined;
  try {
    return reader(text);
  } catch (error) {
    if (error instanceof Unproven) return undefined;
    throw error;
  }
}
