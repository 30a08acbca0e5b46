// Where and as whom a shell target runs things, found out anew each time: accounts, links and homes change under a broker.
// What the approver of a command is shown comes from here, and so does where it then starts.
import { scryptSync } from 'node:crypto';
import { canonicalJson, digestOf } from '../core/digest.ts';
import { BrokerError } from '../core/errors.ts';
import { EXIT } from '../core/exit-codes.ts';
import type { Place, ProgramSpec } from '../ports/target.ts';
import { type RunAs, resolveRunAs } from './os-user.ts';
import { sandboxWords } from './sandbox/options.ts';
import type { ShellTargetOptions } from './shell.ts';
import { chooseFolder, type WorkingFolder } from './working-folder.ts';

export interface ShellPlace extends Place {
  readonly runAs: RunAs;
  readonly folder: WorkingFolder;
  /** Interpreter of a free terminal; undefined where the target and the account name none. */
  readonly shell: string | undefined;
}

export type FindShellPlace = (start: Pick<ProgramSpec, 'cwd' | 'callerUid' | 'carried'>) => ShellPlace;

/** Throws what `resolveRunAs` and `chooseFolder` throw. */
export function shellPlaces(name: string, options: ShellTargetOptions, brokerUid: number): FindShellPlace {
  let setDigest: string | undefined;
  return ({ cwd, callerUid, carried }) => {
    setDigest ??= digestOfValues(name, options.set ?? {});
    const runAs = resolveRunAs(name, options.user, { broker: brokerUid, caller: callerUid });
    const { account } = runAs;
    const folder =
      carried?.folder === undefined
        ? chooseFolder(options.cwd, cwd, account?.home)
        : chooseFolder(undefined, carried.folder, undefined);
    const user = account?.name ?? `uid ${brokerUid}`;
    const shell = options.shell ?? account?.shell;
    const definition = {
      kind: 'shell',
      user,
      uid: account?.uid ?? brokerUid,
      folder: folder.path,
      shell: shell ?? null,
      env: [...options.env].sort(),
      set: setDigest,
      ...(options.sandbox === undefined ? {} : { sandbox: { ...options.sandbox } }),
    };
    const walls = options.sandbox === undefined ? '' : ` (${sandboxWords(options.sandbox)})`;
    return {
      summary: `${user} in ${folder.path}${walls}`,
      digest: digestOf(definition),
      startFolder: folder.path,
      home: account?.home,
      runAs,
      folder,
      shell,
    };
  };
}

/**
 * Of variables whose values may be confidential. Approvers and the log see a digest that depends on it, and a short value
 * could be found by trying: hence the slow hash (about 50 ms), once a target.
 */
function digestOfValues(name: string, set: Readonly<Record<string, string>>): string {
  if (Object.keys(set).length === 0) return '';
  return scryptSync(canonicalJson(set), `sallyport targets.${name}.set`, 32).toString('hex');
}

/** What `open` says where the place is not the one that was judged, and perhaps approved. */
export function placeChanged(name: string, summary: string): BrokerError {
  return new BrokerError({
    code: 'place-changed',
    exit: EXIT.denied,
    message: `target "${name}" is another place than the one that was judged: it is now "${summary}"`,
    hint: 'run the command again, so that it is judged for that place',
  });
}
