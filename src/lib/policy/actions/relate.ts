// What only the commands of a text together tell: a file that one of them gets from the network and another runs.
import type { PathFact, SimpleCommand } from '../facts.ts';
import { FOREIGN_SHELLS, SHELLS } from '../shells.ts';
import { isExact } from '../unknowns.ts';
import { downloads } from './downloads.ts';

/** Every action this file names. */
export const RELATED_ACTIONS: readonly string[] = ['download.run', 'download.executable'];

const INTERPRETERS =
  /^(python|pypy|perl|ruby|node|deno|bun|php|lua|luajit|tclsh|Rscript|osascript|expect|awk|gawk|mawk|source|\.)[\d.-]*$/;
/** Programs that run or install what one of their words names. */
const LOADERS =
  /^(java|make|gmake|dpkg|rpm|insmod|installer|ts-node|tsx|groovy|julia|guile|ansible-playbook|gdb|apt|apt-get|dnf|yum|pip|pip3|npm|start-stop-daemon|ld\.so|ld-linux.*|qemu-\w+|wine|mono|dotnet)$/;

const GETS = /^(curl|wget2?|aria2c|axel|lwp-download|lwp-request|fetch|scp|sftp|rsync|gsutil|aws)$/;

/**
 * Adds `download.run` where a command may run a file that this text gets from the network, and `download.executable`
 * where it makes such a file one that can be run. The order of the commands does not count: loops and functions.
 */
export function relate(commands: readonly SimpleCommand[]): readonly SimpleCommand[] {
  if (!commands.some(downloads)) return commands;
  const fetched = fetchedFiles(commands);
  return commands.map((command) => {
    const action = actionOn(command, fetched);
    return action === undefined ? command : { ...command, does: [...command.does, action] };
  });
}

// Every file that is written in a text that downloads may hold what was downloaded: through a pipe, a variable, a copy.
// Programs that keep what they are given to themselves do not count: a folder, a log.
function fetchedFiles(commands: readonly SimpleCommand[]): { has(path: string): boolean } {
  const files = new Set<string>();
  const names = new Set<string>();
  for (const { name, args, writes } of commands) {
    if (/^(mkdir|touch|chmod|chown|rm)$/.test(name)) continue;
    for (const { forms } of writes) for (const form of forms) if (!form.startsWith('/dev/')) files.add(form);
    // `wget URL`, `curl -O URL` and `scp HOST:FILE .` name the file after the address.
    if (GETS.test(name)) for (const { value } of args) names.add(lastName(value));
  }
  names.delete('');
  return { has: (path) => files.has(path) || names.has(lastName(path)) };
}

function lastName(value: string): string {
  const [path = ''] = value.split(/[?#]/);
  const name = path.replace(/^.*[/:]/s, '');
  return name.startsWith('-') || !isExact(name) ? '' : name;
}

function actionOn(command: SimpleCommand, fetched: { has(path: string): boolean }): string | undefined {
  const { name, path, args, reads, writes } = command;
  const isIt = ({ forms }: PathFact) => forms.some((form) => fetched.has(form));
  const isNamed = () => args.some(({ value }) => fetched.has(value));
  if (path.includes('/') && fetched.has(path)) return 'download.run';
  if (SHELLS.has(name) || FOREIGN_SHELLS.has(name) || INTERPRETERS.test(name))
    return reads.some(isIt) || (FOREIGN_SHELLS.has(name) && isNamed()) ? 'download.run' : undefined;
  if (LOADERS.test(name)) return isNamed() || reads.some(isIt) ? 'download.run' : undefined;
  if (name !== 'chmod' && name !== 'install') return undefined;
  const makesRunnable = args.some(({ value }) => /^[ugoa]*[+=][rwst]*x|^0?[0-7]*[1357][0-7]*$/.test(value));
  return makesRunnable && (isNamed() || writes.some(isIt)) ? 'download.executable' : undefined;
}
