// A ruling → a decision: what whoever asked can do now, down to the command that asks for an exception. Pure; words for
// agents, so everything in them is either ours, the policy's, or the very command in quotes.
import type { ApprovalTerms, Decision, Guidance, Retry, Ruling } from '../../core/decision.ts';

/** What was asked for, as `sallyport requests ask` takes it. */
export interface Asked {
  readonly target: string;
  /** The printed command; null for a free terminal, of which there are no exceptions. */
  readonly command: string | null;
  /** An approval is for a task; null for none. */
  readonly task: string | null;
}

/**
 * The decision of a ruling. `exceptions` are the people who may let a denied command pass once: never one that the parser
 * could not read whole, because nobody can know what they approve.
 */
export function withGuidance(
  { instead, ...ruling }: Ruling,
  asked: Asked,
  exceptions: ApprovalTerms | undefined,
): Decision {
  const { verdict, opaque, divided } = ruling;
  if (verdict === 'allow') return { ...ruling, guidance: null };
  const isException = verdict === 'deny' && asked.command !== null && !opaque && divided !== true;
  const exception = isException ? exceptions : undefined;
  const canAsk = verdict === 'ask' || exception !== undefined;
  const guidance: Guidance = {
    code: codeOf(ruling, asked),
    rule: ruling.rule,
    retry: canAsk ? 'after-approval' : retryOf(ruling, asked),
    instead,
    exception: canAsk ? askCommand(asked) : proposal(ruling, asked),
  };
  return { ...ruling, guidance, ...(exception === undefined ? {} : { exception }) };
}

function codeOf({ verdict, rule, divided }: Omit<Ruling, 'instead'>, { command }: Asked): string {
  if (verdict === 'ask') return 'approval-needed';
  if (divided === true) return 'divided';
  if (rule === 'opaque') return 'opaque';
  if (rule === 'default') return command === null ? 'no-free-terminal' : 'denied-by-default';
  return 'denied-by-rule';
}

function retryOf({ rule, opaque, divided }: Omit<Ruling, 'instead'>, { command }: Asked): Retry {
  const isHowItIsWritten = rule === 'opaque' || divided === true || (opaque && rule === 'default');
  return isHowItIsWritten || command === null ? 'after-change' : 'never';
}

/** Longer commands are not repeated: a file or the history has them. */
const MAX_SHOWN = 4000;

/** The exact words to type. */
function askCommand({ target, command, task }: Asked): string {
  const forTask = task === null ? '' : ` --task ${quoted(task)}`;
  const start = `sallyport requests ask --target ${quoted(target)}${forTask} --why '…'`;
  if (command === null) return `sallyport shell ${quoted(target)}`;
  return `${start} -- ${command.length > MAX_SHOWN ? 'COMMAND' : quoted(command)}`;
}

/** Where nobody may make an exception: what would have to change. */
function proposal({ rule, divided, program, opaque }: Omit<Ruling, 'instead'>, { command }: Asked): string {
  if (divided === true || rule === 'opaque') return 'none: nobody can approve it as it is written';
  if (command === null)
    return 'propose to the owner of the policy: a rule with match: { terminal: free }, verdict: ask';
  if (rule !== 'default') return `none: ask the owner of the policy about rule "${rule}"`;
  if (program === null || opaque) return 'none: ask the owner of the policy for a rule that covers it';
  const id = `ask-${program.toLowerCase().replace(/[^a-z0-9._-]+/g, '-')}`.slice(0, 63);
  const match = `{ command: ${JSON.stringify(program)} }`;
  return `propose to the owner of the policy: { id: ${id}, match: ${match}, verdict: ask }`;
}

/** One word of a POSIX shell. */
function quoted(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
