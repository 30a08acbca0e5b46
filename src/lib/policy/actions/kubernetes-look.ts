// Which uses of kubectl only look, at the cluster that is configured.
import type { Field } from '../facts/facts.ts';
import type { Option } from '../facts/options.ts';

const READS = new Set(
  'get describe logs top explain api-resources api-versions version cluster-info events'.split(' '),
);

/** `kubernetes.look`, where nothing else was found. */
export function lookActions(
  verb: string,
  rest: readonly string[],
  options: readonly Option[],
  args: readonly Field[],
): string[] {
  return READS.has(verb) && args.every(({ exact }) => exact) && onlyLooks(verb, rest, options)
    ? ['kubernetes.look']
    : [];
}

/** Options that neither read nor write files, and stay with the cluster that is configured. kubectl takes no short forms. */
const PLAIN =
  /^(-n|--namespace|-A|--all-namespaces|-o|--output|-l|--selector|--field-selector|-w|--watch|--show-labels|--show-kind|--no-headers|--sort-by|--request-timeout|-c|--container|--all-containers|--tail|--since|--since-time|--timestamps|-p|--previous|--follow|--prefix|--limit-bytes|--chunk-size|--ignore-not-found|-L|--label-columns|--recursive|--api-group|--namespaced|--client|--containers|-h|--help)$/;
/** Templates in the text; `…-file` ones read files. */
const OUTPUT = /^(json|yaml|wide|name|(jsonpath|custom-columns|go-template)=.*)$/s;

function onlyLooks(verb: string, rest: readonly string[], options: readonly Option[]): boolean {
  if (verb === 'cluster-info' && rest.includes('dump')) return false;
  return options.every(({ name, value }) => {
    if (name === '-o' || name === '--output') return OUTPUT.test(value?.value ?? '');
    return PLAIN.test(name) || (name === '-f' && verb === 'logs');
  });
}
