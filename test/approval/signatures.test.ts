// A decision counts only with a signature over exactly it: every key type people have, and every way to cheat.
import { chmodSync, copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { approversFrom } from '../../src/lib/approval/approvers.ts';
import { signStatement } from '../../src/lib/approval/sign.ts';
import { findSshKeygen } from '../../src/lib/approval/ssh-keygen.ts';
import { statementText, subjectDigest } from '../../src/lib/approval/statement.ts';
import { verifySshSignature } from '../../src/lib/approval/verify-signature.ts';
import {
  asked,
  type DeskContext,
  decisionOn,
  KEYS,
  keyFolder,
  PEOPLE,
  type Signing,
  SUBJECT,
  TERMS,
  withDesk,
} from '../helpers/approval-people.ts';
import { refusal } from '../helpers/refusal.ts';
import { softwareToken } from '../helpers/software-token.ts';
import { type KeyType, newKey, signWith, startAgent } from '../helpers/ssh-keys.ts';

/** Alice with another key than usual. */
const aliceWith = (line: string) => new Map([['alice', { keys: [line], groups: [] }]]);

for (const type of ['ed25519', 'ecdsa', 'ecdsa-384', 'ecdsa-521', 'rsa'] satisfies KeyType[]) {
  test(`an ${type} key signs and is believed`, () => {
    const key = newKey(keyFolder, `type-${type}`, type);
    return withDesk(async ({ desk }) => {
      assert.is((await desk.decide(decisionOn(await desk.open(asked()), { key }))).state, 'approved');
      assert.ok(await desk.useGrant(SUBJECT, TERMS));
    }, aliceWith(key.line));
  });
}

test('a key with a passphrase signs through a real ssh-agent, and not without it', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-agent-'));
  const agent = await startAgent(folder);
  try {
    const key = newKey(folder, 'locked', 'ed25519', 'correct horse');
    const askpass = join(folder, 'askpass');
    writeFileSync(askpass, '#!/bin/sh\necho "correct horse"\n');
    chmodSync(askpass, 0o700);
    await withDesk(async ({ desk }) => {
      const row = await desk.open(asked());
      const fields = { decision: 'approve', request: row.id, approver: 'alice', reason: null } as const;
      const statement = statementText({ ...fields, digest: subjectDigest(row.subject) });
      const signed = (keyFile: string, env: Record<string, string>) =>
        signStatement({ statement, keyFile, interactive: false, signal: new AbortController().signal, env });
      const error = await refusal(signed(key.file, {}));
      assert.equal([error.code, error.exit], ['cannot-sign', 77]);
      assert.match(error.hint, 'ssh-add');

      agent.add(key, askpass);
      // Only the public half is beside: the private one is the agent's.
      const publicOnly = join(folder, 'elsewhere.pub');
      copyFileSync(`${key.file}.pub`, publicOnly);
      const signature = await signed(publicOnly, { SSH_AUTH_SOCK: agent.socket });
      assert.is((await desk.decide(decisionOn(row, { signature }))).state, 'approved');
    }, aliceWith(key.line));
  } finally {
    await agent.stop();
    rmSync(folder, { recursive: true });
  }
});

test('a security key counts when it was touched, and only then', () => {
  const token = softwareToken();
  return withDesk(async ({ desk }) => {
    const row = await desk.open(asked());
    const { statement } = decisionOn(row);
    const untouched = token.sign('sallyport-approval', statement, false);
    const error = await refusal(desk.decide(decisionOn(row, { signature: untouched })));
    assert.equal([error.code, error.publicMessage], ['bad-signature', 'the security key was not touched']);
    const touched = token.sign('sallyport-approval', statement, true);
    assert.is((await desk.decide(decisionOn(row, { signature: touched }))).state, 'approved');
  }, aliceWith(token.line));
});

const flip = (armoured: string, at: number): string => {
  const [begin = '', ...rest] = armoured.trimEnd().split('\n');
  const bytes = Buffer.from(rest.slice(0, -1).join(''), 'base64');
  const index = at < 0 ? bytes.length + at : at;
  bytes[index] = (bytes[index] ?? 0) ^ 1;
  return [begin, bytes.toString('base64'), rest.at(-1)].join('\n');
};

const CHEATS: readonly [string, string, (context: DeskContext, row: Parameters<typeof decisionOn>[0]) => Signing][] = [
  ['made for another namespace', 'bad-signature', () => ({ namespace: 'git' })],
  ['of a key that is nobody’s', 'bad-signature', () => ({ key: KEYS.mallory })],
  ['of another approver’s key in Alice’s name', 'wrong-signer', () => ({ key: KEYS.bob })],
  ['of an approval sent as a denial', 'statement-mismatch', (_, row) => ({ decision: 'deny', statement: textOf(row) })],
  [
    'of a denial sent as an approval',
    'statement-mismatch',
    (_, row) => ({ statement: textOf(row, { decision: 'deny' }) }),
  ],
  [
    'over a reason other than the one sent',
    'statement-mismatch',
    (_, row) => ({ statement: textOf(row, { reason: 'x' }) }),
  ],
  [
    'over another request’s id',
    'statement-mismatch',
    (_, row) => ({ statement: textOf(row, { request: 'r-00000000' }) }),
  ],
  [
    'over another command',
    'digest-mismatch',
    (_, row) => ({ statement: textOf(row, { digest: subjectDigest({ ...SUBJECT, command: 'rm' }) }) }),
  ],
  ['over no statement at all', 'digest-mismatch', () => ({ statement: 'I approve' })],
  ['over a statement that goes on', 'digest-mismatch', (_, row) => ({ statement: `${textOf(row)}x` })],
  [
    'of a statement that was edited afterwards',
    'bad-signature',
    (_, row) => ({ statement: textOf(row, { reason: 'x' }), sentStatement: textOf(row) }),
  ],
  ['with a changed bit at its end', 'bad-signature', (_, row) => ({ signature: flip(decisionOn(row).signature, -1) })],
  [
    'with a changed bit in its namespace',
    'bad-signature',
    (_, row) => ({ signature: flip(decisionOn(row).signature, 75) }),
  ],
  ['that is empty', 'bad-signature', () => ({ signature: '' })],
  ['that is a mebibyte of nothing', 'bad-signature', () => ({ signature: 'A'.repeat(1024 * 1024) })],
  ['that is cut', 'bad-signature', (_, row) => ({ signature: decisionOn(row).signature.slice(0, -80) })],
  ['with text before it', 'bad-signature', (_, row) => ({ signature: `x\n${decisionOn(row).signature}` })],
];

function textOf(row: Parameters<typeof decisionOn>[0], changes: Partial<Parameters<typeof statementText>[0]> = {}) {
  const digest = subjectDigest(row.subject);
  return statementText({ decision: 'approve', request: row.id, digest, approver: 'alice', reason: null, ...changes });
}

test('no signature counts that is not Alice’s own over exactly this decision', () =>
  withDesk(async (context) => {
    const { desk, entries } = context;
    const row = await desk.open(asked());
    for (const [what, code, cheat] of CHEATS) {
      const error = await refusal(desk.decide(decisionOn(row, cheat(context, row))));
      assert.is(error.code, code, what);
      assert.is(error.exit, 77, what);
    }
    const after = await desk.get(row.id);
    assert.equal([after.state, after.votes], ['pending', []]);
    assert.is((await entries('decision.refused')).length, CHEATS.length);
    // And the honest one still does.
    assert.is((await desk.decide(decisionOn(row))).state, 'approved');
  }));

test('a genuine approval sent again, for the same or another request, does nothing', () =>
  withDesk(async ({ desk }) => {
    const first = await desk.open(asked());
    const decision = decisionOn(first);
    await desk.decide(decision);
    assert.ok(await desk.useGrant(SUBJECT, TERMS));
    assert.is((await refusal(desk.decide(decision))).code, 'already-decided');
    const second = await desk.open(asked());
    assert.is((await refusal(desk.decide({ ...decision, id: second.id }))).code, 'statement-mismatch');
    const other = await desk.open(asked({ subject: { ...SUBJECT, command: 'rm -r /srv' } }));
    assert.is((await refusal(desk.decide({ ...decision, id: other.id }))).code, 'digest-mismatch');
    assert.is(await desk.useGrant(SUBJECT, TERMS), undefined);
  }));

test('a certificate, an option or a second key smuggled into a key line is refused', () => {
  const ca = newKey(keyFolder, 'ca');
  for (const line of [
    `cert-authority ${ca.line}`,
    `namespaces="*" ${ca.line}`,
    `${ca.line}\nalice ${KEYS.mallory.line}`,
    ca.line.replace('ssh-ed25519', 'ssh-rsa'),
    `${ca.line.split(' ')[0]} ${ca.line.split(' ')[1]}AAAA`,
    newKey(keyFolder, 'weak', 'rsa-1024').line,
    'ssh-ed25519',
    '',
  ]) {
    assert.throws(
      () => approversFrom(aliceWith(line)),
      (error: { code: string; exit: number }) => error.code === 'bad-approver' && error.exit === 78,
      line.slice(0, 60),
    );
  }
});

test('two people with one key, and a name that could act in a signers file, are refused', () => {
  const entry = { keys: [KEYS.alice.line], groups: [] };
  const refused = (people: Map<string, typeof entry>) =>
    assert.throws(
      () => approversFrom(people),
      (error: { code: string }) => error.code === 'bad-approver',
    );
  refused(new Map([...PEOPLE, ['alice2', entry]]) as never);
  for (const name of ['a,b', '*', 'a b', '"x"', '#x', '', '-x', 'a\nb', `${'x'.repeat(65)}`]) {
    refused(new Map([[name, entry]]));
  }
});

test('a verifier that is missing, hangs or dies is an error, never a yes', async () => {
  const message = 'm';
  const check = {
    allowedKeys: [KEYS.alice.line],
    identity: 'alice',
    namespace: 'test',
    message,
    signature: signWith(KEYS.alice, 'test', message),
  };
  assert.is(await verifySshSignature(check), true);
  assert.is(await verifySshSignature({ ...check, message: 'n' }), false);
  assert.is(await verifySshSignature({ ...check, namespace: 'other' }), false);
  assert.is(await verifySshSignature({ ...check, allowedKeys: [KEYS.bob.line] }), false);

  const script = (name: string, text: string) => {
    const program = join(keyFolder, name);
    writeFileSync(program, `#!/bin/sh\n${text}\n`, { mode: 0o700 });
    return program;
  };
  const hangs = script('hangs', 'exec sleep 60');
  const dies = script('dies', 'kill -9 $$');
  for (const broken of [{ program: hangs, timeoutMs: 300 }, { program: dies }, { program: '/nowhere/ssh-keygen' }]) {
    const error = await refusal(verifySshSignature({ ...check, ...broken }));
    assert.equal([error.code, error.exit], ['cannot-verify', 69]);
  }
  assert.is(await verifySshSignature({ ...check, program: script('refuses', 'exit 255') }), false);
  assert.throws(
    () => findSshKeygen(['/nowhere/ssh-keygen']),
    (error: { code: string }) => error.code === 'no-ssh-keygen',
  );
});

test.run();
