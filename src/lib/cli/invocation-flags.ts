// Flags of the commands that open a session.
import * as Flags from '@oclif/core/flags';

/** One MiB of each stream is what fits a tool result; the recording has all of it. */
const DEFAULT_MAX_OUTPUT_BYTES = 1024 * 1024;

export const invocationFlags = {
  free: Flags.boolean({ description: 'a raw terminal, in which no command is judged; needs a rule that grants it' }),
  tty: Flags.boolean({ char: 't', description: 'run on a terminal (PTY)', exclusive: ['no-tty'] }),
  'no-tty': Flags.boolean({
    char: 'T',
    description: 'run on pipes: standard output and error stay apart, bytes untouched',
  }),
  plain: Flags.boolean({
    description:
      'print what a person would have read on a terminal: lines, and the screen at the end; with -T, on pipes',
    exclusive: ['free'],
  }),
  'no-stdin': Flags.boolean({ char: 'n', description: 'give the command an empty standard input' }),
  wait: Flags.boolean({
    default: true,
    allowNo: true,
    description: 'wait for an approval; --no-wait exits 75 with the request id instead',
  }),
  why: Flags.string({
    description: 'what this is for, for the person who approves (also SALLYPORT_WHY)',
    helpValue: 'TEXT',
  }),
  task: Flags.string({ description: 'task this belongs to (also SALLYPORT_TASK)', helpValue: 'NAME' }),
  timeout: Flags.string({ description: 'end the command after this long, with exit code 124', helpValue: '30s|5m' }),
  'max-output': Flags.integer({
    description: 'with --json: bytes kept of each stream',
    default: DEFAULT_MAX_OUTPUT_BYTES,
    min: 0,
    helpValue: 'BYTES',
  }),
};
