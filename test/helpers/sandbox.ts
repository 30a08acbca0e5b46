// Runs bash source in a sandbox whose walls are real, from a workspace of its own.
import { mkdirSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Program, ProgramSpec, Target } from '../../src/lib/ports/target.ts';
import type { BrokerPaths, SandboxOptions } from '../../src/lib/targets/sandbox/options.ts';
import { type ShellTargetOptions, shellTarget } from '../../src/lib/targets/shell.ts';
import { type Ended, liveClock, readToEnd } from './local-program.ts';
import { OWN_UID, shellSpec } from './shell-target.ts';

export interface SandboxChanges {
  readonly sandbox?: Partial<SandboxOptions>;
  readonly options?: Partial<ShellTargetOptions>;
  readonly spec?: Partial<ProgramSpec>;
  readonly broker?: BrokerPaths;
}

export interface SandboxWorld extends Disposable {
  readonly workspace: string;
  /** A folder beside the workspace. */
  readonly outside: string;
  target(changes?: SandboxChanges): Target;
  /** A free terminal where `text` is null. */
  open(text: string | null, changes?: SandboxChanges): Promise<Program>;
  run(text: string, changes?: SandboxChanges): Promise<Ended>;
}

const CHECKOUT = realpathSync(fileURLToPath(new URL('../..', import.meta.url)));
/** What the tests run inside; a checkout below a folder that a sandbox has of its own would not be there. */
const PROBES = /^\/(tmp|var\/tmp|run|dev)\//.test(CHECKOUT) ? [CHECKOUT] : [];

/** Below /var: a sandbox has a /tmp of its own, and would hide there what only the wall should hide. */
export function sandboxWorld(): SandboxWorld {
  const folder = realpathSync(mkdtempSync('/var/sp-sandbox-'));
  const [workspace, outside] = [join(folder, 'workspace'), join(folder, 'outside')];
  for (const path of [workspace, outside]) mkdirSync(path);
  const target: SandboxWorld['target'] = ({ sandbox, options, broker } = {}) => {
    const whole: SandboxOptions = {
      preset: 'workspace',
      workspace: [workspace, ...PROBES],
      hide: [],
      network: 'none',
      ...sandbox,
    };
    const deps = { clock: liveClock, brokerUid: OWN_UID, ...(broker === undefined ? {} : { brokerPaths: broker }) };
    return shellTarget('box', { env: [], sandbox: whole, ...options }, deps);
  };
  const open: SandboxWorld['open'] = (text, changes = {}) =>
    target(changes).open(shellSpec(text, { cwd: workspace, ...changes.spec }), [], new AbortController().signal);
  return {
    workspace,
    outside,
    target,
    open,
    run: async (text, changes) => readToEnd(await open(text, changes)),
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** Rows for try-calls.mjs. */
export type Call = readonly [name: string, number: number, ...args: readonly (number | string)[]];

/** A command that makes the system calls and prints the answers. */
export function callCommand(calls: readonly Call[]): string {
  const script = fileURLToPath(new URL('try-calls.mjs', import.meta.url));
  return `'${process.execPath}' '${script}' '${JSON.stringify(calls)}'`;
}
