// Watches through one session, and what the broker takes for them: its memory before, while events come, and after; its processor time.
import { once } from 'node:events';
import { until } from '../helpers/cli.ts';
import type { KubectlBench } from './kubectl.ts';
import { openSession } from './kubectl-requests.ts';
import { residentMiB } from './memory.ts';
import { processorMs } from './processor-time.ts';

const WATCHES = 50;
const CHANGES = 100;
const ROUNDS = 4;
const MAP = '/api/v1/namespaces/default/configmaps';

export async function clusterWatches(bench: KubectlBench): Promise<readonly string[]> {
  const { cluster } = bench.stage;
  const { body } = await cluster.ask('POST', MAP, { body: { metadata: { name: 'watched' }, data: { n: '0' } } });
  await using session = await openSession(bench);
  const memory = [residentMiB(bench.brokerPid)];
  const since = `watch=1&resourceVersion=${body.metadata.resourceVersion}&fieldSelector=metadata.name%3Dwatched`;
  let events = 0;
  const streams = await Promise.all(Array.from({ length: WATCHES }, () => session.get(`${MAP}?${since}`)));
  for (const stream of streams) {
    stream.on('data', (bytes: Buffer) => {
      events += bytes.filter((byte) => byte === 0x0a).length;
    });
  }
  memory.push(residentMiB(bench.brokerPid));
  const before = processorMs(bench.brokerPid);
  for (let change = 1; change <= CHANGES * ROUNDS; change++) {
    const patch = { body: { data: { n: `${change}` } }, contentType: 'application/merge-patch+json' };
    await cluster.ask('PATCH', `${MAP}/watched`, patch);
    if (change % CHANGES > 0) continue;
    await until(() => events === change * WATCHES, `${change} events on each of ${WATCHES} watches`, 60_000);
    memory.push(residentMiB(bench.brokerPid));
  }
  const spent = processorMs(bench.brokerPid) - before;
  const closed = streams.map((stream) => once(stream, 'close'));
  for (const stream of streams) stream.close();
  await Promise.all(closed);
  const [open = 0, opened = 0, ...later] = memory;
  return [
    `${WATCHES} watches, memory of the broker: ${open} MiB before, ${opened} open, ${later.join(', ')} MiB after each ${CHANGES * WATCHES} events`,
    `${WATCHES} watches, processor time of the broker: ${((spent / events) * 1000).toFixed(0)} ms for 1000 events`,
  ];
}
