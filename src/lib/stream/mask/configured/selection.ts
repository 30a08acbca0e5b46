// Which rules are on where: the switches and exceptions of the configuration, for one target and one agent. Pure; rules that
// are on in the same places are compiled once.
import type { MaskException, MaskingDocument, MaskScope, MaskSwitches } from '../../../core/masking-document.ts';
import type { Kind, Rule } from '../rule.ts';
import { rulesOn } from './selection-machine.ts';

/** Where output comes from, and for whom it is. */
export interface MaskPlace {
  readonly target: string;
  /** Of the target: `shell`, `ssh`. */
  readonly kind: string;
  /** Such as `unix:agent`. */
  readonly principal: string;
}

/** What decides whether a rule is on; `default` where nothing says anything. */
export type Switch =
  | { readonly by: 'default' }
  | { readonly by: 'family' | 'kind'; readonly name: string; readonly isHere: boolean }
  | { readonly by: 'exception'; readonly exception: MaskException };

export interface RuleState {
  readonly rule: Rule;
  readonly isOn: boolean;
  readonly decidedBy: Switch;
}

/** What holds in one place, of a rule and of each kind that it finds. */
export type Decide = (rule: Rule, kind: Kind) => Omit<RuleState, 'rule'>;

export interface RuleSelection<Compiled> {
  /** The rules that are on there, compiled; the same object wherever the same rules are on. */
  rulesFor(place: MaskPlace): Compiled;
  /** Without a place, what holds where no place is named. */
  decisionsIn(place: MaskPlace | null): Decide;
}

export interface SelectionOptions<Compiled> {
  readonly masking: MaskingDocument;
  /** All there are, own ones included. */
  readonly rules: readonly Rule[];
  /** What a glob of a scope means: as in the policy's rules. */
  readonly matches: (glob: string, text: string) => boolean;
  readonly compile: (rules: readonly Rule[]) => Compiled;
}

/** Compiles nothing before it is asked for. */
export function ruleSelection<Compiled>(options: SelectionOptions<Compiled>): RuleSelection<Compiled> {
  const { masking, rules, matches, compile } = options;
  const compiled = new Map<string, Compiled>();
  const isIn = (on: MaskScope, place: MaskPlace) => isInScope(on, place, matches);
  const decisionsIn = (place: MaskPlace | null): Decide => {
    const here = place === null ? [] : masking.where.filter(({ on }) => isIn(on, place));
    const exceptions = place === null ? [] : masking.exceptions.filter(({ on }) => isIn(on, place));
    return (rule, kind) => decide(rule, kind, masking, here, exceptions);
  };
  return {
    decisionsIn,
    rulesFor(place) {
      const decideHere = decisionsIn(place);
      const on = rulesOn(rules, (rule, kind) => decideHere(rule, kind).isOn);
      const key = on.map(({ signature }) => signature).join(' ');
      let ready = compiled.get(key);
      if (ready === undefined) {
        ready = compile(on.map(({ rule }) => rule));
        compiled.set(key, ready);
      }
      return ready;
    },
  };
}

/** What is said of the place beats what is said of all; there, a kind beats its family, and on beats off. */
function decide(
  rule: Rule,
  kind: Kind,
  everywhere: MaskSwitches,
  here: readonly MaskSwitches[],
  exceptions: readonly MaskException[],
): ReturnType<Decide> {
  const exception = exceptions.find(({ rules, kinds }) => rules.includes(rule.name) || kinds.includes(kind));
  if (exception !== undefined) return { isOn: false, decidedBy: { by: 'exception', exception } };
  for (const [switches, isHere] of [
    [here, true],
    [[everywhere], false],
  ] as const) {
    const byKind = joined(switches.map(({ kinds }) => kinds.get(kind)));
    if (byKind !== undefined) return { isOn: byKind, decidedBy: { by: 'kind', name: kind, isHere } };
    const byFamily = joined(switches.map(({ families }) => familySwitch(families, rule)));
    if (byFamily !== undefined) return { isOn: byFamily, decidedBy: { by: 'family', name: rule.family, isHere } };
  }
  return { isOn: true, decidedBy: { by: 'default' } };
}

/** Known values have no switch. */
function familySwitch(families: MaskSwitches['families'], { family }: Rule): boolean | undefined {
  return family === 'known' ? undefined : families[family];
}

function joined(words: readonly (boolean | undefined)[]): boolean | undefined {
  const said = words.filter((word) => word !== undefined);
  return said.length === 0 ? undefined : said.includes(true);
}

function isInScope(
  { target, kind, principal }: MaskScope,
  place: MaskPlace,
  matches: SelectionOptions<unknown>['matches'],
) {
  const fits = (globs: readonly string[] | undefined, text: string) =>
    globs === undefined || globs.some((glob) => matches(glob, text));
  return (
    fits(target, place.target) &&
    fits(principal, place.principal) &&
    (kind === undefined || (kind as readonly string[]).includes(place.kind))
  );
}
