// What oclif's parser says of a command line, in the words of this CLI: which flag or argument, what is wrong with it, and
// where its help is. Exit code 64, not oclif's 2.
import type { PublicError } from '../core/errors.ts';
import { EXIT } from '../core/exit-codes.ts';

/** The error of a command line that does not parse; undefined for every other error. `command`: as people type it. */
export function usageError(thrown: Error, command: string): PublicError | undefined {
  if (!('oclif' in thrown)) return undefined;
  const help = `see: sallyport ${command} --help`;
  const message = sentenceOf(thrown.message);
  const hint = message.startsWith('unexpected argument')
    ? `put "--" before a command and its arguments; ${help}`
    : help;
  return { code: 'usage', exit: EXIT.usage, message, hint };
}

/** oclif writes a heading, a line for each fault, and a pointer to --help. */
function sentenceOf(text: string): string {
  const [heading = '', ...faults] = text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !ASIDE.test(line));
  if (/^Missing \d+ required args?:$/.test(heading)) return faults.map(missingArgument).join('; ');
  if (heading.startsWith('Parsing --')) return `${heading.slice('Parsing '.length)}: ${lowerFirst(faults.join('; '))}`;
  if (/^The following errors? occurred:$/.test(heading)) return faults.map(faultyFlag).join('; ');
  return lowerFirst([heading, ...faults].join('; '));
}

/** A pointer to the help, which has its own place, and how greedy flags take arguments: none here is greedy. */
const ASIDE = /^(See more help|Note: .* multiple values|Alternatively, you can use "--")/;

/** "target  name of the target" */
function missingArgument(line: string): string {
  const [name = '', ...about] = line.split(/ {2,}/);
  return [`${name.toUpperCase()} is missing`, ...about].join(': ');
}

function faultyFlag(line: string): string {
  return lowerFirst(line.replace(/^Missing required flag (\S+)$/, '--$1 is missing').replace('=true ', ' '));
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
