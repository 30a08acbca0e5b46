import { sshCaProvider } from '../../src/lib/credentials/index.ts';
import { providerContract } from '../contract/provider.ts';
import { fakeClock } from '../helpers/fake-clock.ts';
import { newCa } from '../helpers/ssh-target.ts';

providerContract('ssh-ca', async () => {
  const clock = fakeClock();
  const { ca } = await newCa(clock);
  return {
    newProvider: () => sshCaProvider({ ca, clock }),
    request: {
      provider: 'ssh-ca',
      principal: 'deploy',
      keyId: 'sallyport session=s-1 task=nightly',
      forceCommand: 'exec uptime',
      extensions: [],
      sourceAddress: null,
      ttlMs: 120_000,
    },
    // Servers know of no certificate: with its key it is gone.
    alive: () => null,
    async [Symbol.asyncDispose]() {},
  };
});
