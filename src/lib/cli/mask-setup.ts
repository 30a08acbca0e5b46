// What the commands of `sallyport mask` mask with: the rules that flags and configuration leave on, the values it knows, and
// how to begin a stream with them.
import { createHash, randomBytes } from 'node:crypto';
import { userInfo } from 'node:os';
import { nearest } from '../config/nearest.ts';
import { BrokerError } from '../core/errors.ts';
import { EXIT } from '../core/exit-codes.ts';
import { compileGlob, globMatches } from '../policy/facts/glob.ts';
import { type Decide, type MaskPlace, type RuleState, ruleSelection } from '../stream/mask/configured/selection.ts';
import { allRules } from '../stream/mask/configured/selection-knowledge.ts';
import { kindsOf, rulesOn } from '../stream/mask/configured/selection-machine.ts';
import { type CompiledRules, compileRules } from '../stream/mask/finding/compiled-rules.ts';
import { makeFingerprint } from '../stream/mask/fingerprint.ts';
import { indexNeedles, type KnownIndex } from '../stream/mask/known/known-finder.ts';
import { createMaskStage, type Masked, type MaskStage } from '../stream/mask/mask-stage.ts';
import type { Rule } from '../stream/mask/rule.ts';
import type { Environment } from './environment.ts';
import { type FoundMasking, findMasking, NO_CONFIGURATION } from './mask-masking.ts';

export interface MaskFlags {
  readonly family?: readonly string[] | undefined;
  readonly kind?: readonly string[] | undefined;
  readonly personal?: boolean | undefined;
  readonly target?: string | undefined;
  readonly principal?: string | undefined;
  readonly 'no-config': boolean;
  readonly 'no-values': boolean;
}

/** A rule, whether it is on, and what decides that: the configuration or a flag of the command line. */
export type ChosenRule = Omit<RuleState, 'decidedBy'> & {
  readonly decidedBy: RuleState['decidedBy'] | { readonly by: 'flag' };
};

export interface MaskSetup {
  readonly found: FoundMasking;
  /** Every rule there is. */
  readonly chosen: readonly ChosenRule[];
  /** Those that are on. */
  readonly rules: CompiledRules;
  /** Fingerprints are the same in all stages of one setup. */
  newStage(options: StageOptions): MaskStage;
}

export interface StageOptions {
  /** Columns; 0 where no line was broken. */
  readonly width: number;
  readonly onMask?: (masked: Masked) => void;
}

/** Of a terminal nobody describes; a full-screen program is masked on a screen of this height. */
const ROWS = 24;

/**
 * `seed` makes fingerprints the same every time. Throws `usage` (64) for a kind that no rule has, `unknown-target` (68), and
 * what is wrong with the configuration, or with a file that holds a known value (78).
 */
export async function setUpMask(environment: Environment, flags: MaskFlags, seed?: number): Promise<MaskSetup> {
  const found = flags['no-config'] ? NO_CONFIGURATION : await findMasking(environment, flags.target !== undefined);
  const all = allRules(found.masking);
  const selection = ruleSelection({
    masking: found.masking,
    rules: all,
    matches: (glob, text) => globMatches(compileGlob(glob, 'text'), text),
    compile: compileRules,
  });
  const decide = byFlags(all, selection.decisionsIn(placeOf(flags, found)), flags);
  const chosen = all.map((rule) => ({ rule, ...decide(rule, rule.kind) }));
  const rules = compileRules(rulesOn(all, (rule, kind) => decide(rule, kind).isOn).map(({ rule }) => rule));
  const known = flags['no-values'] ? indexNeedles([]) : await knownValues(found);
  const fingerprint = makeFingerprint(seed === undefined ? randomBytes(32) : keyOf(seed));
  return {
    found,
    chosen,
    rules,
    newStage: ({ width, onMask }) =>
      createMaskStage({
        rules,
        known,
        size: width === 0 ? null : { cols: width, rows: ROWS },
        fingerprint,
        ...(onMask && { onMask }),
      }),
  };
}

function placeOf({ target, principal }: MaskFlags, { targets }: FoundMasking): MaskPlace | null {
  if (target === undefined) return null;
  const kind = targets?.get(target);
  if (kind === undefined) {
    throw new BrokerError({
      code: 'unknown-target',
      exit: EXIT.unknownTarget,
      message: `no target is called "${target}"`,
      hint: 'see: sallyport targets',
    });
  }
  return { target, kind, principal: principal ?? `unix:${userInfo().username}` };
}

type Chosen = Omit<ChosenRule, 'rule'>;

function byFlags(
  rules: readonly Rule[],
  decide: Decide,
  { family, kind, personal }: MaskFlags,
): (rule: Rule, kind: string) => Chosen {
  const known = kindsOf(rules);
  const unknown = kind?.find((each) => !known.includes(each));
  if (unknown !== undefined) {
    throw new BrokerError({
      code: 'usage',
      exit: EXIT.usage,
      message: `no rule is of the kind "${unknown}"`,
      hint: 'see: sallyport mask explain',
    });
  }
  const wish = (rule: Rule, ofKind: string): boolean | undefined => {
    if (family === undefined && kind === undefined) return rule.family === 'personal' ? personal : undefined;
    return family?.includes(rule.family) === true || kind?.includes(ofKind) === true;
  };
  return (rule, ofKind) => {
    const decided = decide(rule, ofKind);
    const isOn = wish(rule, ofKind) ?? decided.isOn;
    return isOn === decided.isOn ? decided : { isOn, decidedBy: { by: 'flag' } };
  };
}

/** The rules of that name, kind or family. Throws `unknown-rule` (64). */
export function namedRules(chosen: readonly ChosenRule[], name: string): readonly ChosenRule[] {
  const named = chosen.filter(({ rule }) => [rule.name, rule.kind, rule.family].includes(name));
  if (named.length > 0) return named;
  const all = new Set(chosen.flatMap(({ rule }) => [rule.name, rule.kind, rule.family]));
  const meant = nearest(name, [...all]);
  throw new BrokerError({
    code: 'unknown-rule',
    exit: EXIT.usage,
    message: `there is no rule, kind or family "${name}"`,
    hint: meant === undefined ? 'see: sallyport mask explain' : `did you mean "${meant}"? See: sallyport mask explain`,
  });
}

async function knownValues({ masking: { values } }: FoundMasking): Promise<KnownIndex> {
  if (values.length === 0) return indexNeedles([]);
  const [{ readKnownValues }, { knownNeedles }] = await Promise.all([
    import('../broker/read-known-values.ts'),
    import('../stream/mask/known/known-values.ts'),
  ]);
  return indexNeedles(knownNeedles(readKnownValues(values)));
}

function keyOf(seed: number): Uint8Array {
  return createHash('sha256').update(`seed ${seed}`).digest();
}
