// The rules for words about a session: secrets, and no personal data. Who approves must see to whom a mail would go and as
// whom a host would be entered, and `deploy@web-1` is how places are named; what a program writes is another matter.
import type { CompiledRules } from '../../stream/mask/finding/compiled-rules.ts';

/** The same rules without those of personal data. They share what was compiled. */
export function secretsOnly(rules: CompiledRules): CompiledRules {
  const isSecret = ({ rule }: { readonly rule: number }) => rules.rules[rule]?.family !== 'personal';
  return { ...rules, uses: rules.uses.map((uses) => (uses.every(isSecret) ? uses : uses.filter(isSecret))) };
}
