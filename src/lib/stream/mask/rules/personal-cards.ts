// Numbers of payment cards: a brand's prefix, its length and the check digit; the last four digits stay readable.
// One random number of sixteen digits in fifty passes all three: what stands around it must speak for it, too.
import { CARD_RANGES, cardBrand, isLuhn } from '../checks/index.ts';
import type { PatternRule } from '../rule.ts';
import { standsApart } from './personal-apart.ts';

const ANCHOR_DIGITS = 3;

/** A no-break space (of UTF-8), too. */
const SEPARATOR = '(?:[ -]|\\xc2\\xa0)';

/** Every beginning of three digits that the networks' prefixes have: 4 → 400 to 499, 6011 → 601. */
function expandPrefixes(): readonly string[] {
  const beginnings = new Set<string>();
  for (const [first, last] of CARD_RANGES.flatMap(({ prefixes }) => prefixes)) {
    const scale = 10 ** (ANCHOR_DIGITS - String(first).length);
    const from = Math.floor(first * scale);
    const to = Math.ceil((last + 1) * scale);
    for (let beginning = from; beginning < to; beginning++) beginnings.add(String(beginning));
  }
  return [...beginnings].sort();
}

/** One kind all through. */
const hasOneSeparator = (text: string): boolean => new Set(text.replace(/[\d\xc2]/g, '')).size < 2;

const isCardAlone = (text: string): boolean => cardBrand(text) !== undefined && hasOneSeparator(text) && isLuhn(text);

/** Sixteen digits in groups and three more: a card of nineteen digits, or one before a number of its own, which is what stays readable. */
const isCard = (text: string): boolean => isCardAlone(text) || (text.length === 23 && isCardAlone(text.slice(0, 19)));

/** Columns of hexadecimal numbers are no lists of cards; `order id: 4…` and `"trace": 5…` name numbers of their own; `card id` does not. */
const NUMBERED =
  /(?:^|[^a-z])(?:order|invoice|ticket|tracking|reference|ref|serial|request|trace|span|event|message|job|account|user|device|run|build)?[ _-]?(?:id|ids|no|nr|uid|imei|isbn|ean|upc|gtin|trace|span|offset|nonce|seq|timestamp|ts)[.]?["']?\s{0,3}(?:[:=#]|is)?\s{0,3}["']?$/i;

const GROUPS = /(?:^|[^0-9A-Za-z])((?:[0-9A-F]{4}[ -]){1,9})$/;

/** A magnetic stripe's first track begins with `%B`: `%B4…^ROE/JANE^…`. No other number stands behind a B. */
const OTHER_B = /(?:^|[^%])B$/;

const isAmong = (line: string, mayBeginLine = false): boolean => {
  const near = line.slice(-48);
  if (!standsApart(near, mayBeginLine) || (!mayBeginLine && OTHER_B.test(near))) return false;
  if (/[A-F]/.test(GROUPS.exec(near)?.[1] ?? '')) return false;
  return !NUMBERED.test(near) || /card|pan\b|visa|credit|debit|amex|payment/i.test(near);
};

export const CARD_RULES: readonly PatternRule[] = [
  {
    name: 'payment-card',
    kind: 'card',
    family: 'personal',
    confirmedByEnd: true,
    anchors: expandPrefixes(),
    hidesAnchor: true,
    notBefore: '[0-9AC-Za-mo-qsu-z_.*]',
    // In one run: 14 to 16 digits. In groups: by four (and three, of nineteen), or 4-6-5 and 4-6-4.
    secret: `[0-9](?:[0-9]{10,12}|(?:${SEPARATOR}[0-9]{4}){3}(?:[ -][0-9]{3})?|${SEPARATOR}[0-9]{6}${SEPARATOR}[0-9]{4,5})`,
    notAfter: '[0-9A-Za-z_-]',
    check: isCard,
    isAmong,
    keep: { last: 4 },
    tests: {
      masks: [
        'paid with ${luhn:4:16<4}.',
        '"${luhn:52:16: <4}", ${luhn:2345:16:-<4}',
        '${luhn:2221:16:-<4} ${luhn:2720:16:-<4} ${luhn:6011:16: <4} ${luhn:4:16: <4}',
        'card no: ${luhn:4:16<4} charged ${luhn:52:16<4}',
        'card=${luhn:37:15<4}\n${luhn:36:14<4} ${luhn:6011:16<4}',
        '{"log":"card:\\n${luhn:4:16<4}\\r\\n\\t${luhn:37:15<4}\\\\n${luhn:52:16: <4}"}',
        '+${luhn:4:16<4}\n-${luhn:52:16: <4}\n++${luhn:37:15<4}\nweb | -${luhn:2221:16:-<4}',
        '${luhn:4:16: } 123 and ${luhn:52:16:-} 737, ${luhn:62:19: <4}',
        'n\xc2\xb0 ${luhn:4:16:\xc2\xa0<4}',
        '%B${luhn:4:16<4}^ROE/JANE^2812101000 elo ${luhn:506699:16<4}',
      ],
      leaves: [
        '${!notluhn:4:16} ${!notluhn:51:16: }',
        '1700000000000000 1234567890123456 20240115103000',
        'n${!luhn:4:16} x+${!luhn:4:16} 1-${!luhn:51:16} +++${!luhn:4:16} B${!luhn:4:16}',
        'id-${!luhn:4:16} 0.${!luhn:4:16} a${!luhn:4:16}',
        '4000000000000000000000',
        'U+606C 606C ${!luhn:4:16: } 8FE2 ${!luhn:51:16: }',
        'order id: ${!luhn:4:16}, {"id":${!luhn:51:16}} trace=${!luhn:4:16} IMEI ${!luhn:37:15}',
      ],
    },
  },
];
