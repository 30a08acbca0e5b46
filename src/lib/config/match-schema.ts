// What a rule may match, as people write it: fields of commands, and fields of requests to a cluster. Forms only.
import type { z } from 'zod';
import { type ApiMatch, type CommandMatch, POD_TRAITS, type RuleMatch } from '../core/policy-document.ts';
import { choice, line, oneOrMore, section, text } from './fields.ts';

/** A named list, where it is used. */
export const LIST_NAME = /^\$[a-z0-9][a-z0-9._-]{0,62}$/;

export const glob = line('a glob');
const argument = text('a glob, at most 1000 characters', (value) => value.length <= 1000, 'a glob');
/** `$name` apart. */
export const PATH_GLOB = /^(\/|~\/|\*\*)[^\0-\x1f\x7f]{0,1000}$/;
export const path = text(
  'a path glob that starts with /, ~/ or **, or a list as $name',
  (value) => PATH_GLOB.test(value) || LIST_NAME.test(value),
  'a path glob',
);
/** One option of `only`. */
const OPTION = /^(\+|-[A-Za-z0-9.?#@][=;]?|--?\w[\w-]+[=;]?)$/;

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
} satisfies Record<keyof CommandMatch, z.ZodType>;

const API_MATCH = {
  verb: oneOrMore(glob)
    .exactOptional()
    .describe(
      'of a request to a cluster: `get`, `list`, `watch`, `create`, `update`, `patch`, `delete`, `deletecollection`, as RBAC has them; running a program is `create` of `pods/exec`. A deny or ask of `get` concerns lists and watches, of `delete` those of many, of `update` a `patch`',
    ),
  resource: oneOrMore(glob)
    .exactOptional()
    .describe(
      'its kind of object, plural: `pods`, `deployments.apps`, `pods/log`; a `*` stops at the slash, but `*` alone is everything',
    ),
  namespace: oneOrMore(glob)
    .exactOptional()
    .describe('the namespace; an allow needs to know it, a deny or ask concerns requests about several'),
  name: oneOrMore(glob)
    .exactOptional()
    .describe('the name of the object; an allow needs to know it, a deny or ask concerns requests about several'),
  pod: oneOrMore(choice(...POD_TRAITS), { min: 0 })
    .exactOptional()
    .describe(
      'what pods would be like that it brings about, from a template as well: a deny or ask concerns those that have one of these, an allow covers those that have no others; `[]` is none of them',
    ),
  image: oneOrMore(glob)
    .exactOptional()
    .describe(
      'an image of theirs, as it is written: `registry.example.com/*`; an allow covers those that have no others',
    ),
  serviceAccount: oneOrMore(glob)
    .exactOptional()
    .describe(
      'the service account they run as, `default` where they name none; an allow covers those that have no others',
    ),
} satisfies Record<keyof ApiMatch, z.ZodType>;

export const RULE_MATCH = {
  ...MATCH,
  ...API_MATCH,
  not: oneOrMore(section({ ...MATCH, ...API_MATCH }).meta({ form: 'a mapping of the fields above' }))
    .exactOptional()
    .describe(
      'the command or request must match none of these; of files, an exception holds where all that the rule means are surely in it',
    ),
  terminal: choice('free').exactOptional().describe('the opening of a raw terminal instead of a command'),
} satisfies Record<keyof RuleMatch, z.ZodType>;
