// Starts a program inside the sandbox, or nothing at all: it is a program only once the walls stand around it.
import { closeSync, writeSync } from 'node:fs';
import { createPipe } from '../../os/libc.ts';
import type { Program } from '../../ports/target.ts';
import type { Interpreter } from '../interpreter.ts';
import { bwrapArguments } from './bwrap-arguments.ts';
import type { SandboxPlan } from './plan.ts';
import { openProxy, type SandboxProxy } from './proxy.ts';
import { PROXY_VARIABLES, RELAY } from './relay.ts';
import { sandboxFilter } from './seccomp.ts';
import { StatusWords } from './status-words.ts';
import { findSandboxTools, noSandbox } from './tools.ts';
import { trampoline } from './trampoline.ts';

export interface Enclosing {
  readonly plan: SandboxPlan;
  /** Where the program starts: real, and shown by the sandbox. */
  readonly folder: string;
  readonly env: Readonly<Record<string, string>>;
  readonly program: Interpreter;
  /** Who runs, where that is somebody else than the broker. */
  readonly owner: { readonly uid: number; readonly gid: number } | null;
}

/** Starts what it is given, with these descriptors open under their numbers. */
export type StartOutside = (program: Interpreter, keep: readonly number[]) => Promise<Program>;

/**
 * Starts the program in the sandbox, through `start`. Rejects with `no-sandbox` (69) where the sandbox does not come up, with
 * what `start` rejects with, or with the signal's reason; then nothing is left running.
 */
export async function startEnclosed(what: Enclosing, start: StartOutside, signal: AbortSignal): Promise<Program> {
  const { target, options } = what.plan;
  let proxy: SandboxProxy | undefined;
  try {
    if (typeof options.network !== 'string') proxy = await openProxy(options.network, what.owner);
    const program = await startBehind(what, proxy, start, signal);
    proxy?.removeFolder();
    return proxy === undefined ? program : withProxy(program, proxy);
  } catch (error) {
    proxy?.[Symbol.dispose]();
    throw isOfTheSystem(error) ? outOfMeans(target, error) : error;
  }
}

/** An error of Node's that names the call that failed. */
function isOfTheSystem(error: unknown): error is Error {
  return error instanceof Error && 'syscall' in error;
}

function outOfMeans(target: string, { message }: Error) {
  return noSandbox(
    target,
    'the system gave no pipe or socket for it',
    "raise the broker's limit of open files",
    message,
  );
}

function withProxy(program: Program, proxy: SandboxProxy): Program {
  return {
    ...program,
    async [Symbol.asyncDispose]() {
      proxy[Symbol.dispose]();
      await program[Symbol.asyncDispose]();
    },
  };
}

async function startBehind(
  { plan, env, program, folder }: Enclosing,
  proxy: SandboxProxy | undefined,
  start: StartOutside,
  signal: AbortSignal,
): Promise<Program> {
  const tools = findSandboxTools(plan.target);
  const status = createPipe();
  let filter: number | undefined;
  const given =
    proxy === undefined
      ? []
      : ([
          [process.execPath, NODE],
          [proxy.socket, PROXY_SOCKET],
        ] as const);
  let started: Program;
  try {
    filter = pipeWith(sandboxFilter(tools.architecture));
    const way = trampoline({
      ...tools,
      bwrapArguments: bwrapArguments({ layout: plan.layout, network: plan.options.network, folder, given }),
      covers: plan.layout,
      filterFd: filter,
      statusFd: status.writeEnd,
      unset: SET_BY_SHELLS.filter((name) => !Object.hasOwn(env, name)),
      variables: proxy === undefined ? [] : PROXY_VARIABLES,
      relay: proxy === undefined ? undefined : { node: NODE, script: RELAY, socket: PROXY_SOCKET },
      program,
    });
    started = await start(way, [filter, status.writeEnd]);
  } catch (error) {
    closeSync(status.readEnd);
    throw error;
  } finally {
    if (filter !== undefined) closeSync(filter);
    closeSync(status.writeEnd);
  }
  const words = new StatusWords(status.readEnd);
  if (await words.saysIn(signal)) return { ...started, exited: started.exited.then((end) => words.exitStatus(end)) };
  try {
    signal.throwIfAborted();
    throw didNotComeUp(plan.target, await lastWords(started));
  } finally {
    await started[Symbol.asyncDispose]();
  }
}

/** Where the sandbox shows what a named network needs: in its own /run. */
const NODE = '/run/sallyport/node';
const PROXY_SOCKET = '/run/sallyport/proxy.sock';

const SET_BY_SHELLS = ['OLDPWD', 'PWD', 'SHLVL', '_'];

/** The reading end of a pipe that holds the bytes, which are fewer than it takes at once. */
function pipeWith(bytes: Buffer): number {
  const { readEnd, writeEnd } = createPipe();
  writeSync(writeEnd, bytes);
  closeSync(writeEnd);
  return readEnd;
}

/** The first line it printed, as far as it can be shown to anybody. */
async function lastWords(program: Program): Promise<string> {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of program.output) {
    parts.push(chunk.bytes);
    bytes += chunk.bytes.length;
    if (bytes > MAX_WORDS_BYTES) break;
  }
  return Buffer.concat(parts).toString('utf8');
}

const MAX_WORDS_BYTES = 4096;

function didNotComeUp(target: string, words: string) {
  const [line = ''] = words.trim().split(/[\r\n]/);
  const printable = line.replace(/[^\x20-\x7e]/g, '?').slice(0, 200);
  const why = printable === '' ? 'bubblewrap ended without a word' : `"${printable}"`;
  return noSandbox(target, why, hintFor(line), words);
}

function hintFor(words: string): string {
  if (/namespace|uid map|clone|Operation not permitted/i.test(words)) {
    return 'this user may not create user namespaces: see user.max_user_namespaces, kernel.unprivileged_userns_clone and kernel.apparmor_restrict_unprivileged_userns (sysctl); "sallyport doctor" tries them';
  }
  if (/Unknown option/i.test(words)) return 'install a newer bubblewrap: 0.8.0 or later';
  return '"sallyport doctor" says what this machine can do';
}
