// From a command as it arrives to the one form that is judged and executed. Never runs anything, never repairs.
import { parse as parseBash } from 'unbash';
import type { CommandInput } from '../../core/command-input.ts';
import { checkLimits, refuse } from './limits.ts';
import { lowerScript } from './lower.ts';
import { printScript, quote } from './print.ts';
import type { OpaqueFact, Script } from './syntax.ts';

export interface ParsedCommand {
  readonly script: Script;
  /** What will be executed, by `bash --noprofile --norc -c`. Where the command is opaque: what the caller wrote. */
  readonly printed: string;
  readonly opaque: readonly OpaqueFact[];
}

/**
 * Parses a command into the lowered script and its printed form.
 * Errors (all exit 64): `empty-command`, `command-too-long`, `command-too-deep`, `control-characters`, `syntax-error`.
 * Where `opaque` is empty, printing is idempotent: the printed form parses to a script that prints the same.
 */
export function parseCommand(input: CommandInput): ParsedCommand {
  const text = input.kind === 'text' ? input.text : input.argv.map((word) => quote(word, 'name')).join(' ');
  if (input.kind === 'argv' && input.argv.length === 0) checkLimits('');
  checkLimits(text);
  return parseText(text);
}

// One word for bash, two for the parser.
const JOINED_PROCESS = /(\$|\w\+?=)[<>]\(/;

/** Parses text that has passed the limits; also used for the text given to inner shells. */
export function parseText(text: string): ParsedCommand {
  const lowered = lowerScript(parseBash(text), text);
  const [error] = lowered.errors;
  if (error !== undefined) {
    throw refuse('syntax-error', `the command is not valid bash: ${error}`, { hint: 'check quotes and brackets' });
  }
  if (lowered.script.statements.length === 0) {
    throw refuse('empty-command', 'the command holds nothing but comments', { hint: 'give a command after --' });
  }
  if (JOINED_PROCESS.test(text)) {
    const opaque = [
      ...lowered.opaque,
      { reason: 'a process substitution that joins what stands before it', span: text.slice(0, 120) },
    ];
    return { script: lowered.script, printed: text, opaque };
  }
  if (lowered.opaque.length > 0) return { script: lowered.script, printed: text, opaque: lowered.opaque };
  const printed = printScript(lowered.script);
  const again = lowerScript(parseBash(printed), printed);
  if (again.errors.length > 0 || again.opaque.length > 0 || printScript(again.script) !== printed) {
    const reason = 'the printed form does not read the same';
    return { script: lowered.script, printed: text, opaque: [{ reason, span: printed.slice(0, 120) }] };
  }
  return { script: lowered.script, printed, opaque: [] };
}
