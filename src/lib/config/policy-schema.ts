// The `policy` section: rules as people write them → the document the policy room compiles. Forms only; what a
// pattern means, and whether it compiles, is that room's.
import type { z } from 'zod';
import type { Rule, RuleMatch, RuleScope } from '../core/policy-document.ts';
import { DEFAULTS } from './defaults.ts';
import { choice, duration, integer, line, list, NAME, name, oneOrMore, section, text } from './fields.ts';

const verdict = choice('deny', 'ask', 'allow');
const glob = line('a glob');
const argument = text('a glob, at most 1000 characters', (value) => value.length <= 1000, 'a glob');
const path = text(
  'a path glob that starts with /, ~/ or **',
  (value) => /^(\/|~\/|\*\*)[^\0-\x1f\x7f]*$/.test(value) && value.length <= 1000,
  'a path glob',
);

/** One option of `only`. */
const OPTION = /^(\+|-[A-Za-z0-9.?#@][=;]?|--?\w[\w-]+[=;]?)$/;

// Keyed by the fields of the core's own types: a field added there is missing here until it has a form.
const SCOPE = {
  target: oneOrMore(glob).exactOptional().describe('targets by name'),
  kind: oneOrMore(choice('shell', 'ssh')).exactOptional().describe('targets by kind'),
  principal: oneOrMore(glob).exactOptional().describe('who asks, such as `unix:agent`'),
} satisfies Record<keyof RuleScope, z.ZodType>;

const MATCH = {
  command: oneOrMore(glob)
    .exactOptional()
    .describe(
      'the command, wrappers taken off: `sudo rm` is `rm`; with a slash, its path as it is written: `./deploy`',
    ),
  args: oneOrMore(argument, { min: 0 })
    .exactOptional()
    .describe('one glob an argument, in order; a final `**` is any number more; `[]` is none'),
  flags: oneOrMore(line('an option such as -r or --force'))
    .exactOptional()
    .describe('all of these are present, bundled or long: `-rf` has `-r` and `-f`'),
  without: oneOrMore(line('an option such as -r or --force'))
    .exactOptional()
    .describe('none of these options is present; an `allow` is safer with `only`'),
  only: oneOrMore(
    text('an option such as -r, -n= or --lines=', (value) => OPTION.test(value), 'an option'),
    { min: 0 },
  )
    .exactOptional()
    .describe(
      'no option but these is present, spelled out; `-n=` takes one word, `-exec;` words up to `;` or `+`, and `+` alone says that options end at the first operand; `[]` is none',
    ),
  text: line('a regular expression (RE2)')
    .exactOptional()
    .describe('the printed text of the command, from its first to its last character'),
  reads: oneOrMore(path, { min: 0 }).exactOptional().describe('files it reads; `**` crosses folders; `[]` is none'),
  writes: oneOrMore(path, { min: 0 }).exactOptional().describe('files it writes; `[]` is none'),
  removes: oneOrMore(path, { min: 0 }).exactOptional().describe('files it removes; `[]` is none'),
  wrapper: oneOrMore(glob).exactOptional().describe('it is run through one of these: `sudo`'),
  does: oneOrMore(line('an action such as git.force-push', 63))
    .exactOptional()
    .describe('what it does, in the words that `sallyport policy check --json` shows'),
  terminal: choice('free').exactOptional().describe('the opening of a raw terminal instead of a command'),
} satisfies Record<keyof RuleMatch, z.ZodType>;

/** Names a decision carries where no rule decided; a rule of that name could not be told from them. */
const RESERVED_IDS = new Set(['default', 'opaque']);

const RULE = {
  id: text(
    'a name (a-z, 0-9, ".", "_", "-", at most 63) other than "default" and "opaque"',
    (value) => NAME.test(value) && !RESERVED_IDS.has(value),
    'a name',
  ).describe('shows in decisions and the audit log; each once'),
  on: section(SCOPE).exactOptional().describe('where the rule applies; everywhere without it'),
  match: section(MATCH).describe('every field given must match the same command; at least one'),
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
      input: text('a command', (value) => value !== '').describe('a command line'),
      verdict: verdict.describe('what this rule alone must say of it'),
    }),
  )
    .exactOptional()
    .describe('checked by `sallyport policy lint`'),
} satisfies Record<Exclude<keyof Rule, 'ttlMs' | 'at'> | 'ttl', z.ZodType>;

export const RULE_FIELDS = Object.keys(RULE);
export const MATCH_FIELDS = Object.keys(MATCH);

export const policySchema = section({
  packs: list(line('the name of a pack', 63)).default([]).describe('shipped rules to start from'),
  rules: list(section(RULE)).default([]).describe('your own rules, in any order'),
  default: verdict.default(DEFAULTS.policyDefault.value).describe('what no rule matched'),
  opaque: choice('deny', 'ask').default(DEFAULTS.policyOpaque.value).describe('what the parser cannot decide'),
});
