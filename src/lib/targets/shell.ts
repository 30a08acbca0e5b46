// The target "this machine": a command run by bash, or a free terminal with the account's shell, as the caller or as
// another OS user. It decides user, folder and environment; starting and reading is pty.ts and pipes.ts.
import type { Clock } from '../core/clock.ts';
import { type Account, findAccount } from '../os/accounts.ts';
import type { Program, ProgramSpec, Target } from '../ports/target.ts';
import { applyCarried, buildEnvironment, NO_PAGER, requireHarmless } from './environment.ts';
import { type Interpreter, interpreterFor, noShell, requireExecutableSize } from './interpreter.ts';
import type { Launch } from './launch.ts';
import { probeAsUser, switchCommand } from './os-user.ts';
import { openPipes } from './pipes.ts';
import { openPty } from './pty.ts';
import { type StartOutside, startEnclosed } from './sandbox/enclose.ts';
import type { BrokerPaths, SandboxOptions } from './sandbox/options.ts';
import { planSandbox, type SandboxPlan, visibleFolder } from './sandbox/plan.ts';
import { checkShell } from './shell-check.ts';
import { shellLine } from './shell-line.ts';
import { type FindShellPlace, placeChanged, shellPlaces } from './shell-place.ts';
import { holdFolder, NOT_REAL, refuseFolder, type WorkingFolder } from './working-folder.ts';

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
  /** Absent: what the OS user may do is all that bounds a program. */
  readonly sandbox?: SandboxOptions;
}

export interface ShellTargetDeps {
  readonly clock: Clock;
  readonly brokerUid: number;
  /** What no sandbox may show or leave writable. */
  readonly brokerPaths?: BrokerPaths;
}

/** What `open` needs of a ProgramSpec; checks have no session. */
export type ShellStart = Omit<ProgramSpec, 'session' | 'task'>;

/**
 * A shell target. Throws `bad-environment` (78) for what must not be set. `open` rejects with `no-bash` (69),
 * `cannot-run-as-caller`, `unknown-user`, `cannot-switch-user` (78), `bad-working-folder` (64 or 78), `bad-command`,
 * `environment-too-large`, `bad-terminal-size` (64), `no-terminal`, `no-shell`, `cannot-start`,
 * `no-sandbox` (69), `bad-workspace` (78), `place-changed` (77).
 */
export function shellTarget(name: string, options: ShellTargetOptions, deps: ShellTargetDeps): Target {
  requireHarmless(name, options.set ?? {});
  const placeOf = shellPlaces(name, options, deps.brokerUid);
  const start = (spec: ShellStart, signal: AbortSignal) => startProgram(name, options, deps, placeOf, spec, signal);
  return {
    name,
    kind: 'shell',
    placeOf,
    credentialsFor: () => [],
    open: (spec, _credentials, signal) => start(spec, signal),
    connect: async (_spec, _credentials, signal) => shellLine(start, signal),
    check: (_issue, signal) => checkShell({ name, options, deps, start, signal }),
  };
}

async function startProgram(
  name: string,
  options: ShellTargetOptions,
  deps: ShellTargetDeps,
  placeOf: FindShellPlace,
  spec: ShellStart,
  signal: AbortSignal,
): Promise<Program> {
  signal.throwIfAborted();
  const place = placeOf(spec);
  if (spec.place !== undefined && spec.place !== place.digest) throw placeChanged(name, place.summary);
  const { runAs } = place;
  const runsAsCaller = options.user === undefined || runAs.account?.uid === spec.callerUid;
  const fresh = buildEnvironment(
    spec.env,
    { allow: options.env, set: { ...(spec.work.kind === 'command' ? NO_PAGER : {}), ...options.set } },
    runsAsCaller ? undefined : runAs.account,
    spec.pty?.term,
  );
  const env = applyCarried(fresh, spec.carried?.env ?? new Map());
  const program = interpreterFor(spec.work, place.shell);
  requireExecutableSize(program.args, env);
  const plan = planFor(name, options.sandbox, deps, [runAs.account?.home, env.HOME]);
  const wanted = plan === undefined ? place.folder : visibleFolder(place.folder, plan);
  const begin = (launch: Pick<Launch, 'file' | 'args' | 'cwd' | 'owner' | 'keep'>) => {
    const complete: Launch = { ...launch, env, clock: deps.clock };
    return spec.pty === null ? openPipes(complete) : openPty(complete, spec.pty.size);
  };
  const owner = runAs.kind === 'self' ? null : runAs.account;
  const enclose = (folder: string, start: StartOutside) =>
    plan === undefined ? start(program, []) : startEnclosed({ plan, folder, env, program, owner }, start, signal);
  if (runAs.kind === 'self') {
    using held = holdFolder(wanted);
    return await enclose(held.realPath, (what, keep) => begin({ ...what, cwd: held.path, owner: null, keep }));
  }
  const { account } = runAs;
  const folder = await folderFor(account, wanted, program, signal);
  signal.throwIfAborted();
  return enclose(folder, (what, keep) =>
    begin({ ...switchCommand(account, folder, what.file, what.args), cwd: '/', owner: account, keep }),
  );
}

function planFor(
  name: string,
  sandbox: SandboxOptions | undefined,
  { brokerPaths = NO_PATHS, brokerUid }: ShellTargetDeps,
  homes: readonly (string | undefined)[],
): SandboxPlan | undefined {
  if (sandbox === undefined) return undefined;
  const all = [...homes, findAccount({ uid: brokerUid })?.home];
  const known = all.filter((home): home is string => home?.startsWith('/') === true);
  return planSandbox(name, sandbox, brokerPaths, known);
}

const NO_PATHS: BrokerPaths = { hidden: [], readOnly: [] };

/** The path to enter after the switch, tried as the account. */
async function folderFor(
  account: Account,
  folder: WorkingFolder,
  program: Interpreter,
  signal: AbortSignal,
): Promise<string> {
  const inTheWay = await probeAsUser(account, folder.path, program.file, signal);
  switch (inTheWay) {
    case 'ok':
      return folder.path;
    case 'no-program':
      throw noShell(program.file);
    case 'no-folder':
      return refuseFolder(folder, `no such folder, or it is closed to "${account.name}"`).path;
    case 'not-real':
      return refuseFolder(folder, NOT_REAL).path;
    default:
      return inTheWay satisfies never;
  }
}
