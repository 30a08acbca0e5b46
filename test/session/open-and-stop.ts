// Opens a session over the folder given, and stops for ever at the step named, to be killed there.
import { writeSync } from 'node:fs';
import type { SessionDeps } from '../../src/lib/session/deps.ts';
import { fakeClock } from '../helpers/fake-clock.ts';
import { stageOver, testClient } from '../helpers/session-stage.ts';
import { openState } from '../helpers/state.ts';

const [folder = '', step = ''] = process.argv.slice(2);
const clock = fakeClock();
const stage = stageOver(await openState(folder, clock), clock);
const stop = async () => {
  writeSync(1, 'here\n');
  await new Promise((resolve) => setTimeout(resolve, 600_000));
};
const { audit, archive } = stage.deps;
const deps: Partial<SessionDeps> = {
  audit: {
    async append(event) {
      if (step === 'between the recording and its audit entry' && event.type === 'session.opened') await stop();
      if (step === 'before the end is on record' && event.type === 'session.closed') await stop();
      return audit.append(event);
    },
  },
  archive: {
    ...archive,
    async create(session) {
      if (step === 'between the row and its recording') await stop();
      const writer = await archive.create(session);
      return {
        write: (bytes) => writer.write(bytes),
        async close() {
          if (step === 'before the recording is sealed') await stop();
          await writer.close();
        },
      };
    },
  },
};
if (step === 'while the credential is issued') stage.provider.afterIssue = stop;
if (step === 'before the lease is revoked') stage.provider.before.revoke = stop;

const client = testClient();
const isAsked = step === 'while a person is asked';
const running = stage.open(isAsked ? 'restart #ask' : 'x', { client, deps });
if (isAsked) {
  await client.notice('waiting');
  await stop();
}
const program = await stage.web.program();
program.print('what was seen\n');
while (client.text() === '') await new Promise((resolve) => setImmediate(resolve));
if (step === 'while the program runs') await stop();
program.exit();
await running;
