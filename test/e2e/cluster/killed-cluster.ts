// Starts a cluster below the folder it is given, says which processes it has, and waits to be killed.
import { startCluster } from '../../helpers/cluster.ts';

process.env.TMPDIR = process.argv[2];
const cluster = await startCluster();
await cluster.kubectl(['run', 'web', '--image=none']);
await cluster.kubectl(['wait', '--for=condition=Ready', 'pod/web', '--timeout=30s']);
// One that sits in a pod: it must not outlive its node.
const sleeper = cluster.startKubectl(['exec', 'web', '--', 'sh', '-c', 'echo $$; exec sleep 600']);
const pid = Number((await sleeper.says(/^(\d+)$/m))[1]);
process.stdout.write(`${JSON.stringify([...Object.values(cluster.pids()), sleeper.child.pid, pid])}\n`);
await new Promise((resolve) => setTimeout(resolve, 600_000));
