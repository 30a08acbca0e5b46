// The `masking` section: what is masked where, rules of one's own, and values that must never be seen. Forms only; what a
// pattern means is the mask's.
import { z } from 'zod';
import {
  type KnownValueSource,
  type MaskScope,
  OWN_RULE_CHECKS,
  type OwnMaskRule,
  SWITCHABLE_FAMILIES,
  type SwitchableFamily,
} from '../core/masking-document.ts';
import { absolutePath, choice, flag, integer, line, list, oneOrMore, section, text } from './fields.ts';
import { SCOPE } from './policy-schema.ts';

// A rule's name is its kind unless it has another: both have one form, and fit into a mask.
const LABEL = /^[a-z][a-z0-9-]{0,39}$/;
const labelled = (what: string) => text(`${what}: a-z, 0-9, "-", starting with a letter, at most 40`, LABEL, what);
const kind = labelled('a kind');
const name = labelled('a name');

const FAMILY_MEANINGS: Readonly<Record<SwitchableFamily, string>> = {
  token: 'tokens and API keys with a form of their own',
  key: 'private keys',
  url: 'passwords in URLs',
  header: 'credentials in HTTP headers',
  named: 'what a name says is secret: `DB_PASSWORD=…`, `.pgpass`, `.netrc` and the like',
  kubernetes: 'the data of Kubernetes Secrets',
  personal: 'e-mail addresses, cards, IBANs, US social security numbers, phone numbers',
  own: 'the rules of `masking.rules`',
};

const families = section(
  Object.fromEntries(
    SWITCHABLE_FAMILIES.map((family) => [family, flag().exactOptional().describe(FAMILY_MEANINGS[family])]),
  ) as Record<SwitchableFamily, z.ZodExactOptional<ReturnType<typeof flag>>>,
);

const kinds = z
  .record(kind, flag(), { error: 'a mapping of kinds' })
  .meta({ form: 'KIND: `true`, `false`' })
  .describe('as `sallyport mask explain` lists them; a kind beats its family');

// A session chooses its task itself, and lasts longer than an hour of the day: neither decides what it is shown.
const { target, kind: targetKind, principal } = SCOPE;
const scope = section({ target, kind: targetKind, principal } satisfies Record<keyof MaskScope, z.ZodType>);

const pattern = line('a regular expression in which every repetition has a bound', 2000);
const charClass = line('a class such as [A-Za-z0-9_]', 200);
const example = text('a text, at most 10000 characters', (value) => value !== '' && value.length <= 10_000, 'a text');

/** One of `masking.rules`. */
export const ownRuleSchema = section({
  name: name.describe('each once, and none of a rule that comes with the mask'),
  kind: kind.exactOptional().describe('what its masks say, as `[acme-token:3f2a]`; without it, its name'),
  anchors: oneOrMore(text('printable ASCII, at most 64 characters', /^[\x20-\x7e]{1,64}$/, 'a text')).describe(
    'literal texts with which it begins, any of them; they stay',
  ),
  ignoreCase: flag().exactOptional().describe('anchors match in either case'),
  notBefore: charClass.exactOptional().describe('none of these stands right before the anchor'),
  lead: pattern.exactOptional().describe('what stands between anchor and secret; it stays'),
  secret: pattern.describe('what is masked'),
  tail: pattern.exactOptional().describe('must follow, of one length only; it stays'),
  notAfter: charClass.exactOptional().describe('none of these follows'),
  hidesAnchor: flag().exactOptional().describe('the anchor is masked, too'),
  keep: section({
    first: integer(1, 64).exactOptional().describe('characters at its beginning'),
    last: integer(1, 64).exactOptional().describe('characters at its end'),
  })
    .exactOptional()
    .describe('what of the secret stays readable'),
  check: choice(...OWN_RULE_CHECKS)
    .exactOptional()
    .describe('what the secret must also pass: a check digit, a decoding, or looking drawn at random'),
  minEntropy: z
    .number({ error: '0–8' })
    .min(0, { error: '0–8' })
    .max(8, { error: '0–8' })
    .meta({ form: '0–8' })
    .exactOptional()
    .describe('bits per character that the secret must have'),
  tests: section({
    masks: list(example)
      .exactOptional()
      .describe(`texts in which it masks; all that \`\${alnum:32}\` stands for is gone`),
    leaves: list(example).exactOptional().describe('texts in which it finds nothing'),
  })
    .exactOptional()
    .describe(`checked whenever the file is read; \`\${CLASS:LENGTH}\` draws a fresh text`),
} satisfies Record<keyof Omit<OwnMaskRule, 'at'>, z.ZodType>);

const knownValue = section({
  name: name.describe('each once; errors name it'),
  kind: kind.exactOptional().describe('what its masks say; without it, its name'),
  file: absolutePath.describe('what it holds is the value, a final line end apart; read by the broker'),
} satisfies Record<keyof Omit<KnownValueSource, 'at'>, z.ZodType>);

export const maskingSchema = section({
  families: families.prefault({}).describe('which are on; without a word here, all of them, everywhere'),
  kinds: kinds.default({}),
  where: list(
    section({
      on: scope.describe('where it counts; the words are those of `policy.rules[].on`'),
      families: families.meta({ form: 'as `masking.families`' }).prefault({}).describe('on or off there'),
      kinds: kinds.default({}),
    }),
  )
    .default([])
    .describe(
      'other choices for some targets or agents, which beat those above; where several apply, `true` beats `false`',
    ),
  exceptions: list(
    section({
      rule: oneOrMore(name)
        .exactOptional()
        .describe('the rules that do not count there, as `sallyport mask explain` lists them; `rule` or `kind`'),
      kind: oneOrMore(kind).exactOptional().describe('the same for every rule of the kind'),
      on: scope.describe('where'),
      reason: line('a sentence').describe('why; `sallyport policy lint` and `sallyport mask explain` show it'),
    }),
  )
    .default([])
    .describe('rules that do not count somewhere; there is none for known values'),
  rules: list(ownRuleSchema).default([]).describe('your own, with the same bounds as those that come with the mask'),
  values: list(knownValue).default([]).describe('values that are never shown, in any encoding, whatever else is off'),
});

export type WrittenMasking = z.output<typeof maskingSchema>;
