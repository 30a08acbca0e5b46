// What the demo shows, step by step. Each step checks that what it shows is what should happen, and throws otherwise.
import { setTimeout as delay } from 'node:timers/promises';
import { type ClusterPart, SECRET } from './cluster-part.ts';
import type { Narrator } from './narrator.ts';
import { type Person, perform, query } from './people.ts';
import type { Stage } from './stage.ts';

export interface StoryOptions {
  readonly stage: Stage;
  readonly narrator: Narrator;
  readonly signal: AbortSignal;
}

const EXIT_DENIED = 77;
const LOOK = 'ls && tail -n 2 app.log';
const RESTART = './restart-app';
const SHOW_LOG = 'cat deploy.log';
const SERVER_COMMAND = 'id -un && tail -n 1 app.log';
const SCALE = ['scale', 'deployment/web', '--replicas=3'];
const LOG_WAIT_MS = 3000;
const POLL_MS = 50;

/** Tells the whole story. Rejects where anything turns out otherwise, and with the signal's reason once it is aborted. */
export async function tell({ stage, narrator, signal }: StoryOptions): Promise<void> {
  const { agent } = stage;

  await narrator.step('Allowed. Looking around is covered by the pack "read-only", so it runs at once.');
  await show(agent, ['shell', 'here', '--', LOOK], 0);

  await narrator.step('Denied. The command was parsed and judged; nothing was started, and the agent hears why.');
  await show(agent, ['shell', 'here', '--', 'rm -rf /'], EXIT_DENIED);

  await narrator.step('Asked. A rule wants a person: ann approves in a process of her own, with her own SSH key.');
  if (stage.approver === null) narrator.skip('the approval', stage.missing.approver);
  else await approved(stage.approver, ['shell', 'here', '--tty', '--why', 'the cache was switched on', '--', RESTART]);

  await narrator.step(
    'Over SSH. A fresh key and a certificate for this one command; no key on disk, none in the agent.',
  );
  if (stage.sshd === null) narrator.skip('the SSH session', stage.missing.sshd);
  else await overSsh(stage.sshd.log);

  await narrator.step('In a session. Commands share folder and variables; each is judged where it would run.');
  await inOneSession();

  await narrator.step(
    'Masked. A log with a token and a password in it: neither the agent nor the recording gets them.',
  );
  await masked();

  await narrator.step(
    'In a cluster. The agent runs its own kubectl; the broker is the API server it talks to, and judges each request.',
  );
  if (stage.cluster === null) narrator.skip('the cluster', stage.missing.cluster);
  else await inCluster(stage.cluster);

  await narrator.step('Recorded. Every session can be replayed (here twice as fast) and compared with its manifest.');
  const session = await sessionOf(stage.approver === null ? LOOK : RESTART);
  await show(agent, ['replay', session, '--speed', '2', '--idle-limit', '1'], 0);
  await show(agent, ['recordings', 'verify', session], 0);

  await narrator.step('Audited. Every decision is in a log whose entries are chained by their hashes.');
  await show(agent, ['audit', 'verify'], 0);

  async function show(who: Person, args: readonly string[], expected: number): Promise<void> {
    narrator.prompt(who.name, `sallyport ${args.map(quote).join(' ')}`);
    const code = await perform(who, args, { signal });
    if (code !== expected) throw new Error(`sallyport ${args[0]} ended with ${code} instead of ${expected}`);
    if (code !== 0) narrator.say(`exit code ${code}`);
  }

  /** The agent's command waits while the approver finds its request in the inbox and signs. */
  async function approved(approver: Person, args: readonly string[]): Promise<void> {
    const command = show(agent, args, 0);
    const approval = (async () => {
      const request = await waitingRequest(approver, command);
      await show(approver, ['approve', request], 0);
    })();
    // Both to their end: no process of this step may outlive it.
    const outcomes = await Promise.allSettled([command, approval]);
    for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
  }

  async function waitingRequest(approver: Person, command: Promise<void>): Promise<string> {
    let isOver = false;
    const over = () => {
      isOver = true;
    };
    command.then(over, over);
    while (!isOver) {
      const { requests } = await query<{ requests: { id: string }[] }>(approver, ['requests'], { signal });
      const [first] = requests;
      if (first !== undefined) return first.id;
      await delay(POLL_MS, undefined, { signal });
    }
    throw new Error('the command ended without asking anybody');
  }

  /** Runs a command on the server, then shows what the server itself says it accepted and ran. */
  async function overSsh(log: () => string): Promise<void> {
    await show(agent, ['ssh', 'web', '--', SERVER_COMMAND], 0);
    const session = await sessionOf(SERVER_COMMAND);
    const login = new RegExp(
      `^Accepted publickey.* ID (sallyport session=${session} task=demo) \\(serial (\\d+)\\)`,
      'm',
    );
    const [, keyId, serial] = await inLog(log, login);
    const [, forced = ''] = await inLog(log, /^Starting session: forced-command \(key-option\) '(.*)' for /m);
    if (!forced.endsWith(` ${SERVER_COMMAND}'`)) throw new Error(`sshd was forced to run something else: ${forced}`);
    narrator.say('from the log of the server itself:');
    narrator.quote('sshd', `accepted certificate ${keyId}, serial ${serial}`);
    narrator.quote('sshd', `forced command ${shortened(forced)}`);
  }

  /** The second command is harmless in one folder and the end of the machine in another. */
  async function inOneSession(): Promise<void> {
    narrator.prompt(agent.name, 'S=$(sallyport session open here)');
    const { session } = await query<{ session: string }>(agent, ['session', 'open', 'here'], { signal });
    const inSession = (command: string, code: number) => show(agent, ['session', 'exec', session, '--', command], code);
    await inSession('cd /etc', 0);
    await inSession('rm -rf ssh', EXIT_DENIED);
    await inSession('pwd', 0);
    await show(agent, ['session', 'close', session], 0);
  }

  /** Once to be seen, and once to be checked. */
  async function masked(): Promise<void> {
    await show(agent, ['shell', 'here', '--', SHOW_LOG], 0);
    const { output } = await query<{ output: string }>(agent, ['shell', 'here', '--', SHOW_LOG], { signal });
    if (!stage.isKept(SHOW_LOG)) throw new Error('the recording is not where it is looked for');
    const seen = stage.secrets.find((secret) => output.includes(secret) || stage.isKept(secret));
    if (seen !== undefined) throw new Error(`a secret of the log was shown or kept: ${output}`);
  }

  /** Seen, masked, denied and, where there is somebody to approve, scaled. */
  async function inCluster(cluster: ClusterPart): Promise<void> {
    await cluster.ready;
    const kubectl = (args: readonly string[], code: number) => show(agent, ['kubectl', 'prod', '--', ...args], code);
    await kubectl(['get', 'deployments'], 0);
    await kubectl(['get', 'secret', SECRET, '-o', 'go-template={{base64decode .data.password}}{{"\\n"}}'], 0);
    await kubectl(['delete', 'namespace', 'default'], EXIT_DENIED);
    if (stage.approver !== null)
      await approved(stage.approver, ['kubectl', 'prod', '--why', 'more visitors', '--', ...SCALE]);
    const session = await sessionOf(`kubectl ${stage.approver === null ? 'get deployments' : SCALE.join(' ')}`);
    narrator.say('what is kept of the session: each request, with its verdict');
    await show(agent, ['recordings', 'show', session], 0);
    const seen = stage.secrets.find((secret) => stage.isKept(secret) || stage.isKept(btoa(secret)));
    if (seen !== undefined) throw new Error('a secret of the cluster was kept');
  }

  async function inLog(log: () => string, pattern: RegExp): Promise<RegExpExecArray> {
    const until = performance.now() + LOG_WAIT_MS;
    for (;;) {
      const found = pattern.exec(log());
      if (found !== null) return found;
      if (performance.now() > until) throw new Error(`sshd's log has no ${pattern}: ${log()}`);
      await delay(POLL_MS, undefined, { signal });
    }
  }

  /** The newest recording of that command. */
  async function sessionOf(command: string): Promise<string> {
    const { recordings } = await query<{ recordings: { session: string; command: string | null }[] }>(
      agent,
      ['recordings', 'list'],
      { signal },
    );
    const found = recordings.find((recording) => recording.command === command);
    if (found === undefined) throw new Error(`"${command}" was not recorded`);
    return found.session;
  }
}

/** Without what every forced command has in common: a clean environment, and how signals are delivered. */
function shortened(forced: string): string {
  return forced.replace(/^(exec env ).*( bash )/, '$1…$2').replace(/ '.*; /, " '… ");
}

function quote(word: string): string {
  return /^[\w./:=-]+$/.test(word) ? word : `'${word}'`;
}
