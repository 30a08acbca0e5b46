// Where and when a rule applies at all.
import type { Rule, RuleScope } from '../../core/policy-document.ts';
import { compileTexts, type Glob, globMatches } from '../facts/glob.ts';
import { type CompiledWindow, compileWindow } from './time-window.ts';

/** Where a command would run, and when, as far as rules ask. */
export interface RuleContext {
  readonly target: string;
  readonly kind: string;
  readonly principal: string;
  /** What the client says it works on; nothing proves it. */
  readonly task?: string | null;
  /** Milliseconds since 1970; without it a rule with hours applies where it denies or asks, and not where it allows. */
  readonly now?: number;
  /** The account's home folder where it is known. */
  readonly home?: string;
}

export interface CompiledScope {
  readonly target: readonly Glob[] | undefined;
  readonly kind: readonly string[] | undefined;
  readonly principal: readonly Glob[] | undefined;
  readonly task: readonly Glob[] | undefined;
  readonly when: CompiledWindow | undefined;
}

/** Undefined for a rule that applies everywhere. `writeOut` puts lists in place of their names. Throws `bad-policy` (78). */
export function compileScope(
  on: RuleScope | undefined,
  writeOut: (patterns: readonly string[]) => readonly string[],
): CompiledScope | undefined {
  if (on === undefined || Object.keys(on).length === 0) return undefined;
  const texts = (patterns: readonly string[] | undefined) =>
    patterns === undefined ? undefined : compileTexts(writeOut(patterns));
  return {
    target: texts(on.target),
    kind: on.kind,
    principal: texts(on.principal),
    task: texts(on.task),
    when: on.when === undefined ? undefined : compileWindow(on.when),
  };
}

/** True where the rule applies there and then. `strict`: it denies or asks, and does so where the hour is not known. */
export function isInScope(scope: CompiledScope | undefined, context: RuleContext, strict: boolean): boolean {
  return scope === undefined || SCOPE.every(([, holds]) => holds(scope, context, strict));
}

/** The fields of `on` that keep the rule away from there. */
export function scopeMisses(
  { scope, rule }: { readonly scope: CompiledScope | undefined; readonly rule: Rule },
  context: RuleContext,
): readonly string[] {
  if (scope === undefined) return [];
  return SCOPE.filter(([, holds]) => !holds(scope, context, rule.verdict !== 'allow')).map(([field]) => field);
}

const SCOPE: readonly (readonly [string, (scope: CompiledScope, context: RuleContext, strict: boolean) => boolean])[] =
  [
    ['target', ({ target }, context) => matches(target, context.target)],
    ['kind', ({ kind }, context) => kind?.includes(context.kind) ?? true],
    ['principal', ({ principal }, context) => matches(principal, context.principal)],
    ['task', ({ task }, context) => matches(task, context.task)],
    ['when', ({ when }, { now }, strict) => when === undefined || (now === undefined ? strict : when(now))],
  ];

function matches(globs: readonly Glob[] | undefined, value: string | null | undefined): boolean {
  return globs === undefined || (typeof value === 'string' && globs.some((glob) => globMatches(glob, value)));
}
