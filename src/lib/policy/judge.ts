// The submit path, one function for every surface: limits → parse → facts → rules → the printed form. Pure.
import type { CommandInput } from '../core/command-input.ts';
import type { Decision } from '../core/decision.ts';
import { killsListed } from './actions/listed.ts';
import { relate } from './actions/relate.ts';
import type { CommandFacts, StdinFact } from './facts/facts.ts';
import { ANY, CWD, HOME, isPlain } from './facts/unknowns.ts';
import { parseCommand } from './language/parse.ts';
import type { CompiledPolicy } from './rules/compile.ts';
import { decide, decideFreeTerminal } from './rules/decide.ts';
import { withGuidance } from './rules/guidance.ts';
import type { RuleContext } from './rules/rule-scope.ts';
import { newScope, type Scope, setVar } from './walk/scope.ts';
import { newWalk, walkWhole } from './walk/walk.ts';

export interface CommandContext extends RuleContext {
  /** Absolute; where the command would start. Absent: not known here, or the account's home. */
  readonly cwd?: string;
  /** Exported variables it would start with, where those are known; null for one that is not set. */
  readonly env?: ReadonlyMap<string, string | null>;
  /** True where its standard input is at its end from the start: what would read commands from it runs none. */
  readonly hasNoInput?: boolean;
}

export interface Judgement {
  readonly decision: Decision;
  /** The only form that may run. */
  readonly printed: string;
  readonly facts: CommandFacts;
}

/**
 * Judges a command that was not run yet. Throws what the parser refuses (all exit 64): `empty-command`,
 * `command-too-long`, `command-too-deep`, `control-characters`, `syntax-error`.
 */
export function judgeCommand(policy: CompiledPolicy, input: CommandInput, context: CommandContext): Judgement {
  const { printed, facts } = factsOf(input, context);
  const asked = { target: context.target, command: printed, task: context.task ?? null };
  return { decision: withGuidance(decide(policy, facts, context), asked, policy.exceptions), printed, facts };
}

/** What is known of a command before it runs. Throws what the parser refuses (64). */
export function factsOf(input: CommandInput, context: CommandContext): Omit<Judgement, 'decision'> {
  const { script, printed, opaque } = parseCommand(input);
  const walk = newWalk();
  walkWhole(walk, startingScope(context), script, context.hasNoInput === true ? NO_INPUT : INHERITED);
  const facts = { commands: killsListed(relate(walk.commands)), opaque: [...opaque, ...walk.opaque] };
  return { printed, facts };
}

const NO_INPUT: StdinFact = { kind: 'text', text: '' };
const INHERITED: StdinFact = { kind: 'inherit' };

/** The scope of a fresh interpreter there. */
function startingScope(context: CommandContext): Scope {
  const cwd = context.cwd ?? (context.kind === 'ssh' ? HOME : CWD);
  const scope = newScope({ cwd, orElse: [], start: cwd, home: context.home }, []);
  for (const [name, value] of context.env ?? []) {
    const known = isPlain(value ?? '') ? (value ?? '') : ANY;
    setVar(scope, name, [known]);
    if (value !== null) scope.exported.set(name, known);
  }
  return scope;
}

/** Judges the opening of a raw terminal. */
export function judgeFreeTerminal(policy: CompiledPolicy, context: RuleContext): Decision {
  return withGuidance(
    decideFreeTerminal(policy, context),
    { target: context.target, command: null, task: null },
    undefined,
  );
}
