// A session of a cluster that stays open until a test lets it go: a plugin of kubectl's that keeps a copy of the session's kubeconfig, as an
// agent could, and then runs one command of kubectl's.
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { join } from 'node:path';
import { parse } from 'yaml';
import type { StartedCli } from './cli.ts';
import type { KubectlStage } from './kubectl-stage.ts';

export interface EndpointCopy {
  readonly server: string;
  readonly ca: string;
  readonly token: string;
}

export interface HeldSession extends EndpointCopy {
  readonly id: string;
  /** Where its kubeconfig is. */
  readonly kubeconfig: string;
  readonly cli: StartedCli;
  /** Lets the plugin go on; resolves with the end of the CLI. */
  release(): StartedCli['done'];
}

const PLUGIN = `#!/bin/sh
held=$1; shift
cp "$KUBECONFIG" "$held.copy"; printf %s "$KUBECONFIG" > "$held.path"
echo holding
while [ ! -e "$held.go" ]; do sleep 0.1; done
exec kubectl "$@"
`;

let count = 0;

/** Opens one; the plugin ends with `kubectl ARGS`. */
export async function holdSession(
  { world, start }: KubectlStage,
  args: readonly string[] = ['version', '--client'],
): Promise<HeldSession> {
  const plugin = join(world.folder, 'bin', 'kubectl-hold');
  if (!existsSync(plugin)) {
    writeFileSync(plugin, PLUGIN);
    chmodSync(plugin, 0o755);
  }
  const ids = async () =>
    ((await world.run(['session', 'list', '--json'])).json.sessions as { id: string }[]).map(({ id }) => id);
  const before = await ids();
  count += 1;
  const held = join(world.folder, `held-${count}`);
  const cli = start(['hold', held, ...args]);
  await cli.says(/holding/);
  const id = (await ids()).find((each) => !before.includes(each)) as string;
  return {
    ...endpointIn(readFileSync(`${held}.copy`, 'utf8')),
    id,
    kubeconfig: readFileSync(`${held}.path`, 'utf8'),
    cli,
    release() {
      writeFileSync(`${held}.go`, '');
      return cli.done;
    },
  };
}

/** What a kubeconfig says of where to go; the token is empty where it has none. */
export function endpointIn(text: string): EndpointCopy {
  const config = parse(text);
  const { cluster } = config.clusters[0];
  return {
    server: cluster.server,
    ca: Buffer.from(cluster['certificate-authority-data'], 'base64').toString('utf8'),
    token: config.users[0].user.token ?? '',
  };
}

/** The status of a request to an endpoint, or the code of the error where nobody answers. */
export function askEndpoint(
  { server, ca, token }: EndpointCopy,
  path = '/api/v1/namespaces',
): Promise<number | string> {
  return new Promise((resolve) => {
    const options = {
      ca,
      agent: false as const,
      headers: { authorization: `Bearer ${token}`, accept: 'application/json' },
    };
    const asked = request(`${server}${path}`, options, (reply) => {
      reply.resume();
      resolve(reply.statusCode ?? 0);
    });
    asked.setTimeout(5000, () => asked.destroy(new Error('no answer')));
    asked.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    asked.end();
  });
}
