// `policy explain` for people: each simple command with what was found of it, the rules that had a say and those that came
// near, and at the end which of the findings won.
import type { Verdict } from '../core/decision.ts';
import type { ExplainedCommand, ExplainedRule, Explanation } from '../policy/review/explain.ts';
import { guidanceLines, verdictWord } from './guidance.ts';
import { oneLine, type Palette, visible } from './render.ts';

/** `all`: also the rules that are about something else, and those that do not apply here. */
export function renderExplanation(explanation: Explanation, all: boolean, out: Palette): string {
  const { decision, commands, omitted, opaque, outOfScope } = explanation;
  const word = (verdict: Verdict) => verdictWord(verdict, out);
  const lines = [
    ...commands.flatMap((command, index) => commandLines(command, index + 1, all, word)),
    ...(omitted === 0 ? [] : [`and ${omitted} more commands`]),
    ...opaque.map(
      ({ reason, span, verdict }) =>
        `not known: ${oneLine(span === '' ? reason : `${reason}: ${span}`)}\n  ${word(verdict)}  by "opaque"`,
    ),
    ...(all ? outOfScope : []).map(({ rule, because }) => out.dim(`not here: ${rule} (${because.join(', ')})`)),
    `${out.bold(word(decision.verdict))}  by "${decision.rule}": ${visible(decision.reason)}`,
    `  ${why(explanation)}`,
  ];
  const guidance = decision.guidance === null ? '' : guidanceLines(decision.guidance, out);
  return `${lines.join('\n')}\n${guidance}`;
}

function commandLines(
  { facts, findings, rules }: ExplainedCommand,
  number: number,
  all: boolean,
  word: (verdict: Verdict) => string,
): string[] {
  const { command, ...found } = facts;
  const wanted = rules.filter(({ relevance }) => all || relevance !== 'none');
  const hidden = rules.length - wanted.length;
  return [
    `${number}. ${oneLine(command)}`,
    ...Object.entries(found).map(([what, values]) => `   ${what} ${oneLine([values].flat().join(' '))}`),
    ...wanted.map((rule) => `   ${ruleLine(rule)}`),
    ...(hidden === 0 ? [] : [`   ${hidden === 1 ? '1 rule is' : `${hidden} rules are`} about something else`]),
    ...findings.map(({ verdict, rule, reason }) => `   ${word(verdict)}  by "${rule}": ${oneLine(reason)}`),
    ...(findings.length === 0 ? ['   needs no permission of its own'] : []),
  ];
}

const SAYS = { yes: 'matches', maybe: 'may match, so it asks', no: 'does not match' } as const;

/** `rule no-web (deny) matches`, `rule look (allow) does not match: namespace: no`. */
export function ruleLine({ rule, verdict, result, fields, missing }: ExplainedRule): string {
  const unfit = fields.filter((field) => field.result !== 'yes').map(({ field, result: how }) => `${field}: ${how}`);
  const reasons = [...unfit, ...missing.map((demand) => `it must cover ${demand}`)];
  return `rule ${rule} (${verdict}) ${SAYS[result]}${reasons.length === 0 ? '' : `: ${reasons.join(', ')}`}`;
}

/** How the findings became one verdict. */
function why({ decision, commands, opaque }: Explanation): string {
  const verdicts = [...commands.flatMap(({ findings }) => findings), ...opaque].map(({ verdict }) => verdict);
  if (verdicts.length === 0) return 'nothing in it needs permission';
  const count = (verdict: Verdict) => verdicts.filter((each) => each === verdict).length;
  const counts = (['deny', 'ask', 'allow'] as const).filter((verdict) => count(verdict) > 0);
  if (decision.guidance?.code === 'divided') return 'its parts ask people who have nobody in common';
  const list = counts.map((verdict) => `${count(verdict)} ${verdict}`).join(', ');
  return counts.length === 1 ? `all findings say so (${list})` : `deny beats ask beats allow (${list})`;
}
