// What the lease book relies on of every credential provider: a plan is enough to end what it names, at any time and again.
import { inspect } from 'node:util';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Credential, CredentialProvider, CredentialRequest, LeasePlan } from '../../src/lib/ports/provider.ts';
import { refusal } from '../helpers/refusal.ts';

export interface ProviderPlace extends AsyncDisposable {
  /** Each as after a restart: they share what is outside of the process, and nothing else. */
  newProvider(): CredentialProvider;
  readonly request: CredentialRequest;
  /** How many credentials can be used outside, or null where nothing outside knows. */
  alive(): number | null;
}

/** Registers and runs the suite for one provider; `open` is called once a test. */
export function providerContract(name: string, open: () => Promise<ProviderPlace>): void {
  const test = suite(`provider contract: ${name}`);

  async function withPlace(work: (place: ProviderPlace, provider: CredentialProvider) => Promise<void>): Promise<void> {
    await using place = await open();
    await work(place, place.newProvider());
  }

  const throughJson = (plan: LeasePlan): LeasePlan => JSON.parse(JSON.stringify(plan));

  function expectGone({ knownSecrets }: Credential): void {
    for (const secret of knownSecrets) {
      assert.throws(
        () => secret.reveal(),
        (error: { code: string }) => error.code === 'credential-revoked',
      );
    }
  }

  test('a plan mints nothing, is JSON, and is like no other', () =>
    withPlace(async ({ request, alive }, provider) => {
      const plans = Array.from({ length: 50 }, () => provider.plan(request));
      assert.is(new Set(plans.map(({ ref }) => JSON.stringify(ref))).size, 50);
      for (const plan of plans) {
        assert.equal(throughJson(plan), plan);
        assert.is(plan.provider, provider.name);
        assert.ok(plan.expiresAt > plan.issuedAt);
      }
      assert.is(alive() ?? 0, 0);
    }));

  test('a life that is none is refused before anything is written down', () =>
    withPlace(async ({ request }, provider) => {
      for (const ttlMs of [0, -1, Number.NaN, 4_999]) {
        assert.throws(
          () => provider.plan({ ...request, ttlMs }),
          (error: { code: string; exit: number }) => error.code === 'credential-request-refused' && error.exit === 78,
        );
      }
    }));

  test('the mask is told of secrets, and neither they nor the plan print any', () =>
    withPlace(async ({ request }, provider) => {
      const plan = provider.plan(request);
      const credential = await provider.issue(request, plan);
      const values = credential.knownSecrets.map((secret) => secret.reveal());
      assert.ok(values.length > 0);
      const printed = [plan, credential].flatMap((one) => [JSON.stringify(one), inspect(one, { depth: 9 })]).join('\n');
      for (const value of values) assert.not.ok(printed.includes(value));
    }));

  test('revocation is final: it can be asked for again, and nobody can read the secrets any more', () =>
    withPlace(async ({ request, alive }, provider) => {
      const plan = provider.plan(request);
      const credential = await provider.issue(request, plan);
      for (let round = 0; round < 2; round++) {
        const { deadAt, how } = await provider.revoke(plan);
        assert.ok(deadAt >= plan.issuedAt && deadAt <= plan.expiresAt);
        assert.match(how, /^[a-z-]+$/);
        assert.is(alive() ?? 0, 0);
        expectGone(credential);
      }
    }));

  test('one credential ends, and the others of the same provider live on', () =>
    withPlace(async ({ request, alive }, provider) => {
      const plans = [provider.plan(request), provider.plan(request)];
      const credentials: Credential[] = [];
      for (const plan of plans) credentials.push(await provider.issue(request, plan));
      const [[first, second], [ended]] = [credentials, plans];
      assert.ok(first && second && ended);
      await provider.revoke(ended);
      expectGone(first);
      for (const secret of second.knownSecrets) assert.ok(secret.reveal().length > 0);
      assert.is(alive() ?? 1, 1);
    }));

  test('after a restart the plan alone ends it, as the book kept it', () =>
    withPlace(async ({ request, newProvider, alive }, provider) => {
      const plan = provider.plan(request);
      await provider.issue(request, plan);
      await newProvider().revoke(throughJson(plan));
      assert.is(alive() ?? 0, 0);
    }));

  test('what was planned and never issued is ended as well', () =>
    withPlace(async ({ request, newProvider, alive }, provider) => {
      await newProvider().revoke(throughJson(provider.plan(request)));
      assert.is(alive() ?? 0, 0);
    }));

  test('where a death can be seen, it is seen once, and no secret is kept for a second look', () =>
    withPlace(async ({ request, alive }, provider) => {
      const plan = provider.plan(request);
      await provider.issue(request, plan);
      await provider.revoke(plan);
      const { signal } = new AbortController();
      const seen = await provider.confirmDeath?.(plan, signal);
      assert.is(alive() ?? 0, 0);
      if (provider.confirmDeath === undefined || seen === undefined) return;
      assert.ok(seen.deadAt >= plan.issuedAt && seen.deadAt <= plan.expiresAt);
      assert.match(seen.how, /^[a-z-]+$/);
      await refusal(provider.confirmDeath(plan, signal));
    }));

  test('a look that is cut ends with the reason, after a restart it says why it cannot be had', () =>
    withPlace(async ({ request, newProvider }, provider) => {
      const plan = provider.plan(request);
      await provider.issue(request, plan);
      await provider.revoke(plan);
      const { signal } = new AbortController();
      const restarted = newProvider();
      if (provider.confirmDeath === undefined || restarted.confirmDeath === undefined) return;
      await refusal(restarted.confirmDeath(throughJson(plan), signal));
      const reason = new Error('enough');
      const thrown = await provider.confirmDeath(plan, AbortSignal.abort(reason)).catch((error: unknown) => error);
      assert.is(thrown, reason);
      await refusal(provider.confirmDeath(plan, signal));
    }));

  test.run();
}
