// `sallyport mask explain` with a text: every place where a rule could begin, and how far it came. Shows the text with masks, and
// of what was not masked one character at most: where a rule stopped.
import { type Attempt, explainText, type Outcome } from '../stream/mask/explain.ts';
import { visibleBytes } from '../stream/mask/reading/visible-bytes.ts';
import { maskWhole } from './mask-batch.ts';
import { placesIn } from './mask-report.ts';
import type { ChosenRule, MaskSetup } from './mask-setup.ts';
import { oneLine, type Palette, visible } from './render.ts';

export interface ExplainedPlace {
  /** In the text as a terminal shows it, from 1. */
  readonly line: number;
  readonly column: number;
  readonly rule: string;
  readonly kind: string;
  /** False where the rule is off here: what it would say. */
  readonly isOn: boolean;
  readonly anchor: string;
  readonly outcome: Outcome['is'];
  /** The same in words. */
  readonly why: string;
}

export interface ExplainedText {
  /** As it comes out. */
  readonly masked: string;
  readonly places: readonly ExplainedPlace[];
}

/** `chosen`: the rules to explain, on or off. What comes out is masked by all that are on, as the stream does it. */
export function explain(bytes: Buffer, chosen: readonly ChosenRule[], setup: MaskSetup, width: number): ExplainedText {
  const masked = maskWhole(setup.newStage({ width }), [bytes]).toString('utf8');
  const text = visibleBytes(bytes);
  const isOn = new Map(chosen.map((each) => [each.rule.name, each.isOn]));
  const placeOf = placesIn(text);
  const attempts = explainText(
    chosen.map(({ rule }) => rule),
    text,
  );
  return {
    masked,
    places: attempts.map(({ rule, from, anchor, outcome }) => ({
      ...placeOf(from),
      rule: rule.name,
      kind: rule.kind,
      isOn: isOn.get(rule.name) === true,
      anchor,
      outcome: outcome.is,
      why: inWords(outcome, text),
    })),
  };
}

function inWords(outcome: Attempt['outcome'], text: Buffer): string {
  switch (outcome.is) {
    case 'masked':
      return `masked: ${outcome.to - outcome.from} bytes`;
    case 'not-before':
      return 'no: what stands right before it goes on from there';
    case 'too-little-before':
      return `no: ${outcome.length} characters before it, at least ${outcome.min} are needed`;
    case 'no-lead':
      return `no: after ${outcome.length} bytes, ${charAt(text, outcome.at)} does not lead to a secret`;
    case 'no-secret':
      return outcome.length < outcome.min
        ? `no: ${charAt(text, outcome.at)} after ${outcome.length} bytes, where at least ${outcome.min} must fit`
        : `no: ${charAt(text, outcome.at)} after ${outcome.length} bytes does not fit`;
    case 'not-after':
      return `no: ${outcome.length} bytes fit, but ${charAt(text, outcome.at)} must not follow`;
    case 'check-failed':
      return `no: ${outcome.length} bytes fit, but fail the check: a check digit, a placeholder, no random text`;
    case 'not-among':
      return `no: ${outcome.length} bytes fit, but not after what the line says before them`;
    case 'within':
      return `no: it is within what the rule ${outcome.rule} masks`;
    case 'machine-found-nothing':
      return 'no: what follows has no secret of this shape';
  }
}

/** A character of several bytes is named by its first. */
function charAt(text: Buffer, at: number): string {
  const byte = text[at];
  if (byte === undefined) return 'the end';
  return byte < 0x80 ? oneLine(JSON.stringify(String.fromCharCode(byte))) : `byte 0x${byte.toString(16)}`;
}

/** Of more, `--json` has all. */
const MAX_PLACES = 60;

export function renderExplained({ masked, places }: ExplainedText, out: Palette): string {
  const lines = places.slice(0, MAX_PLACES).map(({ line, column, rule, isOn, anchor, outcome, why }) => {
    const colour = outcome === 'masked' && isOn ? out.good : out.dim;
    const off = isOn ? '' : out.warn(' (off here)');
    return `${line}:${column}  ${out.bold(rule)}${off}  ${oneLine(JSON.stringify(anchor))}  ${colour(why)}\n`;
  });
  if (places.length > MAX_PLACES) lines.push(`and ${places.length - MAX_PLACES} more; --json has all of them\n`);
  if (places.length === 0) lines.push('nothing in it is what any of these rules begins with\n');
  const end = masked.endsWith('\n') || masked === '' ? '' : '\n';
  return `${lines.join('')}\n${visible(masked)}${end}`;
}
