// Packs in files of the policy's owner: what is read, who may have written it, what is wrong in it and where.
import { chmodSync, chownSync, mkdirSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { readConfigFile } from '../../src/lib/config/config-file.ts';
import type { ParsedConfig } from '../../src/lib/config/load.ts';
import { parseConfigFile } from '../../src/lib/config/load-file.ts';
import { formatProblem } from '../../src/lib/config/problem.ts';
import { trustStore } from '../../src/lib/config/trust.ts';
import { BrokerError } from '../../src/lib/core/errors.ts';
import { compilePolicy, judgeCommand } from '../../src/lib/policy/index.ts';
import { needs } from '../helpers/needs.ts';
import { temporaryFolder } from './temporary.ts';

const MASK = { rules: [], checkOwnRule: () => [] };

const test = suite('config: packs in files');

const PACK = `name: ours
description: what this team minds
rules:
  - id: no-drop
    match: { command: dropdb }
    verdict: deny
    reason: it drops a database
    suggest: ask the owner of the database
attacks:
  - dropdb main
  - sudo dropdb x
lookAlikes:
  - echo dropdb
  - createdb main
`;

interface Stage {
  readonly folder: string;
  readonly config: string;
  put(name: string, text: string, mode?: number): string;
}

function stage(packs: string, more = ''): Stage {
  const folder = temporaryFolder();
  const put = (name: string, text: string, mode = 0o644) => {
    const path = join(folder, name);
    writeFileSync(path, text);
    chmodSync(path, mode);
    return path;
  };
  return { folder, config: put('sallyport.yaml', `policy:\n  packs: [${packs}]\n  default: allow\n${more}`), put };
}

function openToAll(path: string): void {
  writeFileSync(path, PACK);
  chmodSync(path, 0o666);
}

function parse({ config }: Pick<Stage, 'config'>, trustFolder: string | null = null): ParsedConfig {
  const file = readConfigFile(config);
  if (file === undefined) throw new Error('no config');
  return parseConfigFile(file, {
    label: 'f',
    knownPacks: ['sql'],
    mask: MASK,
    uid: process.geteuid?.() ?? 0,
    trustFolder,
  });
}

function good(parsed: ParsedConfig): Extract<ParsedConfig, { ok: true }> {
  if (!parsed.ok) throw new Error(parsed.problems.map(formatProblem).join('\n'));
  return parsed;
}

function problems(parsed: ParsedConfig): string {
  return parsed.ok ? '' : parsed.problems.map(formatProblem).join('\n');
}

function verdict(parsed: ParsedConfig, text: string): string {
  const policy = compilePolicy(good(parsed).config.policy, { approvalTtlMs: 1 });
  const context = { target: 't', kind: 'shell', principal: 'p', cwd: '/srv/app' };
  const { decision } = judgeCommand(policy, { kind: 'text', text }, context);
  return `${decision.verdict} ${decision.rule}`;
}

test('a pack beside the config decides as a shipped one does, and names itself in the decision', () => {
  const here = stage('sql, ./ours.yaml');
  here.put('ours.yaml', PACK);
  const parsed = good(parse(here));
  assert.equal(parsed.config.policy.packs, ['sql']);
  assert.equal(
    parsed.packFiles.map(({ path }) => path),
    [join(here.folder, 'ours.yaml')],
  );
  assert.is(verdict(parsed, 'dropdb x'), 'deny ours/no-drop');
  assert.is(verdict(parsed, 'ls'), 'allow default');
});

test('a pack may stand in a folder, at an absolute path, and have any ending where a slash says that it is a file', () => {
  const here = stage('packs/ours.yml, other.yaml');
  mkdirSync(join(here.folder, 'packs'));
  here.put('packs/ours.yml', PACK);
  const other = here.put('other.yaml', PACK.replace('name: ours', 'name: other'));
  assert.is(good(parse(here)).packFiles.length, 2);
  const absolute = stage(`${other}, ./plain`);
  absolute.put('plain', PACK);
  assert.is(good(parse(absolute)).packFiles.length, 2);
});

test('the digest of the policy changes with a pack, that of the config does not', () => {
  const here = stage('./ours.yaml');
  here.put('ours.yaml', PACK);
  const before = good(parse(here));
  here.put('ours.yaml', PACK.replace('it drops', 'this drops'));
  const after = good(parse(here));
  assert.is(after.digest, before.digest);
  assert.is.not(after.policyDigest, before.policyDigest);
  assert.is.not(before.policyDigest, before.digest);
  const without = good(parse(stage('sql')));
  assert.is(without.policyDigest, without.digest);
});

test('a rule of a pack may name a list and approvers of the config', () => {
  const more = '  lists: { keep: [/srv/keep/**] }\napprovers: {}\n';
  const here = stage('./ours.yaml', more);
  const rule = '  - { id: keep, match: { writes: $keep }, verdict: deny, evenInWorkspace: true }\n';
  here.put('ours.yaml', PACK.replace('attacks:', `${rule}attacks:\n  - tee /srv/keep/x`));
  assert.is(verdict(parse(here), 'tee /srv/keep/a'), 'deny ours/keep');
  here.put('ours.yaml', PACK.replace('attacks:', `${rule.replace('$keep', '$gone')}attacks:`));
  const said = problems(parse(here));
  assert.ok(
    said.endsWith('ours.yaml:9:34: rules[1].match.writes: expected a list of policy.lists: $keep, got "$gone"'),
    said,
  );
});

test('what is wrong in a pack is said with its file, line and column, all of it at once', () => {
  const here = stage('./ours.yaml');
  here.put(
    'ours.yaml',
    `name: Ours\ndescription: x\nrules:\n  - { id: a, match: {}, verdict: no }\nattacks: []\nlookAlike: [ls]\n`,
  );
  const at = (place: string) => `${join(here.folder, 'ours.yaml')}:${place}`;
  assert.equal(problems(parse(here)).split('\n'), [
    at('1:1: lookAlikes: expected a list, got nothing'),
    at('1:7: name: expected a name: a-z, 0-9, ".", "_", "-", starting with a letter or digit, at most 63, got "Ours"'),
    at('4:21: rules[0].match: expected at least one field (command: "*" is every command), got an empty mapping'),
    at('4:34: rules[0].verdict: expected deny, ask or allow, got "no"'),
    at('5:10: attacks: expected a list of at least 1, got an empty list'),
    at('6:1: lookAlike: expected a known key such as "lookAlikes", got "lookAlike"'),
  ]);
});

test('a pack that is no YAML, or empty, is refused', () => {
  const here = stage('./ours.yaml');
  here.put('ours.yaml', 'a: [');
  assert.match(problems(parse(here)), /ours\.yaml:1:5: expected/);
  here.put('ours.yaml', '');
  assert.match(problems(parse(here)), /ours\.yaml:1:1: name: expected a name/);
});

test('a pack that fails its own tests is refused when the policy is compiled, with line and column', () => {
  const here = stage('./ours.yaml');
  here.put('ours.yaml', PACK.replace('- echo dropdb', '- dropdb old').replace('- dropdb main', '- dropuser main'));
  const { policy } = good(parse(here)).config;
  try {
    compilePolicy(policy, { approvalTtlMs: 1 });
    assert.unreachable();
  } catch (error) {
    if (!(error instanceof BrokerError)) throw error;
    const file = join(here.folder, 'ours.yaml');
    assert.equal([error.code, error.exit], ['failed-pack', 78]);
    assert.equal(error.publicMessage.split('\n'), [
      `${file}:10:5: pack "ours": expected deny or ask for "dropuser main", got allow (default)`,
      `${file}:13:5: pack "ours": expected allow for "dropdb old", got deny (ours/no-drop)`,
    ]);
  }
});

for (const [what, prepare, complaint] of [
  ['that is not there', () => {}, 'there is no file'],
  ['that others may write', (path: string) => openToAll(path), 'can be changed by others'],
  ['that is a folder', (path: string) => mkdirSync(path), 'not a regular file'],
  ['that is too large', (path: string) => writeFileSync(path, '#'.repeat(1024 * 1024 + 1)), 'larger than 1MiB'],
  ['that is a link to nothing', (path: string) => symlinkSync('/nonexistent/x', path), 'symbolic link to nothing'],
  ['that is no text', (path: string) => writeFileSync(path, Buffer.from([0xff, 0xfe])), 'not UTF-8'],
] as const) {
  test(`a pack ${what} is refused at the place that names it`, () => {
    const here = stage('sql, ./ours.yaml');
    prepare(join(here.folder, 'ours.yaml'));
    const said = problems(parse(here));
    assert.ok(said.startsWith('f:2:16: policy.packs[1]: expected a file that can be used, got "./ours.yaml": '), said);
    assert.ok(said.includes(complaint), said);
  });
}

needs(test, 'root')('a pack of another owner is refused', () => {
  const here = stage('./ours.yaml');
  chownSync(here.put('ours.yaml', PACK), 65534, 65534);
  assert.match(problems(parse(here)), /belongs to another user \(uid 65534\)/);
});

test('for a project that a person trusted, a pack needs that trust as well, and anew after a change', () => {
  const here = stage('./ours.yaml');
  const path = here.put('ours.yaml', PACK);
  const folder = join(temporaryFolder(), 'trusted');
  const store = trustStore(folder);
  assert.match(problems(parse(here, folder)), /nobody trusted ".*ours\.yaml" as it is now/);
  const file = readConfigFile(path);
  if (file === undefined) throw new Error('no pack');
  store.trust(file);
  assert.ok(parse(here, folder).ok);
  here.put('ours.yaml', PACK.replace('verdict: deny', 'verdict: allow'));
  assert.match(problems(parse(here, folder)), /nobody trusted/);
  here.put('other.yaml', PACK);
  renameSync(join(here.folder, 'other.yaml'), path);
  assert.ok(parse(here, folder).ok, 'the content that was trusted');
});

for (const [name, complaint] of [
  ['sql', 'a shipped one'],
  ['all', 'the word for every pack'],
] as const) {
  test(`a pack may not be called ${name}, which is ${complaint}`, () => {
    const here = stage('./ours.yaml');
    here.put('ours.yaml', PACK.replace('name: ours', `name: ${name}`));
    assert.is(
      problems(parse(here)),
      `f:2:11: policy.packs[0]: expected a pack with a name of its own, got another "${name}"`,
    );
  });
}

test('two packs of one name are refused', () => {
  const here = stage('./ours.yaml, ./again.yaml');
  here.put('ours.yaml', PACK);
  here.put('again.yaml', PACK);
  assert.is(
    problems(parse(here)),
    'f:2:24: policy.packs[1]: expected a pack with a name of its own, got another "ours"',
  );
});

test.run();
