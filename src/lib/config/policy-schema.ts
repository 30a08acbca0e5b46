// The `policy` section: rules as people write them → the document the policy room compiles. Forms only; what a
// pattern means, and whether it compiles, is that room's.
import type { z } from 'zod';
import { type Rule, type RuleScope, WEEKDAYS } from '../core/policy-document.ts';
import { DEFAULTS } from './defaults.ts';
import {
  choice,
  dayRange,
  daysOf,
  duration,
  flag,
  homePath,
  integer,
  LAST_MINUTE,
  line,
  list,
  minuteOfDay,
  NAME,
  name,
  named,
  oneOrMore,
  section,
  text,
  timeZone,
} from './fields.ts';
import { glob, LIST_NAME, path, RULE_MATCH } from './match-schema.ts';

export { PATH_GLOB } from './match-schema.ts';

const verdict = choice('deny', 'ask', 'allow');
const folder = text(
  'an absolute path, or one that starts with ~/, without "..", or a list as $name',
  (value) => LIST_NAME.test(value) || homePath.safeParse(value).success,
  'a path',
);

const input = text('a command or request', (value) => value !== '');

const window = section({
  days: oneOrMore(dayRange)
    .default(['mon-sun'])
    .transform((ranges) => WEEKDAYS.filter((day) => ranges.some((range) => daysOf(range).includes(day))))
    .describe('`mon`, or a range such as `mon-fri`; without it, every day'),
  from: minuteOfDay(0, LAST_MINUTE).default(0).describe('the first minute, as `09:00`; without it, midnight'),
  to: minuteOfDay(1, LAST_MINUTE + 1)
    .default(LAST_MINUTE + 1)
    .describe('the minute in which it ends, as `17:00`; an earlier one than `from` is on the next day'),
  zone: timeZone.default(DEFAULTS.whenZone.value).describe('as `Europe/Berlin`'),
})
  .refine(({ from, to }) => from !== to, { error: 'another time than from', path: ['to'] })
  .transform(({ days, from, to, zone }) => ({ days, fromMinute: from, toMinute: to, zone }));

// Keyed by the fields of the core's own types: a field added there is missing here until it has a form.
export const SCOPE = {
  target: oneOrMore(glob).exactOptional().describe('targets by name'),
  kind: oneOrMore(choice('shell', 'ssh', 'kubectl'))
    .exactOptional()
    .describe('targets by kind'),
  principal: oneOrMore(glob)
    .exactOptional()
    .describe('who asks: the OS user of the agent or person, such as `unix:agent`'),
  task: oneOrMore(glob)
    .exactOptional()
    .describe(
      'the task that the client names: its own word, which nothing proves; without one, the rule does not apply',
    ),
  when: window
    .exactOptional()
    .describe('the hours in which the rule counts; outside of them it is as if it were not there'),
} satisfies Record<keyof RuleScope, z.ZodType>;

/** Names a decision carries where no rule decided; a rule of that name could not be told from them. */
const RESERVED_IDS = new Set(['default', 'opaque', 'protected', 'cooling-down', 'exception']);

const RULE = {
  id: text(
    `a name (a-z, 0-9, ".", "_", "-", at most 63) other than ${[...RESERVED_IDS].join(', ')}`,
    (value) => NAME.test(value) && !RESERVED_IDS.has(value),
    'a name',
  ).describe('shows in decisions and the audit log; each once'),
  on: section(SCOPE).exactOptional().describe('where the rule applies; everywhere without it'),
  match: section(RULE_MATCH).describe(
    'every field given must match the same command, or the same request to a cluster; at least one, and not of both',
  ),
  verdict: verdict.describe('deny beats ask beats allow, whatever the order'),
  reason: line('a sentence').exactOptional().describe('why; the agent and the approver read it'),
  suggest: line('a sentence').exactOptional().describe('what the agent should do instead'),
  approvers: oneOrMore(name).exactOptional().describe('`ask`: approvers or groups; without it, every approver'),
  quorum: integer(1, 16).exactOptional().describe('`ask`: how many different people must approve'),
  ttl: duration({ minMs: 10_000, maxMs: 7 * 86_400_000 })
    .exactOptional()
    .describe('`ask`: how long a request stays open, and an approval can be used'),
  tests: list(
    section({
      input: input.describe(
        'a command line; of a rule for requests, one as `delete pods/web -n default`: verb, kind of object with its group, then subresource and name; `-n NAMESPACE` or `-A`, `--dry-run`, `--pod=privileged`, `--image=nginx`, `--service-account=ci`',
      ),
      verdict: verdict.describe('what this rule alone must say of it'),
    }),
  )
    .exactOptional()
    .describe('checked by `sallyport policy test`'),
} satisfies Record<Exclude<keyof Rule, 'ttlMs' | 'at' | 'evenInWorkspace'> | 'ttl', z.ZodType>;

export const RULE_FIELDS = Object.keys(RULE);
export const MATCH_FIELDS = Object.keys(RULE_MATCH);

const probing = section({
  denials: integer(2, 1000)
    .default(DEFAULTS.probingDenials.value)
    .describe('so many of one kind, and a cool-down begins'),
  within: duration({ minMs: 1000, maxMs: 3_600_000 })
    .default(DEFAULTS.probingWithinMs.value)
    .describe('the time in which they count'),
  coolDown: duration({ minMs: 1000, maxMs: 86_400_000 })
    .default(DEFAULTS.probingCoolDownMs.value)
    .describe('so long, whatever is not allowed outright is refused'),
}).transform(({ denials, within, coolDown }) => ({ denials, withinMs: within, coolDownMs: coolDown }));

const exceptions = section({
  approvers: oneOrMore(name).describe('approvers or groups'),
  quorum: integer(1, 16).default(DEFAULTS.exceptionQuorum.value).describe('how many different people must approve'),
  ttl: duration({ minMs: 10_000, maxMs: 7 * 86_400_000 })
    .exactOptional()
    .describe('how long a request stays open; without it, `limits.approvalWait`'),
}).transform(({ ttl, ...terms }) => ({ ...terms, ...(ttl === undefined ? {} : { ttlMs: ttl }) }));

/** What `policy.packs` takes: a name, `all`, or a file. */
const packName = line('the name of a pack, all, or a file such as ./packs/ours.yaml', 1000);

export const policySchema = section({
  packs: oneOrMore(packName, { min: 0 })
    .default([])
    .describe('rules to start from: names of shipped packs, `all` of them, files with packs of your own'),
  rules: list(section(RULE)).default([]).describe('your own rules, in any order'),
  default: verdict.default(DEFAULTS.policyDefault.value).describe('what no rule matched'),
  opaque: choice('deny', 'ask').default(DEFAULTS.policyOpaque.value).describe('what the parser cannot decide'),
  workspace: oneOrMore(folder, { min: 0 })
    .default([])
    .describe(
      'folders whose files an agent may change: what packs say of writing and removing does not count there, but for what makes later commands run code; your own rules always count; where a symbolic link in it leads is not known here, and counts as in it',
    ),
  lists: named(list(line('a pattern'), { min: 1 }))
    .default({})
    .describe('lists of patterns: `$name` stands for one in a rule, a workspace or another list'),
  paths: section({
    protected: oneOrMore(path, { min: 0 })
      .default([])
      .describe(
        'whatever the rules say, writing or removing these, and what is below them, is denied, and reading them is asked for; a glob that begins with `**/` is compared with the paths a command names, not with what it may find on its way through folders',
      ),
  })
    .prefault({})
    .describe('paths that need no rule'),
  exceptions: exceptions
    .exactOptional()
    .describe('what a rule denies may be asked for as an exception, of these people; without it no denial can be'),
  probing: probing.prefault({}).describe('what happens to who tries many variants of what is denied'),
});

/** A file of `policy.packs`. */
export const packSchema = section({
  name: name.describe('shows in decisions, before the id of its rule'),
  description: line('a sentence').describe('for people who choose packs'),
  rules: list(
    section({
      ...RULE,
      evenInWorkspace: flag().default(false).describe('what the rule says of files holds inside a workspace, too'),
    }),
    { min: 1 },
  ).describe('as in `policy.rules`'),
  attacks: list(input, { min: 1 }).describe(
    'commands, or requests where its rules are for those, that this pack alone must not allow',
  ),
  lookAlikes: list(input, { min: 1 }).describe('harmless ones that look like those, and that it must not stop'),
});

export type WrittenPack = z.output<typeof packSchema>;
