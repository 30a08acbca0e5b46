// `policy explain` of a cluster for people: the request as it was read, what was found of it, the rules that had a say and those that came
// near, what the rules about commands say of a program that it runs, and what won.
import type { RequestExplanation } from '../policy/requests/explain-request.ts';
import { guidanceLines, verdictWord } from './guidance.ts';
import { oneLine, type Palette, visible } from './render.ts';
import { renderExplanation, ruleLine } from './render-explanation.ts';

/** `all`: also the rules that are about something else, and those that do not apply here. */
export function renderRequestExplanation(explanation: RequestExplanation, all: boolean, out: Palette): string {
  const { decision, request, facts, rules, program, outOfScope } = explanation;
  const wanted = rules.filter(({ relevance }) => all || relevance !== 'none');
  const hidden = rules.length - wanted.length;
  const lines = [
    oneLine(request),
    ...Object.entries(facts).map(([what, value]) => `   ${what} ${oneLine(wordsOf(value))}`),
    ...wanted.map((rule) => `   ${ruleLine(rule)}`),
    ...(hidden === 0 ? [] : [`   ${hidden === 1 ? '1 rule is' : `${hidden} rules are`} about something else`]),
    ...(program === null ? [] : ['what it runs', ...indented(renderExplanation(program, all, out))]),
    ...(all ? outOfScope : []).map(({ rule, because }) => out.dim(`not here: ${rule} (${because.join(', ')})`)),
    `${out.bold(verdictWord(decision.verdict, out))}  by "${decision.rule}": ${visible(decision.reason)}`,
    `  ${why(explanation)}`,
  ];
  const guidance = decision.guidance === null ? '' : guidanceLines(decision.guidance, out);
  return `${lines.join('\n')}\n${guidance}`;
}

const indented = (text: string): string[] =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => `   ${line}`);

/** Null stands for what belongs to nothing. */
function wordsOf(value: unknown): string {
  if (value === null) return 'none';
  return Array.isArray(value) ? value.join(' ') || 'none' : String(value);
}

/** How it came to the verdict. */
function why({ decision: { rule }, rules, program }: RequestExplanation): string {
  if (rules.some((each) => each.rule === rule)) return 'deny beats ask beats allow among the rules that match';
  if (program?.decision.rule === rule)
    return 'the stricter one counts of what rules say of the request and of what it runs';
  if (rule === 'default') return 'no rule names it, and no built-in default does: the policy\'s own "default" counts';
  return rules.some(({ result }) => result !== 'no')
    ? 'it holds whatever rules say'
    : 'no rule of the policy names it: this is built in';
}
