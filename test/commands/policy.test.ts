// timeout: 120
// The tools of the person who writes policy, as they are run: check, explain, test, and exceptions to denials.
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { issueSessionCertificate } from '../../src/lib/targets/kubectl/session-certificate.ts';
import { type CliWorld, cliWorld } from '../helpers/cli.ts';

const test = suite('policy');

const POLICY = `
targets:
  local: { kind: shell }
policy:
  rules:
    - id: no-force
      match: { command: git, args: [push, "**"], flags: [-f] }
      verdict: deny
      reason: others work there
      suggest: push to a branch of your own
      tests:
        - { input: git push -f, verdict: deny }
        - { input: git push, verdict: ask }
    - { id: say, match: { command: echo }, verdict: allow }
  default: ask
`;

async function inWorld(body: (world: CliWorld) => Promise<void>, yaml = POLICY): Promise<void> {
  await using world = cliWorld(yaml);
  await body(world);
}

test('check shows verdict, rule, guidance and facts; explain shows which field made a rule not match', () =>
  inWorld(async (world) => {
    const checked = await world.run(['policy', 'check', '--target', 'local', '--', 'git', 'push', '-f']);
    assert.match(checked.stdout, /^deny {2}no-force\n {2}why {6}others work there\n {2}code {5}denied-by-rule\n/);
    assert.match(checked.stdout, /\n {2}instead {2}push to a branch of your own\n/);
    assert.match(checked.stdout, /\n {2}fact {5}git push -f/);
    const explain = (...args: string[]) => world.run(['policy', 'explain', '--target', 'local', ...args]);
    const near = await explain('--', 'git push');
    assert.match(near.stdout, /^1\. git push\n/);
    assert.match(near.stdout, /\n {3}rule no-force \(deny\) does not match: flags: no\n/);
    assert.match(near.stdout, /\n {3}1 rules? (is|are) about something else\n/);
    assert.match(near.stdout, /\nask {2}by "default": no rule covers "git" as it is used here\n/);
    const all = await explain('--all', '--', 'git push');
    assert.match(all.stdout, /\n {3}rule say \(allow\) does not match: command: no/);
    const mixed = await explain('--', 'echo hi; git push --force; $X');
    assert.match(mixed.stdout, /\n {3}allow {2}by "say"/);
    assert.match(mixed.stdout, /\n {3}deny {2}by "no-force": others work there\n/);
    assert.match(mixed.stdout, /\nnot known: .*\n {2}deny {2}by "opaque"\n/);
    assert.match(
      mixed.stdout,
      /\ndeny {2}by "no-force": others work there\n {2}deny beats ask beats allow \(2 deny, 1 ask, 1 allow\)\n/,
    );
    const { json } = await explain('--json', '--', 'git push');
    assert.equal(
      json.commands[0].rules.map((rule: { rule: string; relevance: string }) => [rule.rule, rule.relevance]),
      [['no-force', 'near']],
    );
    assert.is((await explain('--', '(')).exit, 64);
  }));

const CLUSTER = `
targets:
  prod: { kind: kubectl, kubeconfig: KUBECONFIG, credential: { serviceAccount: agents/agent } }
policy:
  rules:
    - { id: no-web, match: { verb: delete, resource: pods, name: web }, verdict: deny, reason: it is the way in }
    - { id: tidy, match: { verb: delete, resource: pods, name: "tmp-*" }, verdict: allow }
    - { id: inside, match: { verb: create, resource: pods/exec }, verdict: allow }
    - { id: look, match: { command: ls }, verdict: allow }
  default: ask
`;

test('explain says of a request to a cluster which rules were looked at, and what exec runs', () =>
  inWorld(async (world) => {
    // Nothing is asked of it.
    const kubeconfig = join(world.folder, 'kubeconfig');
    const { ca } = await issueSessionCertificate('s-test', Date.now(), 60_000);
    const named = (what: string, value: object) => ({ [`${what}s`]: [{ name: 'c', [what]: value }] });
    const cluster = { server: 'https://127.0.0.1:1', 'certificate-authority-data': Buffer.from(ca).toString('base64') };
    const context = { cluster: 'c', user: 'c' };
    const parts = [named('cluster', cluster), named('user', { token: 'none' }), named('context', context)];
    writeFileSync(kubeconfig, JSON.stringify(Object.assign({ 'current-context': 'c' }, ...parts)), { mode: 0o600 });
    world.configure(CLUSTER.replace('KUBECONFIG', kubeconfig));
    const explain = (...args: string[]) => world.run(['policy', 'explain', '--target', 'prod', ...args]);
    const denied = await explain('--', 'delete', 'pods/web', '-n', 'default');
    assert.is(
      denied.stdout.split('  code ')[0],
      `delete pods/web -n default
   verb delete
   resource pods
   namespace default
   name web
   rule no-web (deny) matches
   rule tidy (allow) does not match: name: no
   1 rule is about something else
deny  by "no-web": it is the way in
  deny beats ask beats allow among the rules that match
`,
      denied.stderr,
    );
    const builtIn = await explain('--', 'delete', 'nodes/n1');
    assert.match(
      builtIn.stdout,
      /\ndeny {2}by "kubernetes\/pillars": .*\n {2}no rule of the policy names it: this is built in\n/,
    );
    const program = await explain('--', 'exec', 'pods/api', '-n', 'default', '--', 'touch', '/x');
    assert.match(program.stdout, /\nwhat it runs\n {3}1\. touch \/x\n/);
    assert.match(program.stdout, /\nask {2}by "default": .*\n {2}the stricter one counts /);
    const { json } = await explain('--json', '--', 'delete', 'pods/web', '-n', 'default');
    assert.equal([json.request, json.rules.length, json.decision.rule], ['delete pods/web -n default', 2, 'no-web']);
    const wrong = await explain('--json', '--', 'frobnicate', 'pods');
    assert.equal([wrong.exit, wrong.json.error.code], [64, 'bad-request-input']);
  }));

test('test runs the tests of rules and packs, and says where one fails', () =>
  inWorld(async (world) => {
    const file = join(world.folder, 'p.yaml');
    writeFileSync(file, POLICY.replace('input: git push, verdict: ask', 'input: git push, verdict: allow'));
    const failed = await world.run(['policy', 'test', file]);
    assert.is(failed.exit, 78);
    const line = /p\.yaml:6:7: failed: rule "no-force": of "git push" it says ask, the test allow\n/;
    assert.match(failed.stdout, line);
    const { json, exit } = await world.run(['policy', 'test', '--json']);
    const rule = json.parts.find((part: { kind: string }) => part.kind === 'rule');
    assert.equal([rule.name, rule.at, rule.passed, rule.failures], ['no-force', { line: 6, column: 7 }, 2, []]);
    assert.ok(json.parts.filter((part: { kind: string }) => part.kind === 'pack').length >= 7);
    assert.is(exit, json.failed === 0 ? 0 : 78);
    assert.equal(world.brokers(), []);
    assert.is((await world.run(['policy', 'test', '--against', 'soon'])).exit, 64);
  }));

test('test --against judges recorded commands anew, and shows what would change', () =>
  inWorld(async (world) => {
    await world.run(['shell', 'local', '--', 'echo a\u202eb']);
    await world.run(['shell', 'local', '--', 'echo', 'a']);
    await world.run(['shell', 'local', '--', 'echo', 'a']);
    await world.run(['shell', 'local', '--', 'git push -f']);
    const file = join(world.folder, 'stricter.yaml');
    writeFileSync(file, POLICY.replace('command: echo }, verdict: allow', 'command: echo }, verdict: ask'));
    const same = await world.run(['policy', 'test', '--against', '30d']);
    assert.equal([same.exit, same.stdout.split('\n').length], [0, 2]);
    assert.match(same.stdout, /^4 commands since .*: .* changes the verdict of 0\n/);
    const stricter = await world.run(['policy', 'test', '--against', '1h', file]);
    assert.is(stricter.exit, 0);
    assert.match(stricter.stdout, /allow → ask {2}echo \$'a\\342\\200\\256b'\n/);
    assert.match(stricter.stdout, /allow → ask {2}echo a\n {4}2 times, last .*Z, unix:\w+, local, say → say\n/);
    const other = join(world.folder, 'other.yaml');
    writeFileSync(other, POLICY.replace('local:', 'elsewhere:'));
    const { json } = await world.run(['policy', 'test', '--against', '30d', '--json', other]);
    assert.equal([json.judged, json.changed, json.skipped.targetGone], [0, 0, 4]);
  }));

test('a batch is answered in order; what is no command is denied, and what is no JSON ends it after the lines before', () =>
  inWorld(async (world) => {
    const lines = ['git push -f', '(', 'echo \u0000', '', '# only this', 'echo \ud800', 'echo hi', 'make'];
    const input = `${lines.map((text, id) => JSON.stringify({ id, input: text })).join('\n')}\nnonsense\n`;
    const { exit, stdout } = await world.run(['policy', 'check', '--target', 'local', '--batch'], { input });
    assert.is(exit, 64);
    const answers = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    assert.equal(
      answers.map(({ id, verdict, opaque }) => [id, verdict, opaque]),
      [
        [0, 'deny', false],
        [1, 'deny', true],
        [2, 'deny', true],
        [3, 'deny', true],
        [4, 'deny', true],
        [5, 'deny', true],
        [6, 'allow', false],
        [7, 'ask', false],
      ],
    );
    assert.equal(Object.keys(answers[0]), ['id', 'verdict', 'rule', 'opaque']);
  }));

test('an exception to a denial is asked for by the very command of the guidance, signed, and good for one run', () =>
  inWorld(async (world) => {
    const key = join(world.folder, 'key');
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', key]);
    const line = execFileSync('ssh-keygen', ['-y', '-f', key], { encoding: 'utf8' }).trim();
    world.configure(`${POLICY.replace('echo }, verdict: allow', 'echo }, verdict: deny')}
  exceptions: { approvers: [ann] }
approvers:
  ann: { keys: ["${line}"] }
`);
    const say = () => world.run(['shell', 'local', '--json', '--', 'echo', "it's"]);
    const denied = await say();
    const { guidance } = denied.json.decision;
    assert.equal([denied.exit, guidance.code, guidance.retry], [77, 'denied-by-rule', 'after-approval']);
    const text = await world.run(['shell', 'local', '--', 'echo', "it's"]);
    assert.ok(text.stderr.includes(guidance.exception));
    const entry =
      world
        .read('audit.jsonl')
        .split('\n')
        .find((each) => each.includes('"command.judged"')) ?? '';
    assert.equal(JSON.parse(entry).data.guidance, guidance);
    // As a shell would split it.
    const words = execFileSync('/bin/sh', ['-c', `printf '%s\\0' ${guidance.exception}`], { encoding: 'utf8' });
    const [, topic = '', command = '', ...rest] = words.split('\0').slice(0, -1);
    const asked = await world.run([topic, command, '--json', ...rest]);
    assert.equal([asked.json.state, asked.json.subject.rule], ['pending', 'exception to say']);
    assert.is((await say()).exit, 77);
    const approved = await world.run(['approve', asked.json.id, '--yes', '--key', key]);
    assert.is(approved.exit, 0, approved.stderr);
    assert.equal([(await say()).json.output, (await say()).exit], ["it's\n", 77]);
  }));

test('who tries variants of what is denied is cooled down, whatever the target, and kill -9 does not end it', () =>
  inWorld(async (world) => {
    world.configure(`${POLICY.replace('local:', 'other: { kind: shell }\n  local:')}
  probing: { denials: 3, within: 10m, coolDown: 10m }
`);
    const push = (target: string, text: string) => world.run(['shell', target, '--json', '--', text]);
    for (const [target, text] of [
      ['local', 'git push -f'],
      ['other', 'git push --fo\\rce'],
      ['local', 'command git push -f origin x'],
    ] as const) {
      const { exit, json } = await push(target, text);
      assert.equal([exit, json.error.code, json.decision.rule], [77, 'denied', 'no-force'], text);
    }
    await world.killBrokers();
    for (const target of ['local', 'other']) {
      const { exit, json } = await push(target, 'git status');
      assert.equal([exit, json.error.code, json.decision.guidance.retry], [77, 'cooling-down', 'after-wait']);
      assert.match(json.error.hint, /^wait (\d+m|\d+s), /);
    }
    assert.is((await push('local', 'echo hi')).json.output, 'hi\n');
    const asked = await world.run(['requests', 'ask', '--target', 'local', '--why', 'w', '--json', '--', 'git status']);
    assert.equal([asked.exit, asked.json.error.code], [77, 'cooling-down']);
    const { json } = await world.run(['policy', 'check', '--target', 'local', '--json', '--', 'git status']);
    assert.is(json.verdict, 'ask');
    const events = world
      .read('audit.jsonl')
      .split('\n')
      .filter((line) => line.includes('"policy.probing"'));
    assert.is(events.length, 1);
    assert.equal(JSON.parse(events[0] ?? '').data.targets, ['local', 'other']);
  }));

test.run();
