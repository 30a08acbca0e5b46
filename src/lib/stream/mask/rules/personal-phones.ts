// Telephone numbers in the international form: a plus, a country code and as many digits as that country's plan has.
import { isPhone, NUMBERING_PLANS } from '../checks/index.ts';
import type { PatternRule } from '../rule.ts';
import { standsApart } from './personal-apart.ts';

/** Blanks, hyphens (also such as keep words together, of UTF-8), dots, slashes. */
const SIGN = '(?:[ .\\/-]|\\xc2\\xa0|\\xe2\\x80[\\x91\\xaf])';
/** Between two digits: nothing, one of them, or a bracket with one of them. */
const SEPARATOR = `(?:${SIGN}?\\(|\\)${SIGN}?|${SIGN})?`;

const LENGTHS = [...new Set(NUMBERING_PLANS.map(({ min, max }) => `${min}-${max}`))].sort();

/** One rule for each length that plans have, so that digits behind the number are not taken for more of it. */
const BY_LENGTH: readonly PatternRule[] = LENGTHS.map((length) => {
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
        `\${?+${code}\xc2\xa02}\${1-9:2}\${?\xc2\xa0}\${1-9:${max - 3}}.`,
        `(\${?+${code} 2}\${1-9:2}\${?-}\${1-9:${max - 3}})`,
      ],
      leaves: [`+${code}`, `a+${code}${'1'.repeat(max)}`, `+${code} 12`],
    },
  };
});

export const PHONE_RULES: readonly PatternRule[] = [
  ...BY_LENGTH,
  {
    name: 'phone-percent-encoded',
    kind: 'phone',
    family: 'personal',
    confirmedByEnd: true,
    anchors: ['%2b'],
    ignoreCase: true,
    hidesAnchor: true,
    secret: '[1-9][0-9]{9,14}',
    notAfter: '[0-9A-Za-z_]',
    check: (text) => isPhone(`+${text.slice(3)}`),
    tests: {
      masks: ['GET /sms?to=${?%2B49151}${1-9:8}&x=1 phone%3D${?%2b1212555}${1-9:4}'],
      leaves: ['q=a%2B1234567 x%2B%2B12 %2B1212555123456', 'offset=%2B123456789 zone=%2B0200 %2B00000000000'],
    },
  },
];
