// The target "this machine": a command run by bash, or a free terminal with the account's shell, as the caller or as
// another OS user. It decides user, folder and environment; starting and reading is pty.ts and pipes.ts.
import type { Clock } from '../core/clock.ts';
import type { Account } from '../os/accounts.ts';
import type { Program, ProgramSpec, Target } from '../ports/target.ts';
import { buildEnvironment, NO_PAGER, requireHarmless } from './environment.ts';
import { type Interpreter, interpreterFor, noShell, requireExecutableSize } from './interpreter.ts';
import type { Launch } from './launch.ts';
import { probeAsUser, switchCommand } from './os-user.ts';
import { openPipes } from './pipes.ts';
import { openPty } from './pty.ts';
import { checkShell } from './shell-check.ts';
import { type FindShellPlace, placeChanged, type ShellPlace, shellPlaces } from './shell-place.ts';
import { holdFolder, NOT_REAL, refuseFolder } from './working-folder.ts';

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
 * `environment-too-large`, `bad-terminal-size` (64), `no-terminal`, `no-shell`, `cannot-start` (69), `place-changed` (77).
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
  const env = buildEnvironment(
    spec.env,
    { allow: options.env, set: { ...(spec.work.kind === 'command' ? NO_PAGER : {}), ...options.set } },
    runsAsCaller ? undefined : runAs.account,
    spec.pty?.term,
  );
  const program = interpreterFor(spec.work, place.shell);
  requireExecutableSize(program.args, env);
  const begin = (launch: Pick<Launch, 'file' | 'args' | 'cwd' | 'owner'>) => {
    const complete: Launch = { ...launch, env, clock: deps.clock };
    return spec.pty === null ? openPipes(complete) : openPty(complete, spec.pty.size);
  };
  if (runAs.kind === 'self') {
    using folder = holdFolder(place.folder);
    return await begin({ ...program, cwd: folder.path, owner: null });
  }
  const { account } = runAs;
  const folder = await folderFor(account, place, program, signal);
  signal.throwIfAborted();
  return begin({ ...switchCommand(account, folder, program.file, program.args), cwd: '/', owner: account });
}

/** The path to enter after the switch, tried as the account. */
async function folderFor(
  account: Account,
  { folder }: Pick<ShellPlace, 'folder'>,
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
