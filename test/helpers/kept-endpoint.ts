// An endpoint for clients that somebody else starts, open until a test ends the CLI that keeps it.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import type { StartedCli } from './cli.ts';
import { type EndpointCopy, endpointIn } from './kubectl-hold.ts';
import type { KubectlStage } from './kubectl-stage.ts';

/** `token` is what the plugin prints. */
export interface KeptEndpoint extends EndpointCopy {
  readonly id: string;
  readonly kubeconfig: string;
  /** What the plugin reads. */
  readonly secretFile: string;
  readonly cli: StartedCli;
}

let count = 0;

export async function keptEndpoint({ world }: KubectlStage, flags: readonly string[] = []): Promise<KeptEndpoint> {
  count += 1;
  const kubeconfig = join(world.folder, `kept-${count}.kubeconfig`);
  const cli = world.start(['kubectl', 'prod', '--kubeconfig', kubeconfig, ...flags]);
  const [, id = ''] = await cli.says(/ready: KUBECONFIG=\S+ \(session (s-\w+)\); Ctrl-C ends it/);
  const text = readFileSync(kubeconfig, 'utf8');
  const { command, args } = parse(text).users[0].user.exec;
  const { token } = JSON.parse(execFileSync(command, args, { encoding: 'utf8' })).status;
  return { ...endpointIn(text), token, id, kubeconfig, secretFile: args.at(-1), cli };
}
