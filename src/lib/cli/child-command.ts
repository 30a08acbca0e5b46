// What goes to the broker as the caller has it: the command after `--`, and the folder it runs in.
import type { CommandInput } from '../core/command-input.ts';
import { BrokerError } from '../core/errors.ts';
import { EXIT } from '../core/exit-codes.ts';

/** What Node makes of bytes that are not UTF-8; which bytes they were is lost. */
const REPLACEMENT = '\ufffd';

/**
 * One word is shell text, as with `bash -c`; several are a program and its arguments, each literal. Throws
 * `empty-command` and `not-utf-8` (64).
 */
export function toCommand(child: readonly string[]): CommandInput {
  const [first, ...rest] = child;
  if (first === undefined) {
    throw new BrokerError({
      code: 'empty-command',
      exit: EXIT.usage,
      message: 'there is no command after "--"',
      hint: 'for example: sallyport shell local -- uname -a',
    });
  }
  const spoiled = child.findIndex((word) => word.includes(REPLACEMENT));
  if (spoiled !== -1) {
    throw notUtf8(
      `word ${spoiled + 1} after "--"`,
      "name a file by a pattern, in one word of shell text: sallyport shell local -- 'cat report-*.txt'",
    );
  }
  return rest.length === 0 ? { kind: 'text', text: first } : { kind: 'argv', argv: child };
}

/** Arguments of kubectl, each literal. Throws `empty-command` and `not-utf-8` (64). */
export function toKubectl(args: readonly string[]): CommandInput {
  if (args.length === 0) {
    throw new BrokerError({
      code: 'empty-command',
      exit: EXIT.usage,
      message: 'there are no arguments for kubectl after "--"',
      hint: 'for example: sallyport kubectl prod -- get pods',
    });
  }
  return toCommand(['kubectl', ...args]);
}

/** Throws `not-utf-8` (64): the broker would look for another folder. */
export function toFolder(cwd: string): string {
  if (cwd.includes(REPLACEMENT)) throw notUtf8('the name of the working folder', 'run it from another folder');
  return cwd;
}

function notUtf8(what: string, hint: string): BrokerError {
  return new BrokerError({
    code: 'not-utf-8',
    exit: EXIT.usage,
    message: `${what} has bytes that are not UTF-8, or U+FFFD, which stands for such bytes`,
    hint,
  });
}
