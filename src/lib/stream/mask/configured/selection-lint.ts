// What a reader of the masking section should know although it loads: what is shown somewhere, what no target has, what
// nobody tested. Pure.
import type { MaskingDocument, MaskScope, SwitchableFamily } from '../../../core/masking-document.ts';
import type { Place } from '../../../core/policy-document.ts';

export interface MaskingFinding {
  /** A `note` is meant, and worth knowing. */
  readonly severity: 'warning' | 'note';
  readonly kind: 'exception' | 'untested' | 'unreachable' | 'over-broad';
  /** `masking.exceptions[0]`, `masking.rules[1] "acme-token"`. */
  readonly what: string;
  readonly line: number | null;
  readonly column: number | null;
  readonly message: string;
  readonly hint: string;
}

export interface LintContext {
  /** Names that a target glob may mean. */
  readonly targets: readonly string[];
  readonly matches: (glob: string, text: string) => boolean;
}

/** Those families that are off in no place for convenience. */
const SECRETS: readonly SwitchableFamily[] = ['token', 'key', 'url', 'header', 'named', 'kubernetes'];

/** Every finding, part by part, each in file order. */
export function lintMasking(masking: MaskingDocument, context: LintContext): readonly MaskingFinding[] {
  return [...broad(masking), ...places(masking, context), ...exceptions(masking, context), ...untested(masking)];
}

function* broad({ families, where }: MaskingDocument): Generator<MaskingFinding> {
  const off = SECRETS.filter((family) => families[family] === false);
  if (off.length > 0) {
    yield {
      severity: 'warning',
      kind: 'over-broad',
      what: 'masking.families',
      ...nowhere,
      message: `${off.join(', ')} is shown to everybody, everywhere`,
      hint: 'switch it off under masking.where, or except single rules, with a reason',
    };
  }
  for (const [index, { families: here, at }] of where.entries()) {
    const shown = SECRETS.filter((family) => here[family] === false);
    if (shown.length === 0) continue;
    yield {
      severity: 'note',
      kind: 'over-broad',
      what: `masking.where[${index}]`,
      ...placeOf(at),
      message: `${shown.join(', ')} is shown there`,
      hint: 'an exception from single rules says why, and leaves the others on',
    };
  }
}

function* places({ where }: MaskingDocument, context: LintContext): Generator<MaskingFinding> {
  for (const [index, { on, at }] of where.entries()) {
    yield* unreachable(`masking.where[${index}]`, on, at, context);
  }
}

function* exceptions({ exceptions: all }: MaskingDocument, context: LintContext): Generator<MaskingFinding> {
  for (const [index, { rules, kinds, on, reason, at }] of all.entries()) {
    const what = `masking.exceptions[${index}]`;
    yield {
      severity: 'note',
      kind: 'exception',
      what,
      ...placeOf(at),
      message: `what "${[...rules, ...kinds].join('", "')}" finds is shown where ${inWords(on)}: ${reason}`,
      hint: 'see what that is with: sallyport mask explain RULE',
    };
    yield* unreachable(what, on, at, context);
  }
}

function* unreachable(
  what: string,
  { target }: MaskScope,
  at: Place | undefined,
  { targets, matches }: LintContext,
): Generator<MaskingFinding> {
  if (target === undefined || targets.some((name) => target.some((glob) => matches(glob, name)))) return;
  yield {
    severity: 'warning',
    kind: 'unreachable',
    what,
    ...placeOf(at),
    message: `no target has a name such as "${target.join('", "')}"`,
    hint: 'correct on.target, or remove the entry',
  };
}

function* untested({ rules }: MaskingDocument): Generator<MaskingFinding> {
  for (const [index, { name, tests, at }] of rules.entries()) {
    if ((tests?.masks ?? []).length > 0) continue;
    yield {
      severity: 'warning',
      kind: 'untested',
      what: `masking.rules[${index}] "${name}"`,
      ...placeOf(at),
      message: 'no test shows that it masks anything',
      hint: 'add tests: { masks: [a text in which it does], leaves: [one in which it must not] }',
    };
  }
}

/** "target is crm-* and principal is unix:a or unix:b". */
export function inWords(on: MaskScope): string {
  return Object.entries(on)
    .map(([field, globs]) => `${field} is ${globs.join(' or ')}`)
    .join(' and ');
}

const nowhere = { line: null, column: null } as const;

function placeOf(at: Place | undefined): Pick<MaskingFinding, 'line' | 'column'> {
  return at === undefined ? nowhere : { line: at.line, column: at.column };
}
