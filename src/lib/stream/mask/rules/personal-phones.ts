// Telephone numbers in the international form: a plus, a country code and as many digits as that country's plan has.
import { isPhone, NUMBERING_PLANS } from '../checks/index.ts';
import type { PatternRule } from '../rule.ts';
import { standsApart } from './personal-apart.ts';

/** Between two digits: nothing, a blank (also the first one of a wrapped line), a dot, a hyphen, a slash, or a bracket with one of them. */
const SEPARATOR = '(?:\\n?[ .\\/-]?\\(|\\)(?:\\n?[ .\\/-])?|\\n?[ .\\/-])?';

const LENGTHS = [...new Set(NUMBERING_PLANS.map(({ min, max }) => `${min}-${max}`))].sort();

/** One rule for each length that plans have, so that digits behind the number are not taken for more of it. */
export const PHONE_RULES: readonly PatternRule[] = LENGTHS.map((length) => {
  const plans = NUMBERING_PLANS.filter(({ min, max }) => `${min}-${max}` === length);
  const { min, max } = plans[0] as (typeof plans)[number];
  const code = (plans[0] as (typeof plans)[number]).countryCode;
  const area = `${SEPARATOR}(?:\\(0\\) ?)?[0-9]`;
  return {
    name: `phone-of-${length}-digits`,
    kind: 'phone',
    family: 'personal',
    confirmedByEnd: true,
    anchors: plans.map(({ countryCode }) => `+${countryCode}`),
    hidesAnchor: true,
    notBefore: '[0-9A-Za-mo-qsu-z_.)\\]/]',
    secret: `${area}(?:${SEPARATOR}[0-9]){${min - 1},${max - 1}}`,
    notAfter: '[0-9A-Za-z_]',
    check: isPhone,
    isAmong: standsApart,
    tests: {
      masks: [
        ...(code.length + max < 10 ? [] : [`call \${?+${code}}\${1-9:${max}} now`]),
        `(\${?+${code} 2}\${1-9:2}\${?-}\${1-9:${max - 3}})`,
      ],
      leaves: [`+${code}`, `a+${code}${'1'.repeat(max)}`, `+${code} 12`],
    },
  };
});
