// What only the commands of a text together tell: a file that one of them gets from the network and another runs.
import type { PathFact, SimpleCommand } from '../facts/facts.ts';
import { isExact } from '../facts/unknowns.ts';
import { FOREIGN_SHELLS, SHELLS } from '../walk/shells.ts';
import { downloads } from './downloads.ts';

/** Every action this file names. */
export const RELATED_ACTIONS: readonly string[] = ['download.executable', 'download.run', 'download.written'];

const INTERPRETERS =
  /^(python|pypy|perl|ruby|node|deno|bun|php|lua|luajit|tclsh|Rscript|osascript|expect|awk|gawk|mawk|source|\.)[\d.-]*$/;
/** Programs that run or install what one of their words names. */
const LOADERS =
  /^(java|make|gmake|dpkg|rpm|insmod|installer|ts-node|tsx|groovy|julia|guile|ansible-playbook|gdb|apt|apt-get|dnf|yum|pip|pip3|npm|start-stop-daemon|ld\.so|ld-linux.*|qemu-\w+|wine|mono|dotnet)$/;

const GETS = /^(curl|wget2?|aria2c|axel|lwp-download|lwp-request|fetch|scp|sftp|rsync|gsutil|aws)$/;

/**
 * Adds `download.run` where a command may run a file that this text gets from the network, `download.executable` where it
 * makes such a file one that can be run or runs what was unpacked or cloned, `download.written` where it runs a file that
 * the text writes. The order of the commands does not count: loops and functions.
 */
export function relate(commands: readonly SimpleCommand[]): readonly SimpleCommand[] {
  const fetched = commands.some(downloads) ? fetchedFiles(commands) : NONE;
  const written = writtenFiles(commands);
  const unpacks = commands.some(clones) || (fetched !== NONE && commands.some(extracts));
  if (fetched === NONE && written === NONE && !unpacks) return commands;
  return commands.map((command) => {
    const action =
      actionOn(command, fetched) ??
      (runsFile(command, written) ? 'download.written' : undefined) ??
      (unpacks && runsSomeFile(command) ? 'download.executable' : undefined);
    return action === undefined ? command : { ...command, does: [...command.does, action] };
  });
}

interface Files {
  has(path: string): boolean;
}

const NONE: Files = { has: () => false };

function clones({ name, args }: SimpleCommand): boolean {
  return (
    (name === 'git' || name === 'hg' || name === 'svn' || name === 'gh') &&
    args.some(({ value }) => /^(clone|checkout|co|export)$/.test(value)) &&
    args.some(({ value }) => /:\/\/|^[\w.-]+@?[\w.-]*:/.test(value) || value === 'repo')
  );
}

function extracts({ name, args }: SimpleCommand): boolean {
  if (/^(unzip|7z|7za|unrar|cpio|gunzip|bunzip2|unxz|unzstd|ar|dpkg-deb|rpm2cpio)$/.test(name)) return true;
  return /^(g|bsd)?tar$/.test(name) && args.some(({ value }) => /^-?[a-zA-Z]*x|^--extract|^--get/.test(value));
}

// Files that a redirection or tee fills with what a command prints.
function writtenFiles(commands: readonly SimpleCommand[]): Files {
  const files = new Set<string>();
  for (const { name, writes } of commands) {
    for (const { by, forms } of writes)
      if (by === 'redirection' || /^(tee|sponge|dd)$/.test(name))
        for (const form of forms) if (!form.startsWith('/dev/')) files.add(form).add(`./${lastName(form)}`);
  }
  files.delete('./');
  return files.size === 0 ? NONE : files;
}

// Every file that is written in a text that downloads may hold what was downloaded: through a pipe, a variable, a copy.
// Programs that keep what they are given to themselves do not count: a folder, a log.
function fetchedFiles(commands: readonly SimpleCommand[]): Files {
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

function actionOn(command: SimpleCommand, fetched: Files): string | undefined {
  const { name, args, writes } = command;
  if (runsFile(command, fetched)) return 'download.run';
  if (name !== 'chmod' && name !== 'install') return undefined;
  const makesRunnable = args.some(({ value }) => /^[ugoa]*[+=][rwst]*x|^0?[0-7]*[1357][0-7]*$/.test(value));
  const isMeant =
    args.some(({ value }) => fetched.has(value)) || writes.some(({ forms }) => forms.some((form) => fetched.has(form)));
  return makesRunnable && isMeant ? 'download.executable' : undefined;
}

function runsFile({ name, path, args, reads }: SimpleCommand, files: Files): boolean {
  const isIt = ({ forms }: PathFact) => forms.some((form) => files.has(form));
  const isNamed = () => args.some(({ value }) => files.has(value));
  if (path.includes('/') && (files.has(path) || files.has(path.replace(/^(\.\/)+/, './')))) return true;
  if (SHELLS.has(name) || INTERPRETERS.test(name)) return reads.some(isIt);
  if (FOREIGN_SHELLS.has(name)) return reads.some(isIt) || isNamed();
  return LOADERS.test(name) && (isNamed() || reads.some(isIt));
}

// Which file that is cannot be told from what was unpacked.
function runsSomeFile({ name, path, reads }: SimpleCommand): boolean {
  if (/^(\.{1,2}\/|\/tmp\/|\/var\/tmp\/|\/dev\/shm\/)/.test(path) && !/\/(configure|gradlew|mvnw)$/.test(path))
    return true;
  return (SHELLS.has(name) || name === 'source' || name === '.') && reads.some(({ by }) => by === 'argument');
}
