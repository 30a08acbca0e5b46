// Everything the demo runs on: one temporary folder with homes, keys, configuration and state, a broker of its own and,
// where there is one, an sshd. All of it goes when the demo ends, however it ends.
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { clusterMissing } from '../helpers/cluster.ts';
import { has } from '../helpers/needs.ts';
import { SSHD, type Sshd, startSshd } from '../helpers/sshd.ts';
import { beginCluster, type ClusterPart } from './cluster-part.ts';
import { type Person, query } from './people.ts';

export interface Stage {
  readonly folder: string;
  readonly agent: Person;
  /** Null where a decision cannot be signed. */
  readonly approver: Person | null;
  /** Null where there is no server to log in to. */
  readonly sshd: Sshd | null;
  /** Null where none can be started. */
  readonly cluster: ClusterPart | null;
  /** Why a part is missing. */
  readonly missing: { readonly approver: string; readonly sshd: string; readonly cluster: string };
  readonly brokerPid: number;
  /** What stands in deploy.log and in a Secret of the cluster, and must not be seen. */
  readonly secrets: readonly string[];
  /** The text stands in a file of the broker's: a recording, the log, the store. */
  isKept(text: string): boolean;
  /** Stops and removes everything; rejects where something stays behind. */
  close(): Promise<void>;
}

const APP_LOG = ['10:41 app 1.4.1 started', '10:58 config changed: cache=on', '10:58 waiting for a restart', ''];
/** What a careless deployment prints: a token and a password. */
function deployLog([token = '', password = '']: readonly string[]): string {
  return [
    `10:40 cloning with ghp_${token}`,
    `10:41 database is postgres://app:${password}@db.internal:5432/app`,
    '10:41 app 1.4.1 deployed',
    '',
  ].join('\n');
}

/** Letters and digits, drawn anew each time. */
function randomText(length: number): string {
  let text = '';
  while (text.length < length)
    text += randomBytes(length)
      .toString('base64')
      .replace(/[^A-Za-z0-9]/g, '');
  return text.slice(0, length);
}

const RESTART = [
  '#!/bin/sh',
  'for step in "draining connections" stopping "starting app 1.4.2" healthy; do',
  '  sleep 0.5; echo "$(date +%H:%M) $step" | tee -a app.log',
  'done',
  '',
];

/** Sets everything up. Where that fails, or `signal` is aborted meanwhile, nothing is left. */
export async function openStage(signal: AbortSignal): Promise<Stage> {
  const steps: Step[] = [];
  try {
    return await build(signal, steps);
  } catch (error) {
    await undo(steps);
    // Ctrl-C also ends an ssh-keygen that is waited for, and only the next turn of the loop shows that it was Ctrl-C.
    await setImmediate();
    signal.throwIfAborted();
    throw error;
  }
}

/** How to take back one thing that was set up. */
interface Step {
  readonly name: string;
  readonly undo: () => Promise<void>;
}

/** Takes everything back, last first, once; a step that fails keeps no other from running. */
async function undo(steps: Step[]): Promise<void> {
  const failures: string[] = [];
  for (let step = steps.pop(); step !== undefined; step = steps.pop()) {
    await step.undo().catch((error: unknown) => failures.push(`could not ${step?.name}: ${error}`));
  }
  if (failures.length > 0) throw new Error(failures.join('; '));
}

async function build(signal: AbortSignal, steps: Step[]): Promise<Stage> {
  const onClose = (name: string, undo: Step['undo']) => void steps.push({ name, undo });
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-demo-'));
  onClose('remove the temporary folder', async () => rmSync(folder, { recursive: true, force: true }));
  // Whatever else makes temporary files, this process and the ones it starts, makes them in there.
  process.env.TMPDIR = folder;

  const state = join(folder, 'state');
  const secrets = [randomText(36), randomText(16), randomText(20)];
  const noCluster = clusterMissing();
  const cluster = noCluster === undefined ? beginCluster(folder, secrets[2] ?? '') : null;
  if (cluster !== null) onClose('stop the cluster', async () => cluster[Symbol.asyncDispose]());
  const path = [...(cluster === null ? [] : [cluster.bin]), process.env.PATH ?? ''].join(delimiter);
  const agent = person(folder, 'agent', { SALLYPORT_STATE: state, SALLYPORT_TASK: 'demo', PATH: path });
  const app = join(folder, 'app');
  mkdirSync(app);
  writeFileSync(join(app, 'app.log'), APP_LOG.join('\n'));
  writeFileSync(join(app, 'deploy.log'), deployLog(secrets));
  writeFileSync(join(app, 'restart-app'), RESTART.join('\n'));
  chmodSync(join(app, 'restart-app'), 0o755);

  const hasKeygen = has('ssh-keygen');
  const noKeygen = 'ssh-keygen is not installed';
  const approver = hasKeygen ? person(folder, 'ann', { SALLYPORT_SOCKET: join(state, 'broker.sock') }) : null;
  const approverKey = approver === null ? null : newKey(approver.home);

  const { config, sshCa } = await query<{ config: string; sshCa: string }>(agent, ['init'], { signal });
  const sshd = hasKeygen && SSHD !== undefined ? await startSshd({ trustedUserCa: sshCa }) : null;
  if (sshd !== null) onClose('stop sshd', async () => sshd[Symbol.asyncDispose]());
  writeFileSync(config, configText({ app, sshd, cluster, approverKey }), { mode: 0o600 });
  signal.throwIfAborted();

  const broker = { pid: 0 };
  onClose('stop the broker', () => stopBroker(agent, broker.pid));
  // Not with the signal: a broker that was half started could not be told to stop.
  await query(agent, ['broker', 'start']);
  broker.pid = (await query<{ pid: number }>(agent, ['broker', 'status'])).pid;
  signal.throwIfAborted();
  const sshdMissing = hasKeygen ? 'sshd is not installed' : noKeygen;
  const missing = { approver: noKeygen, sshd: sshdMissing, cluster: noCluster ?? '' };
  return {
    folder,
    agent,
    approver,
    sshd,
    cluster,
    missing,
    brokerPid: broker.pid,
    secrets,
    isKept,
    close: () => undo(steps),
  };

  function isKept(text: string): boolean {
    const files = readdirSync(state, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    return files.some(({ parentPath, name }) => readFileSync(join(parentPath, name)).includes(text));
  }
}

function person(folder: string, name: string, variables: Person['variables']): Person {
  const home = join(folder, name);
  mkdirSync(home, { mode: 0o700 });
  return { name, home, variables };
}

/** A throw-away SSH key in its usual place; returns the public line. */
function newKey(home: string): string {
  const file = join(home, '.ssh', 'id_ed25519');
  mkdirSync(join(home, '.ssh'), { mode: 0o700 });
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', 'ann', '-f', file], { stdio: 'ignore' });
  return readFileSync(`${file}.pub`, 'utf8').trim();
}

interface ConfigParts {
  readonly app: string;
  readonly sshd: Sshd | null;
  readonly cluster: ClusterPart | null;
  readonly approverKey: string | null;
}

/** JSON is YAML: no quoting of our own. */
function configText({ app, sshd, cluster, approverKey }: ConfigParts): string {
  const web = sshd && {
    kind: 'ssh',
    host: sshd.host,
    port: sshd.port,
    user: sshd.user,
    hostKey: sshd.hostKeyFingerprint,
    cwd: app,
  };
  const restart = {
    id: 'restart',
    match: { command: 'restart-app', args: [] },
    verdict: 'ask',
    reason: 'a restart interrupts the users',
    ttl: '1m',
  };
  return `${JSON.stringify(
    {
      version: 1,
      broker: { idleExit: '2m' },
      targets: { here: { kind: 'shell', cwd: app }, ...(web && { web }), ...(cluster && { prod: cluster.target }) },
      ...(approverKey !== null && { approvers: { ann: { keys: [approverKey] } } }),
      policy: {
        packs: ['read-only', 'destructive', 'secrets'],
        rules: [restart, ...(cluster?.rules ?? [])],
        default: 'ask',
      },
    },
    null,
    2,
  )}\n`;
}

async function stopBroker(agent: Person, pid: number): Promise<void> {
  try {
    await query(agent, ['broker', 'stop', '--force']);
  } catch (error) {
    if (pid !== 0 && isAlive(pid)) process.kill(pid, 'SIGKILL');
    throw error;
  }
}

/** What of the stage is still there, for the last line of the demo. */
export function leftovers({ folder, brokerPid, sshd }: Stage): string[] {
  return [
    ...(isAlive(brokerPid) ? [`the broker (pid ${brokerPid})`] : []),
    ...(sshd !== null && isAlive(sshd.pid) ? [`sshd (pid ${sshd.pid})`] : []),
    ...(existsSync(folder) ? [folder] : []),
  ];
}

/** Zombies do not count: the broker is nobody's child, and a busy init collects it late. */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !existsSync('/proc/self') || !/^State:\s*Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    // ESRCH, or ENOENT where it ended in between; everything here belongs to this user, so it cannot be EPERM.
    return false;
  }
}
