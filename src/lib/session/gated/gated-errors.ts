// What a gated session refuses, and how it ends.
import { BrokerError } from '../../core/errors.ts';
import { EXIT } from '../../core/exit-codes.ts';
import type { NeedsInput } from './exec.ts';

export function unknownSession(id: string): BrokerError {
  return new BrokerError({
    code: 'unknown-session',
    exit: EXIT.usage,
    message: `you have no open session "${id}"`,
    hint: 'open one with: sallyport session open TARGET',
  });
}

export function tooManySessions(most: number): BrokerError {
  return new BrokerError({
    code: 'too-many-sessions',
    exit: EXIT.unavailable,
    message: `you have ${most} open sessions, and no more are kept`,
    hint: 'close some: sallyport session list, sallyport session close ID',
  });
}

export function sessionBusy(id: string, command: number): BrokerError {
  return new BrokerError({
    code: 'session-busy',
    exit: EXIT.unavailable,
    message: `session "${id}" still runs its command ${command}`,
    hint: `read what it says (sallyport session read ${id}), wait, or send it a signal; one command at a time`,
  });
}

export function nothingRuns(id: string): BrokerError {
  return new BrokerError({
    code: 'nothing-runs',
    exit: EXIT.unavailable,
    message: `no command runs in session "${id}"`,
    hint: `run one with: sallyport session exec ${id} -- COMMAND`,
  });
}

/** For whoever wants something of a session that ends, and for the command that ran in it. */
export function sessionClosed(id: string): BrokerError {
  return new BrokerError({
    code: 'session-closed',
    exit: EXIT.ended,
    message: `session "${id}" was closed`,
    hint: 'open another one with: sallyport session open TARGET',
  });
}

/** The answer to a client that is not a person, where the program waits for one. */
export function needsInputError(id: string, { lastLine, hidden }: NeedsInput): BrokerError {
  const shown = lastLine === '' ? '' : `: "${lastLine.slice(0, 200)}"`;
  return new BrokerError({
    code: 'needs-input',
    exit: EXIT.approvalPending,
    message: `the program waits for ${hidden ? 'input it does not show' : 'input'}${shown}`,
    hint: `send it with "sallyport session exec ${id} --stdin", or end the program with "sallyport session exec ${id} --signal INT"`,
  });
}

/** A cluster's requests are judged one by one in every session. */
export function noGatedCluster(target: string): BrokerError {
  return new BrokerError({
    code: 'wrong-kind',
    exit: EXIT.usage,
    message: `target "${target}" is a cluster, which has no sessions that go command by command`,
    hint: `use: sallyport kubectl ${target} -- ARGUMENTS, or for other clients: sallyport kubectl ${target} --kubeconfig FILE`,
  });
}
