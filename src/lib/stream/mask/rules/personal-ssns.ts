// Social Security numbers of the United States: with their hyphens anywhere, in any other writing behind their name.
import { isNamedSsn, isSsn } from '../checks/index.ts';
import type { PatternRule } from '../rule.ts';
import { standsApart } from './personal-apart.ts';

const common = { kind: 'ssn', family: 'personal', confirmedByEnd: true } as const;

export const SSN_RULES: readonly PatternRule[] = [
  {
    ...common,
    name: 'us-social-security-number',
    anchors: Array.from({ length: 99 }, (_, group) => `-${String(group + 1).padStart(2, '0')}-`),
    before: { class: '[0-9]', min: 3, max: 3 },
    notBefore: '[0-9A-Za-mo-qsu-z_.]',
    secret: '[0-9]{4}',
    notAfter: '[0-9A-Za-z_-]',
    check: isSsn,
    isAmong: standsApart,
    tests: {
      masks: [
        'SSN: ${ssn}',
        'ssn=${ssn}, "${ssn}".',
        '{"m":"x\\n${ssn}\\r\\n\\t${ssn}"} GET /persons/${ssn}/x',
        '+${ssn}\n-${ssn}\n',
      ],
      leaves: [
        '000-12-3456 666-12-3456 912-34-5678',
        '123-00-4567 123-45-0000',
        '2024-01-15 555-1234 1123-45-6789 123-45-6789-1',
        '1-123-45-6789 x-123-45-6789 x+123-45-6789 n123-45-6789 C:\\d123-45-6789',
      ],
    },
  },
  {
    ...common,
    name: 'us-social-security-number-named',
    anchors: ['ssn', 'social security', 'social-security', 'social_security', 'socialsecurity'],
    ignoreCase: true,
    // `"ssn":"…"`, `SSN #…`, `<ssn>…`, `\"ssn\": …`
    lead: '(?:[ _-]?(?:number|num|no)[.]?)?(?:\\\\{0,3}["\'])?[ \\t]{0,3}(?:[:=#>]|is)?[ \\t]{0,3}(?:\\\\{0,3}["\'])?',
    secret: '[0-9]{3}[ -]?[0-9]{2}[ -]?[0-9]{4}',
    notAfter: '[0-9A-Za-z_-]',
    check: isNamedSsn,
    tests: {
      masks: [
        'ssn=${pick:123456789|219099999} {"SSN":"${pick:123456789|219099999}"}',
        'SSN: ${pick:123 45 6789|219 09 9999}, <ssn>${pick:123456789|219099999}</ssn>',
        'social security number: ${pick:123456789|219 09 9999} {\\"customerSsn\\": \\"${pick:123456789|219099999}\\"}',
      ],
      leaves: [
        'ssn=900123456 ssn=000123456 ssn: 12345 ssn=1234567890',
        'SSN 123 45-6789 ssn_count=123456789 id=123456789',
      ],
    },
  },
];
