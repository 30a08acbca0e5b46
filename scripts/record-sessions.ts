// Opens the demo's stage, runs two sessions worth looking at, and copies their recordings with their manifests to the
// folder named by the first argument. Called by record-samples.ts, inside its sandbox.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { perform, query } from '../test/demo/people.ts';
import { openStage } from '../test/demo/stage.ts';

const [out = '.'] = process.argv.slice(2);
const { signal } = new AbortController();
const stage = await openStage(signal);
try {
  const { agent, approver } = stage;
  if (approver === null || stage.sshd === null) throw new Error('the samples need sshd and ssh-keygen');

  // On a server and a terminal, approved: markers of the decision, the approval, the credential and the end.
  const restart = perform(agent, ['ssh', 'web', '--tty', '--why', 'the cache was switched on', '--', './restart-app'], {
    signal,
  });
  let request: string | undefined;
  while (request === undefined) {
    const { requests } = await query<{ requests: { id: string }[] }>(approver, ['requests'], { signal });
    request = requests[0]?.id;
  }
  await perform(approver, ['approve', request], { signal });
  await restart;

  // On pipes, with both streams and a failure at the end.
  await perform(agent, ['shell', 'here', '--', 'tail -n 4 app.log; ls app.conf'], { signal });

  const { recordings } = await query<{ recordings: { session: string }[] }>(agent, ['recordings', 'list'], { signal });
  await query(agent, ['broker', 'stop']);
  for (const { session } of recordings) {
    for (const name of [`${session}.cast`, `${session}.manifest.json`]) {
      writeFileSync(join(out, name), readFileSync(join(stage.folder, 'state', 'recordings', name)));
    }
  }
} finally {
  await stage.close();
}
