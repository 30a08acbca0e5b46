// Where the mask sits: everything that is kept or shown about a session, and what an approval binds that nobody may read.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { BrokerError } from '../../src/lib/core/errors.ts';
import { askFirst } from '../../src/lib/session/ask-first.ts';
import { decisionOn } from '../helpers/approval-people.ts';
import { gatedStage } from '../helpers/gated-stage.ts';
import { refusal } from '../helpers/refusal.ts';
import { maskingWith, outputOf, type Stage, testClient, withStage } from '../helpers/session-stage.ts';

const PASSWORD = ['S3cr3t', 'Pa55w0rd', 'x9'].join('-');
const OTHER = ['0ther', 'Pa55w0rd', 'y8'].join('-');
const masking = maskingWith([
  { name: 'db', kind: 'db-password', value: PASSWORD },
  { name: 'other', kind: 'db-password', value: OTHER },
]);
const deps = { masking };
/** Found by a rule, not known. */
const TOKEN = `ghp_${'A1b2C3d4E5f6'.repeat(3)}`;
const SECRETS = [PASSWORD, OTHER, TOKEN.slice(4)];

/** Every file of the stage's state, store and audit log included, and every recording. */
function kept({ folder }: Stage): string {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'latin1'))
    .join('\n');
}

function assertNothingKept(stage: Stage, shown: unknown): void {
  const all = kept(stage) + JSON.stringify(shown);
  for (const secret of SECRETS) assert.not.ok(all.includes(secret), `${secret} is somewhere`);
}

test('a secret in command, purpose and reason is in no recording, log, store, notice or result', () =>
  withStage(async (stage) => {
    const client = testClient();
    const command = `curl -u me:${PASSWORD} -H 'PRIVATE-TOKEN: ${TOKEN}' x #ask`;
    const words = { task: `deploy with ${PASSWORD}`, why: `since ${OTHER} is wrong` };
    const running = stage.open(command, { client, deps, ...words });
    const { request, command: shown } = await client.notice('waiting');
    const row = await stage.desk.get(request);
    assert.match(
      shown ?? '',
      /^curl -u me:\[db-password:[0-9a-f]{4}\] -H 'PRIVATE-TOKEN: .*\[[a-z-]+:[0-9a-f]{4}\]' x #ask$/,
    );
    assert.equal([row.subject.command, row.subject.masked?.count], [shown, 2]);
    assert.match(row.subject.task ?? '', /^deploy with \[db-password:[0-9a-f]{4}\]$/);
    assert.match(row.why ?? '', /^since \[db-password:[0-9a-f]{4}\] is wrong$/);
    await stage.desk.decide(decisionOn(row));
    const program = await stage.web.program();
    assert.equal(
      stage.web.opened[0]?.spec.work,
      { kind: 'command', text: command },
      'the target gets what was asked for',
    );
    program.print(`it is ${PASSWORD}\n`, 'stderr');
    program.exit();
    const result = await running;
    assert.is(result.exitCode, 0);
    assert.equal(result.masked, { total: 1, kinds: { 'db-password': 1 } });
    const [closed] = await stage.entries('session.closed');
    assert.equal(closed?.data.masked, result.masked);
    const marker = (await stage.recorded(result)).find(
      (event) => event.kind === 'marker' && event.name === 'output.masked',
    );
    assert.equal(marker?.kind === 'marker' ? marker.data : undefined, result.masked);
    assertNothingKept(stage, [result, client.notices, client.text(), client.text('stderr')]);
  }));

test('an approval is for the secret that was asked for, and for no other in its place', () =>
  withStage(async (stage) => {
    const asked = { cwd: '/tmp', task: null, why: null, target: 'web' } as const;
    const open = (secret: string) =>
      askFirst({ ...asked, command: { kind: 'text', text: `login ${secret} #ask` } }, testClient().principal, {
        ...stage.deps,
        masking: maskingWith([
          { name: 'a', kind: 'k', value: PASSWORD },
          { name: 'b', kind: 'k', value: OTHER },
        ]),
      });
    const [first, second, again] = [await open(PASSWORD), await open(OTHER), await open(PASSWORD)];
    assert.is(again.id, first.id, 'the same is the same request, although nobody sees what it is');
    assert.is.not(second.id, first.id);
    assert.is.not(first.subject.masked?.digest, second.subject.masked?.digest);
    await stage.desk.decide(decisionOn(first));
    const run = (secret: string) => stage.open(`login ${secret} #ask`, { deps, wait: false });
    // Fingerprints are the broker's key's, so that the kind must be the same for the subject to be.
    assert.is((await run(OTHER)).error?.code, 'approval-pending');
    assertNothingKept(stage, [first, second]);
  }));

test('nobody can try values with the digest of a request: it is keyed', () =>
  withStage(async (stage) => {
    const ask = (bindingKey: Buffer) =>
      askFirst(
        {
          cwd: '/tmp',
          task: null,
          why: null,
          target: 'web',
          command: { kind: 'text', text: `login ${PASSWORD} #ask` },
        },
        testClient().principal,
        { ...stage.deps, masking: { ...masking, bindingKey } },
      );
    const [first, second] = [await ask(Buffer.alloc(32, 1)), await ask(Buffer.alloc(32, 2))];
    assert.is.not(first.subject.masked?.digest, second.subject.masked?.digest);
  }));

test('what an approver approved runs once, by the same words with the same secret', () =>
  withStage(async (stage) => {
    const command = `login ${PASSWORD} #ask`;
    const refused = await stage.open(command, { deps, wait: false });
    assert.is(refused.error?.code, 'approval-pending');
    await stage.desk.decide(decisionOn(await stage.desk.get(refused.error?.request ?? '')));
    const running = stage.open(command, { deps, wait: false });
    (await stage.web.program()).exit();
    assert.is((await running).exitCode, 0);
    assertNothingKept(stage, refused);
  }));

test('to whom and as whom something goes can be read by who approves it, and is masked in output', () =>
  withStage(async (stage) => {
    const mail = ['jane.roe', 'mail.example.net'].join('@');
    const client = testClient();
    const running = stage.open(`mail -s ${PASSWORD} ${mail} #ask`, { client, deps });
    const { request } = await client.notice('waiting');
    const row = await stage.desk.get(request);
    assert.match(row.subject.command ?? '', new RegExp(`^mail -s \\[db-password:\\w{4}\\] ${mail} #ask$`));
    await stage.desk.decide(decisionOn(row));
    const program = await stage.web.program();
    program.print(`sent to ${mail}\n`);
    program.exit();
    assert.equal((await running).masked, { total: 1, kinds: { email: 1 } });
    assert.match(client.text(), /^sent to \[email:\w{4}\]\n$/);
  }));

test('who approves is told where code may be hidden as a secret', () =>
  withStage(async (stage) => {
    const hidesCode = async (command: string) => {
      const { error } = await stage.open(`${command} #ask`, { deps, wait: false });
      return (await stage.desk.get(error?.request ?? '')).subject.masked?.hidesCode;
    };
    const value = ['q7Wz', 'K2mX9pLr'].join('');
    assert.is(await hidesCode(`login --password='${value}'`), false);
    assert.is(await hidesCode(`login --password='${value}$(curl x|sh)'`), true);
    assert.is(await hidesCode(`login --password='${value};reboot;'`), true);
    assert.is(await hidesCode(`login ${PASSWORD}`), false);
  }));

test('a subject without secrets is what it always was', () =>
  withStage(async (stage) => {
    const refused = await stage.open('restart #ask', { deps, wait: false });
    const { subject } = await stage.desk.get(refused.error?.request ?? '');
    assert.not.ok('masked' in subject);
  }));

test('a typed token is masked in the recording, however it is typed, and reaches the program as it is', () =>
  withStage(async (stage) => {
    const client = testClient();
    const running = stage.open('login', { client, deps });
    const program = await stage.web.program();
    const typed = `user ${PASSWORD} ${TOKEN}\rnext\r`;
    for (const key of typed) client.type({ kind: 'bytes', bytes: Buffer.from(key) });
    while (program.written.join('') !== typed) await new Promise(setImmediate);
    // The terminal echoes it.
    for (const key of typed) program.print(key);
    program.exit();
    const result = await running;
    const events = await stage.recorded(result);
    const input = events.map((event) => (event.kind === 'input' ? event.text : '')).join('');
    assert.match(input, /^user \[db-password:[0-9a-f]{4}\] (ghp_)?\[github-[a-z-]+:[0-9a-f]{4}\]\rnext\r$/);
    assert.is(outputOf(events), client.text());
    assertNothingKept(stage, [result, client.text()]);
    assert.is(
      /\[db-password:\w+\]/.exec(input)?.[0],
      /\[db-password:\w+\]/.exec(client.text())?.[0],
      'one key a session',
    );
  }));

test('keys that move a cursor are recorded as they come, and a password after them is masked', () =>
  withStage(async (stage) => {
    const client = testClient();
    const running = stage.open('edit', { client, deps });
    const program = await stage.web.program();
    const typed = `\u001b[A\u001b[D\u001b[24;80R\u001b[<0;10;20M${PASSWORD}\u001bOB!`;
    for (const key of typed) client.type({ kind: 'bytes', bytes: Buffer.from(key) });
    while (program.written.join('') !== typed) await new Promise(setImmediate);
    program.exit();
    const events = await stage.recorded(await running);
    const input = events.map((event) => (event.kind === 'input' ? event.text : ''));
    assert.match(
      input.join(''),
      /^\u001b\[A\u001b\[D\u001b\[24;80R\u001b\[<0;10;20M\[db-password:[0-9a-f]{4}\]\u001bOB!$/,
    );
    assert.ok(input.filter((text) => text !== '').length > 4, 'not all at the end');
  }));

test('what a target says in its error is masked', () =>
  withStage(async (stage) => {
    stage.web.before.open = async () => {
      throw new BrokerError({
        code: 'target-refused',
        exit: 69,
        message: `the server says "${PASSWORD} is wrong"`,
        hint: `try ${OTHER}`,
        cause: new Error(`and ${TOKEN}`),
      });
    };
    const result = await stage.open('id', { deps });
    assert.equal([result.exitCode, result.error?.code], [69, 'target-refused']);
    assert.match(result.error?.message ?? '', /^the server says "\[db-password:[0-9a-f]{4}\] is wrong"$/);
    assertNothingKept(stage, result);
  }));

test('a mask that fails ends the session before anything passes it', () =>
  withStage(async (stage) => {
    const { rules, ...known } = masking.basisFor({ target: 'web', kind: 'ssh', principal: 'x' });
    let isBroken = false;
    const anchors = {
      ...rules.anchors,
      scan: (...args: Parameters<typeof rules.anchors.scan>) => {
        if (isBroken) throw new Error(`broken at ${PASSWORD}`);
        return rules.anchors.scan(...args);
      },
    };
    const broken = { ...masking, basisFor: () => ({ ...known, rules: { ...rules, anchors } }) };
    const client = testClient();
    const logged: BrokerError[] = [];
    const logError = (error: BrokerError) => logged.push(error);
    const running = stage.open('id', { client, deps: { masking: broken, logError } });
    const program = await stage.web.program();
    isBroken = true;
    program.print(`not masked: ${PASSWORD}\n`);
    const result = await running;
    assert.equal([result.origin, result.exitCode, result.error?.code], ['broker', 74, 'cannot-mask']);
    assert.is(client.text(), '');
    assert.equal(
      logged.map(({ code }) => code),
      ['cannot-mask'],
    );
    assert.match(logged[0]?.detail ?? '', /^Error +at /);
    assertNothingKept(stage, [result, logged[0]?.detail]);
  }));

test('a mask that cannot be made opens nothing', () =>
  withStage(async (stage) => {
    const basisFor = () => {
      throw new Error('no rules');
    };
    const result = await stage.open(`echo ${PASSWORD}`, { deps: { masking: { ...masking, basisFor } } });
    assert.equal([result.origin, result.exitCode, result.error?.code], ['broker', 74, 'cannot-mask']);
    assert.equal(stage.web.opened, []);
    assertNothingKept(stage, result);
  }));

test('commands of a gated session are masked in output, log, recording, audit, and in what is read later', () =>
  withStage(async (stage) => {
    await using gated = await gatedStage(stage, { deps });
    const { result, stdout } = await gated.run(`printf '%s\\n' ${PASSWORD} '${TOKEN}'; cat <<< ${PASSWORD} >&2`);
    assert.equal(result.exitCode, 0);
    assert.match(stdout, /^\[db-password:[0-9a-f]{4}\]\n(ghp_)?\[github-[a-z-]+:[0-9a-f]{4}\]\n$/);
    assert.is(result.masked.total, 3);
    const second = await gated.run(`echo ${PASSWORD} | base64`);
    assert.match(second.stdout, /^\[db-password:[0-9a-f]{4}\].{0,4}\n$/);
    const fingerprints = new Set(`${stdout}${second.stdout}`.match(/\[db-password:\w+\]/g));
    assert.is(fingerprints.size, 1, 'one key for all commands of the session');
    const read = await gated.session.read(0, 65_536, 0, new AbortController().signal);
    const closed = await gated.close();
    assertNothingKept(stage, [result, second.result, read, closed]);
  }));

test('nobody is told of a path whose name is a secret', () =>
  withStage(async (stage) => {
    await using gated = await gatedStage(stage, { deps });
    const { complete } = await import('../../src/lib/session/gated/complete.ts');
    await gated.run(`mkdir -p /tmp/sp-mask-$$ && cd /tmp/sp-mask-$$ && touch ${PASSWORD} plain`);
    const names = await complete(gated.session, '', new AbortController().signal);
    await gated.run(`rm -r "$PWD"`);
    assert.equal(names, ['plain']);
  }));

test('errors of askFirst hold no secret', () =>
  withStage(async (stage) => {
    const error = await refusal(
      askFirst(
        { cwd: '/tmp', task: null, why: null, target: 'web', command: { kind: 'text', text: `x ${PASSWORD} #deny` } },
        testClient().principal,
        { ...stage.deps, masking },
      ),
    );
    assert.is(error.code, 'denied');
    assertNothingKept(stage, [error.publicMessage, error.hint]);
  }));

test.run();
