// Rules as written → rules that can be matched: globs and expressions compiled once. A pattern that does not compile is
// an error here, never a rule that matches nothing.
import { RE2JS } from 're2js';
import type { ApprovalTerms } from '../core/decision.ts';
import { BrokerError } from '../core/errors.ts';
import { EXIT } from '../core/exit-codes.ts';
import type { PolicyDocument, Rule, RuleMatch } from '../core/policy-document.ts';
import { compileGlob, type Glob } from './glob.ts';
import { compileKnownOptions, type KnownOptions } from './known-options.ts';
import { packNamed } from './packs/index.ts';
import { HOME } from './unknowns.ts';

export interface CompiledRule {
  readonly rule: Rule;
  /** `pack/rule` for a pack's. */
  readonly id: string;
  readonly scope: {
    readonly target: Patterns;
    readonly kind: readonly string[] | undefined;
    readonly principal: Patterns;
  };
  readonly match: CompiledMatch;
}

type Patterns = readonly Glob[] | undefined;

export interface CompiledMatch {
  readonly command: Patterns;
  readonly args: Patterns;
  /** The last argument pattern was `**`. */
  readonly moreArgs: boolean;
  readonly flags: readonly string[] | undefined;
  readonly without: readonly string[] | undefined;
  readonly only: KnownOptions | undefined;
  readonly text: RE2JS | undefined;
  readonly reads: Patterns;
  readonly writes: Patterns;
  readonly removes: Patterns;
  readonly wrapper: Patterns;
  readonly does: readonly string[] | undefined;
  readonly terminal: boolean;
}

export interface CompiledPolicy {
  readonly rules: readonly CompiledRule[];
  readonly default: PolicyDocument['default'];
  readonly opaque: PolicyDocument['opaque'];
  /** How long a request stays open where its rule says nothing, ms. */
  readonly approvalTtlMs: number;
  /** Who may let a denied command pass once; undefined: nobody. */
  readonly exceptions: ApprovalTerms | undefined;
}

/** Throws `bad-policy` (78) for an unknown pack or a regular expression that RE2 does not take. */
export function compilePolicy(document: PolicyDocument, options: { readonly approvalTtlMs: number }): CompiledPolicy {
  const own = document.rules.map((rule) => compileRule(rule, rule.id));
  const shipped = [...new Set(document.packs)].flatMap((name) => {
    const pack = packNamed(name);
    if (pack === undefined) throw badPolicy(`there is no pack "${name}"`, 'see: sallyport policy lint');
    return pack.rules.map((rule) => compileRule(rule, `${name}/${rule.id}`));
  });
  return {
    rules: [...own, ...shipped],
    default: document.default,
    opaque: document.opaque,
    approvalTtlMs: options.approvalTtlMs,
    exceptions:
      document.exceptions === undefined ? undefined : { ttlMs: options.approvalTtlMs, ...document.exceptions },
  };
}

/** One rule on its own; `id` is how decisions name it. */
export function compileRule(rule: Rule, id: string): CompiledRule {
  const { on, match } = rule;
  return {
    rule,
    id,
    scope: { target: texts(on?.target), kind: on?.kind, principal: texts(on?.principal) },
    match: compileMatch(match, id),
  };
}

function compileMatch(match: RuleMatch, id: string): CompiledMatch {
  const moreArgs = match.args?.at(-1) === '**';
  return {
    command: match.command?.map((source) => compileGlob(source, source.includes('/') ? 'path' : 'text')),
    args: texts(moreArgs ? match.args?.slice(0, -1) : match.args),
    moreArgs,
    flags: match.flags,
    without: match.without,
    only: match.only === undefined ? undefined : compileKnownOptions(match.only),
    text: match.text === undefined ? undefined : compileText(match.text, id),
    reads: paths(match.reads),
    writes: paths(match.writes),
    removes: paths(match.removes),
    wrapper: texts(match.wrapper),
    does: match.does,
    terminal: match.terminal === 'free',
  };
}

function texts(sources: readonly string[] | undefined): Patterns {
  return sources?.map((source) => compileGlob(source, 'text'));
}

function paths(sources: readonly string[] | undefined): Patterns {
  return sources?.map((source) => compileGlob(source.replace(/^~(?=\/|$)/, HOME), 'path'));
}

/** Linear time, whatever the expression; the whole text must match. */
function compileText(source: string, id: string): RE2JS {
  try {
    return RE2JS.compile(source, RE2JS.DOTALL);
  } catch (cause) {
    throw badPolicy(
      `rule "${id}": "${source}" is not a regular expression of RE2`,
      'RE2 has no look-around and no back-references',
      cause,
    );
  }
}

function badPolicy(message: string, hint: string, cause?: unknown): BrokerError {
  return new BrokerError({ code: 'bad-policy', exit: EXIT.configuration, message, hint, cause });
}
