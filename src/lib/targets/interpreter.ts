// What executes a command or a free terminal on this machine: an absolute path and its arguments.
import { BrokerError, Bug } from '../core/errors.ts';
import { EXIT } from '../core/exit-codes.ts';
import type { Work } from '../ports/target.ts';
import { isExecutable } from './os-user.ts';

export interface Interpreter {
  readonly file: string;
  readonly args: readonly string[];
}

/**
 * bash for a command, since it was judged as bash; for a free terminal `shell`, as at login. Throws `no-bash`, `no-shell`
 * (exit 69).
 */
export function interpreterFor(work: Work, shell: string | undefined): Interpreter {
  switch (work.kind) {
    case 'command':
      // "--" after -c: a text that begins with a dash is a command, not an option.
      return { file: findBash(), args: ['--noprofile', '--norc', '-c', '--', `${work.prelude ?? ''}${work.text}`] };
    case 'gated':
    case 'endpoint':
      throw new Bug(`no program of its own belongs to "${work.kind}"`);
    case 'free-terminal': {
      const file = shell ?? findBash();
      if (!isExecutable(file)) throw noShell(file);
      return { file, args: ['-l'] };
    }
    default:
      return work satisfies never;
  }
}

const BASH_PATHS = ['/bin/bash', '/usr/bin/bash', '/usr/local/bin/bash', '/run/current-system/sw/bin/bash'];

/** Absolute path of bash; throws `no-bash` (exit 69). Never looked up in a PATH that somebody else may write to. */
export function findBash(): string {
  const found = BASH_PATHS.find(isExecutable);
  if (found !== undefined) return found;
  throw new BrokerError({
    code: 'no-bash',
    exit: EXIT.unavailable,
    message: `there is no bash in ${BASH_PATHS.join(', ')}`,
    hint: 'install bash: commands are judged as bash and run by nothing else',
  });
}

/** A BrokerError `no-shell` (exit 69). */
export function noShell(file: string): BrokerError {
  return new BrokerError({
    code: 'no-shell',
    exit: EXIT.unavailable,
    message: `the shell "${file}" cannot be executed`,
    hint: 'set the target\'s "shell" to one that the program\'s user may execute',
  });
}

// Linux refuses a single argument or variable of 128 KiB (MAX_ARG_STRLEN) and, at the usual 8 MiB of stack, 2 MiB of all
// (execve(2)). A terminal's program would report that as its own exit, so it is refused before.
const MAX_STRING_BYTES = 127 * 1024;
const MAX_ENVIRONMENT_BYTES = 1024 * 1024;

/** Throws `bad-command`, `environment-too-large` (exit 64) for what execve(2) would refuse. */
export function requireExecutableSize(args: readonly string[], env: Readonly<Record<string, string>>): void {
  if (args.some((arg) => arg.includes('\0') || Buffer.byteLength(arg) > MAX_STRING_BYTES)) {
    throw new BrokerError({
      code: 'bad-command',
      exit: EXIT.usage,
      message: `a command cannot hold a NUL byte or be longer than ${MAX_STRING_BYTES} bytes`,
      hint: 'put a long script into a file and run that',
    });
  }
  const sizes = Object.entries(env).map(([name, value]) => Buffer.byteLength(name) + Buffer.byteLength(value) + 2);
  if (sizes.every((size) => size <= MAX_STRING_BYTES) && sizes.reduce((a, b) => a + b, 0) <= MAX_ENVIRONMENT_BYTES)
    return;
  throw new BrokerError({
    code: 'environment-too-large',
    exit: EXIT.usage,
    message: `the environment is larger than ${MAX_ENVIRONMENT_BYTES} bytes, or one variable than ${MAX_STRING_BYTES}`,
    hint: 'unset what is large, or take it off the target\'s "env"',
  });
}
