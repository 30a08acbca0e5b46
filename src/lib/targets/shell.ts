// The target "this machine": a command run by bash, or a free terminal with the account's shell, as the caller or as
// another OS user. It decides user, folder and environment; starting and reading is pty.ts and pipes.ts.
import type { Clock } from '../core/clock.ts';
import type { Program, ProgramSpec, Target } from '../ports/target.ts';
import { buildEnvironment, requireHarmless } from './environment.ts';
import { type Interpreter, interpreterFor, noShell, requireExecutableSize } from './interpreter.ts';
import type { Launch } from './launch.ts';
import { probeAsUser, type RunAs, resolveRunAs, switchCommand } from './os-user.ts';
import { openPipes } from './pipes.ts';
import { openPty } from './pty.ts';
import { checkShell } from './shell-check.ts';
import { canEnter, chooseFolder, refuseFolder, type WorkingFolder } from './working-folder.ts';

export { runsAsBrokerUser } from './os-user.ts';

export interface ShellTargetOptions {
  /** The OS user programs run as; absent: the caller, who must then be the broker's own user. */
  readonly user?: string;
  /** Absolute path; absent: the caller's folder. */
  readonly cwd?: string;
  /** The caller's variables that pass, names and globs. */
  readonly env: readonly string[];
  readonly set?: Readonly<Record<string, string>>;
  /** Absolute path of the interpreter of free terminals; absent: the account's login shell. */
  readonly shell?: string;
}

export interface ShellTargetDeps {
  readonly clock: Clock;
  readonly brokerUid: number;
}

/** What `open` needs of a ProgramSpec; checks have no session. */
export type ShellStart = Omit<ProgramSpec, 'session' | 'task'>;

/**
 * A shell target. Throws `bad-environment` (78) for what must not be set. `open` rejects with `no-bash` (69),
 * `cannot-run-as-caller`, `unknown-user`, `cannot-switch-user` (78), `bad-working-folder` (64 or 78), `bad-command`,
 * `environment-too-large`, `bad-terminal-size` (64), `no-terminal`, `no-shell`, `cannot-start` (69).
 */
export function shellTarget(name: string, options: ShellTargetOptions, deps: ShellTargetDeps): Target {
  requireHarmless(name, options.set ?? {});
  const start = (spec: ShellStart, signal: AbortSignal) => startProgram(name, options, deps, spec, signal);
  return {
    name,
    kind: 'shell',
    credentialsFor: () => [],
    open: (spec, _credentials, signal) => start(spec, signal),
    check: (_issue, signal) => checkShell({ name, options, deps, start, signal }),
  };
}

async function startProgram(
  name: string,
  options: ShellTargetOptions,
  deps: ShellTargetDeps,
  spec: ShellStart,
  signal: AbortSignal,
): Promise<Program> {
  signal.throwIfAborted();
  const runAs = resolveRunAs(name, options.user, { broker: deps.brokerUid, caller: spec.callerUid });
  const runsAsCaller = options.user === undefined || runAs.account?.uid === spec.callerUid;
  const env = buildEnvironment(
    spec.env,
    { allow: options.env, set: options.set ?? {} },
    runsAsCaller ? undefined : runAs.account,
    spec.pty?.term,
  );
  const program = interpreterFor(spec.work, options.shell ?? runAs.account?.shell);
  requireExecutableSize(program.args, env);
  const wanted = chooseFolder(options.cwd, spec.cwd, runAs.account?.home);
  const launch = await placeLaunch(runAs, wanted, program, signal);
  signal.throwIfAborted();
  const complete: Launch = { ...launch, env, clock: deps.clock };
  return spec.pty === null ? openPipes(complete) : openPty(complete, spec.pty.size);
}

async function placeLaunch(
  runAs: RunAs,
  wanted: WorkingFolder,
  program: Interpreter,
  signal: AbortSignal,
): Promise<Pick<Launch, 'file' | 'args' | 'cwd' | 'owner'>> {
  if (runAs.kind === 'self') {
    const folder = canEnter(wanted.path) ? wanted : refuseFolder(wanted, 'no such folder, or it is closed to its user');
    return { ...program, cwd: folder.path, owner: null };
  }
  const { account } = runAs;
  const inTheWay = await probeAsUser(account, wanted.path, program.file, signal);
  if (inTheWay === 'no-program') throw noShell(program.file);
  const folder =
    inTheWay === 'ok' ? wanted : refuseFolder(wanted, `no such folder, or it is closed to "${account.name}"`);
  return { ...switchCommand(account, folder.path, program.file, program.args), cwd: '/', owner: account };
}
