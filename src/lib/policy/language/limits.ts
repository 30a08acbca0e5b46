// What is refused before the parser sees it: size, bytes that no command needs, nesting that costs the parser time.
// Never repairs anything: a command that needs repair is the caller's to repair.
import { BrokerError } from '../../core/errors.ts';
import { EXIT } from '../../core/exit-codes.ts';
import { RESERVED } from '../facts/unknowns.ts';

/** 32 KiB: room for a long one-liner or a pasted script, and 100 KB of nesting took the parser 2.6 s. */
export const MAX_COMMAND_BYTES = 32 * 1024;
/** Open brackets at once. Real scripts stay below 20; the parser's cost grows with the square of the depth. */
export const MAX_NESTING = 48;
/** Brackets, quotes and backticks altogether, so that wide hostile input stays within 100 ms as well. */
export const MAX_OPENERS = 4096;
/** Substitutions inside substitutions are parsed again at every level. */
export const MAX_SUBSTITUTION_DEPTH = 12;

/**
 * Commands in one text, and steps of one judgement, which looks at loops and inner shells again. Typical: 1 to 20. Work is
 * counted, never time.
 */
export const MAX_STEPS = 600;
/** Words of all these commands together: wrappers around wrappers look at the same words again and again. */
export const MAX_WORDS = 5000;
/** Files of all these commands together, each of which every rule about paths looks at. A pattern counts as several. */
export const MAX_FILES = 1024;
/** Text of inner shells and evals altogether: each is parsed anew. */
export const MAX_INNER_BYTES = 48 * 1024;

// Everything below space but tab and newline, DEL, C1, and halves of surrogate pairs.
const CONTROL = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/;

// With the u flag a whole pair is one code point, so only halves have this property.
const LONE_SURROGATE = /\p{Surrogate}/u;

/**
 * Passes the text of a command that may be parsed.
 * Errors: `empty-command`, `command-too-long`, `control-characters`, `command-too-deep` (all exit 64).
 */
export function checkLimits(text: string): void {
  const bytes = Buffer.byteLength(text, 'utf8');
  if (bytes > MAX_COMMAND_BYTES) {
    throw refuse('command-too-long', `the command has ${bytes} bytes, the limit is ${MAX_COMMAND_BYTES}`, {
      hint: 'write a script file on the target, and run that',
    });
  }
  if (text.trim() === '') {
    throw refuse('empty-command', 'the command is empty', { hint: 'give a command after --' });
  }
  const control = CONTROL.exec(text);
  if (control !== null) {
    throw refuse('control-characters', `the command holds a control character, ${codePoint(control[0])}`, {
      hint: "use newline and tab only; write others as $'\\x1b'",
    });
  }
  const reserved = RESERVED.exec(text);
  if (reserved !== null) {
    throw refuse('control-characters', `the command holds a private character, ${codePoint(reserved[0])}`, {
      hint: 'private-use characters have no meaning to a shell; leave it out',
    });
  }
  if (LONE_SURROGATE.test(text)) {
    throw refuse('control-characters', 'the command is not valid unicode: half of a surrogate pair', {
      hint: 'send valid UTF-8',
    });
  }
  checkNesting(text);
}

/** An error about the text of a command itself: always exit 64. */
export function refuse(code: string, message: string, more: { hint: string }): BrokerError {
  return new BrokerError({ code, exit: EXIT.usage, message, hint: more.hint });
}

// Counts brackets without knowing quotes: it may refuse odd text, but what it passes is cheap to parse.
function checkNesting(text: string): void {
  let depth = 0;
  let deepest = 0;
  let openers = 0;
  let substitutions = 0;
  let deepestSubstitution = 0;
  const stack: boolean[] = [];
  for (let index = 0; index < text.length; index++) {
    const char = text[index];
    if (char === '(' || char === '{') {
      const substitution = index > 0 && '$<>'.includes(text[index - 1] ?? '');
      stack.push(substitution);
      if (substitution) substitutions++;
      depth++;
      openers++;
    } else if (char === ')' || char === '}') {
      if (stack.pop() === true) substitutions--;
      if (depth > 0) depth--;
    } else if (char === '`' || char === '"' || char === '[') {
      openers++;
    }
    if (depth > deepest) deepest = depth;
    if (substitutions > deepestSubstitution) deepestSubstitution = substitutions;
  }
  if (deepest > MAX_NESTING || deepestSubstitution > MAX_SUBSTITUTION_DEPTH || openers > MAX_OPENERS) {
    throw refuse('command-too-deep', 'the command is nested too deeply to be judged', {
      hint: 'split it into several commands, or put it into a script file on the target',
    });
  }
}

function codePoint(char: string): string {
  return `U+${(char.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;
}
