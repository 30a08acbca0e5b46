// Files that wrappers read and write themselves, beside what the command in them does.
import { type OptionSpec, parseOptions } from '../facts/options.ts';
import { type Effect, optionValues } from './effect.ts';

function output(spec: OptionSpec, ...names: string[]): Effect {
  return (args) => ({ writes: optionValues(args, { ...spec, posix: true }, ...names) });
}

const time = output({ short: 'fo', long: ['format', 'output'] }, '-o', '--output');
const TRACE = { short: 'abeEIkoOpPsSuXAlnwx' };

export const WRAPPER_FILES: Readonly<Record<string, Effect>> = {
  time,
  gtime: time,
  strace: output(TRACE, '-o'),
  ltrace: output(TRACE, '-o'),
  xargs: (args) => ({
    reads: optionValues(args, { short: 'adEILnPs', long: ['arg-file'], posix: true }, '-a', '--arg-file'),
  }),
  flock: (args) => ({
    writes: parseOptions(args, { short: 'wE', long: ['timeout', 'wait', 'conflict-exit-code'], posix: true })
      .operands.slice(0, 1)
      .filter(({ value }) => !/^\d+$/.test(value)),
  }),
  script: (args) => ({ writes: parseOptions(args, { short: 'BIOTEomc', long: ['command'] }).operands }),
  parallel: output({ short: 'jaINnLdSC', long: ['joblog', 'results'] }, '--joblog', '--results'),
};
