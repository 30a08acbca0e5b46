// The scope of a command that runs on another machine or in a container: nothing that is known here is known there.

import { CWD } from '../facts/unknowns.ts';
import { innerScope } from './command.ts';
import { newScope, type Scope } from './scope.ts';
import type { Call } from './walk.ts';

/** A fresh scope in a folder that is not known, with what runs at any time shared. */
export function remoteScope(scope: Scope, call: Call, cwd: string = CWD): Scope {
  const inner = innerScope(scope, call, []);
  return { ...newScope({ cwd, orElse: [], home: undefined }, []), ever: inner.ever };
}
