import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { BrokerError } from '../../../src/lib/core/errors.ts';
import { Secret } from '../../../src/lib/core/secret.ts';
import type { Credential, KubeTokenCredential, KubeTokenRequest } from '../../../src/lib/ports/provider.ts';
import { nextRenewal, renewing } from '../../../src/lib/targets/kubectl/renewing-token.ts';
import { fakeClock } from '../../helpers/fake-clock.ts';

const test = suite('kubectl: renewing token');
const REQUEST: KubeTokenRequest = {
  provider: 'kube-token',
  cluster: 'prod',
  namespace: 'agents',
  serviceAccount: 'reader',
  session: 's-1',
  ttlMs: 3_600_000,
};
const LIFE_MS = 600_000;

for (const [lifeMs, afterMs] of [
  [600_000, 480_000],
  [3_600_000, 2_880_000],
  // 80 % of five minutes and less would leave under a minute.
  [290_000, 230_000],
  [120_000, 60_000],
  [60_000, 30_000],
  [1_000, 1_000],
  [0, 1_000],
  [-60_000, 1_000],
] as const) {
  test(`a token that lives ${lifeMs / 1000} s is renewed after ${afterMs / 1000} s`, () => {
    assert.is(nextRenewal({ expiresAt: 5_000_000 + lifeMs }, 5_000_000), 5_000_000 + afterMs);
  });
}

/** Lets what was started go on until it waits for the clock again. */
const settle = () => new Promise((resolve) => setImmediate(resolve));
const away = () => Promise.reject(new BrokerError({ code: 'cluster-failed', exit: 69, message: 'away', hint: 'wait' }));

function stage(answer: (count: number) => Promise<Credential> | undefined = () => undefined) {
  const clock = fakeClock();
  const credential = (text: string): KubeTokenCredential => ({
    kind: 'kube-token',
    token: new Secret(text),
    expiresAt: clock.now() + LIFE_MS,
    knownSecrets: [],
  });
  const startedAt = clock.now();
  const askedAt: number[] = [];
  const failures: BrokerError[] = [];
  const token = renewing({
    first: credential('token-0'),
    request: REQUEST,
    issueAgain(request) {
      assert.is(request, REQUEST);
      const count = askedAt.push(clock.now() - startedAt);
      return answer(count) ?? Promise.resolve(credential(`token-${count}`));
    },
    clock,
    onFailure: (error) => void failures.push(error),
  });
  /** Moves time in steps of a second, so that what waits anew after each is not passed by. */
  async function pass(ms: number): Promise<void> {
    for (let left = ms; left > 0; left -= 1000) {
      clock.advance(Math.min(left, 1000));
      await settle();
    }
  }
  return { clock, token, askedAt, failures, pass, credential };
}

test('the first is handed out until the next is there, and that until the one after it', async () => {
  const { token, askedAt, failures, pass } = stage();
  await pass(479_000);
  assert.equal([askedAt, token.token().reveal()], [[], 'token-0']);
  await pass(1_000);
  assert.equal([askedAt, token.token().reveal()], [[480_000], 'token-1']);
  await pass(480_000);
  assert.equal([askedAt, token.token().reveal()], [[480_000, 960_000], 'token-2']);
  assert.equal(failures, []);
});

test('while the next is being issued, the old one counts', async () => {
  let issue = (_: Credential) => {};
  const { token, pass, credential } = stage(
    () =>
      new Promise((resolve) => {
        issue = resolve;
      }),
  );
  await pass(500_000);
  assert.is(token.token().reveal(), 'token-0');
  issue(credential('late'));
  await settle();
  assert.is(token.token().reveal(), 'late');
});

test('what fails is tried again at growing distances while the old token lives', async () => {
  const { token, askedAt, failures, pass } = stage((count) => (count < 7 ? away() : undefined));
  await pass(590_000);
  assert.equal(
    askedAt.map((ms) => ms - 480_000),
    [0, 1_000, 3_000, 7_000, 15_000, 31_000, 61_000],
  );
  assert.equal([token.token().reveal(), failures], ['token-7', []]);
});

test('where there is none until the end, that is said once, and the old one is not handed out', async () => {
  const { token, askedAt, failures, pass } = stage(away);
  await pass(599_000);
  assert.is(token.token().reveal(), 'token-0');
  await pass(1_000);
  assert.is(askedAt.at(-1), LIFE_MS);
  const [error] = failures;
  assert.equal([error?.code, error?.exit], ['credential-expired', 69]);
  assert.match(error?.publicMessage ?? '', 'away');
  assert.throws(
    () => token.token(),
    (thrown: unknown) => thrown === error,
  );
  const { length } = askedAt;
  await pass(600_000);
  assert.equal([askedAt.length, failures.length], [length, 1]);
});

test('a machine that slept past the end asks once more before it gives up', async () => {
  const { clock, token, failures } = stage();
  clock.advance(LIFE_MS * 3);
  await settle();
  assert.equal([token.token().reveal(), failures], ['token-1', []]);
});

test('a credential of another kind is none', async () => {
  const other = { kind: 'ssh-certificate' } as Credential;
  const { failures, pass } = stage(() => Promise.resolve(other));
  await pass(LIFE_MS);
  assert.is(failures[0]?.code, 'credential-expired');
  assert.match(failures[0]?.detail ?? '', 'ssh-certificate');
});

for (const [what, answer] of [
  ['is issued', undefined],
  ['fails', away],
] as const) {
  test(`once disposed it asks for nothing more, and what ${what} meanwhile changes nothing`, async () => {
    let end = () => {};
    const { token, askedAt, failures, pass, credential } = stage(
      () =>
        new Promise((resolve, reject) => {
          end = () => (answer === undefined ? resolve(credential('late')) : answer().catch(reject));
        }),
    );
    await pass(480_000);
    token[Symbol.dispose]();
    await pass(LIFE_MS);
    end();
    await pass(1000);
    assert.equal([askedAt.length, failures, token.token().reveal()], [1, [], 'token-0']);
  });
}

test('disposed before the first renewal, or between two tries, it leaves no timer that asks', async () => {
  const early = stage();
  early.token[Symbol.dispose]();
  await early.pass(LIFE_MS);
  assert.equal(early.askedAt, []);
  const between = stage(away);
  await between.pass(482_000);
  assert.is(between.askedAt.length, 2);
  between.token[Symbol.dispose]();
  await between.pass(LIFE_MS);
  assert.equal([between.askedAt.length, between.failures], [2, []]);
});

test.run();
