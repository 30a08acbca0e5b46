// What a run of the generator says: figures by group, and misses by kind and variant.
import type { Outcome } from './generator-cases.ts';

/** Lines of text: a row for each group, then one for each kind with misses, with the variants they came in. */
export function tableOf(outcomes: readonly Outcome[]): string {
  const lines = [...new Set(outcomes.map(({ group }) => group))].map((group) => {
    const cases = outcomes.filter((outcome) => outcome.group === group);
    const missed = cases.filter(isMiss).length;
    const survivors = cases.reduce((sum, outcome) => sum + outcome.survivors, 0);
    const lost = cases.reduce((sum, outcome) => sum + outcome.lost.length, 0);
    const split = cases.filter(({ isSameForAllSplits }) => !isSameForAllSplits).length;
    const judged =
      group === 'benign' ? `${missed} touched` : `${missed} missed, ${lost} of ${survivors} survivors lost`;
    return `${group.padEnd(9)} ${cases.length} cases: ${judged}, ${split} not the same for all splits`;
  });
  const missesByKind = new Map<string, Outcome[]>();
  for (const outcome of outcomes) {
    if (!isMiss(outcome) && outcome.lost.length === 0) continue;
    const name = `${outcome.group} ${outcome.kind}`;
    missesByKind.set(name, [...(missesByKind.get(name) ?? []), outcome]);
  }
  for (const [name, misses] of missesByKind) {
    const variants = misses.map(
      ({ variant, leaked, lost }) => `${variant}${leaked.length === 0 && lost.length > 0 ? ' (lost text)' : ''}`,
    );
    lines.push(`  ${name}: ${[...new Set(variants)].join(', ')}`);
  }
  return lines.join('\n');
}

function isMiss({ group, leaked, isTouched }: Outcome): boolean {
  return group === 'benign' ? isTouched : leaked.length > 0;
}
