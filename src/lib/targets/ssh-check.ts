// `targets check` for ssh: walks from the name to a terminal, stops at the first thing that does not work and says which
// line is missing where. It runs `true` on the target and changes nothing there.
import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { asBrokerError, type BrokerError } from '../core/errors.ts';
import { SshReader } from '../core/ssh-wire.ts';
import type { Credential } from '../ports/provider.ts';
import type { CheckStep } from '../ports/target.ts';
import type { ClientChannel, SshConnection } from './ssh-connection.ts';
import { openTcp } from './ssh-dial.ts';
import type { Place } from './ssh-errors.ts';
import { forcedCommandFor } from './ssh-forced-command.ts';
import type { HostKey } from './ssh-host-key.ts';
import { waitFor } from './ssh-waiting.ts';

export interface CheckParts {
  readonly place: Place;
  readonly user: string;
  readonly via: { readonly name: string } | undefined;
  /** Mints the credentials of every hop; the last one's certificate forces `forced` and permits a terminal. */
  readonly issueAll: (forced: string) => Promise<readonly Credential[]>;
  readonly reach: (
    credentials: readonly Credential[],
    onHostKey: (key: HostKey) => void,
  ) => Promise<{ readonly connection: SshConnection; readonly close: () => Promise<void> }>;
  /** Runs a part under the target's time limit. */
  readonly inTime: <T>(work: (limit: AbortSignal) => Promise<T>) => Promise<T>;
}

// What the forced command prints where bash runs it.
const PROOF = 'sallyport-check';

export async function* checkSshTarget(parts: CheckParts): AsyncGenerator<CheckStep, void, undefined> {
  const { place, via } = parts;
  if (via !== undefined) {
    const detail = `"${place.host}" is resolved and reached by the jump host "${via.name}"`;
    for (const name of ['name resolves', 'tcp connects', 'ssh banner']) yield { name, outcome: 'skipped', detail };
  } else {
    for await (const step of outside(parts)) {
      yield step;
      if (step.outcome === 'failed') return;
    }
  }
  yield* inside(parts);
}

async function* outside({ place, inTime }: CheckParts): AsyncGenerator<CheckStep, void, undefined> {
  const { host, port, name } = place;
  if (isIP(host) !== 0) yield ok('name resolves', `"${host}" is an address`);
  else {
    const found = await inTime(async (limit) =>
      waitFor<string[] | Error>(limit, (resolve) => {
        lookup(host, { all: true }).then(
          (all) => resolve(all.map(({ address }) => address)),
          (error: Error) => resolve(error),
        );
        return () => {};
      }),
    ).catch(asBrokerError);
    if (found instanceof Error) {
      yield failed(
        'name resolves',
        found.message,
        `correct targets.${name}.host in sallyport.yaml, or the DNS entry of "${host}"`,
      );
      return;
    }
    yield ok('name resolves', `"${host}" is ${found.join(', ')}`);
  }

  const banner = await inTime(async (limit) => {
    const stream = await openTcp(place, limit);
    try {
      return await waitFor<string>(limit, (resolve, reject) => {
        let text = '';
        stream.on('data', (bytes: Buffer) => {
          text += bytes.toString('latin1');
          const line = /^SSH-[\x20-\x7e]*/m.exec(text)?.[0];
          if (line !== undefined) resolve(line);
          else if (text.length > 8192) resolve('');
        });
        stream.once('error', reject).once('end', () => resolve(''));
        return () => {};
      });
    } catch (thrown) {
      return { connected: true, error: asBrokerError(thrown) };
    } finally {
      stream.on('error', () => {}).destroy();
    }
  }).catch((thrown: unknown) => ({ connected: false, error: asBrokerError(thrown) }));
  if (typeof banner !== 'string' && !banner.connected) {
    yield failed(
      'tcp connects',
      banner.error.publicMessage,
      `start sshd on ${host} ("systemctl enable --now ssh"), let its firewall pass TCP port ${port}, or correct targets.${name}.port`,
    );
    return;
  }
  yield ok('tcp connects', `${host} port ${port} accepts connections`);
  if (typeof banner !== 'string' || banner === '') {
    const detail = typeof banner === 'string' ? 'what answers there is no ssh server' : banner.error.publicMessage;
    yield failed('ssh banner', detail, `correct targets.${name}.port: something other than sshd listens on ${port}`);
    return;
  }
  yield ok('ssh banner', banner);
}

async function* inside(parts: CheckParts): AsyncGenerator<CheckStep, void, undefined> {
  const { place, user, inTime } = parts;
  const forced = forcedCommandFor(`printf ${PROOF}`);
  const credentials = await parts.issueAll(forced);
  let hostKey: HostKey | undefined;
  const reached = await parts
    .reach(credentials, (key) => {
      hostKey = key;
    })
    .catch(asBrokerError);
  if (reached instanceof Error) {
    if (reached.code !== 'credential-refused') {
      const step = reached.code === 'host-key-mismatch' ? 'host key' : 'connection';
      yield failed(step, reached.publicMessage, reached.hint);
      return;
    }
    yield ok('host key', 'it is the pinned or certified one');
    yield failed('certificate', reached.publicMessage, linesFor(user, credentials.at(-1)));
    return;
  }
  try {
    yield ok('host key', hostKey === undefined ? '' : `${hostKey.fingerprint} (${hostKey.type})`);
    yield ok('certificate', `accepted for the account "${user}"`);
    const { connection } = reached;
    const answer = await runForced(connection, forced, false, inTime).catch(asBrokerError);
    if (answer !== PROOF) {
      const detail =
        answer instanceof Error ? (answer.detail ?? answer.publicMessage) : `it printed "${printable(answer)}"`;
      yield failed(
        'forced command',
        detail,
        `install bash on ${place.host} ("apt-get install bash") and give "${user}" a login shell that runs commands; what its start-up files print goes to a terminal only`,
      );
      return;
    }
    yield ok('forced command', 'sshd runs exactly the forced text, with bash');
    const inTerminal = await runForced(connection, forced, true, inTime).catch(asBrokerError);
    if (inTerminal instanceof Error) {
      yield failed(
        'terminal',
        ptyDetail(inTerminal),
        `set "PermitTTY yes" in sshd_config on ${place.host} and reload it`,
      );
      return;
    }
    yield ok('terminal', 'a pty is granted');
  } finally {
    await reached.close();
  }
}

/** What the forced command printed. Rejects where the server refuses the channel or the terminal. */
function runForced(
  connection: SshConnection,
  forced: string,
  pty: boolean,
  inTime: CheckParts['inTime'],
): Promise<string> {
  return inTime(async (limit) => {
    const request = pty ? { size: { cols: 80, rows: 24 }, term: 'dumb' } : null;
    const listen = (channel: ClientChannel) => {
      let text = '';
      channel.on('data', (bytes: Buffer) => {
        if (text.length < 4096) text += bytes.toString('utf8');
      });
      channel.stderr.resume();
      return waitFor<string>(limit, (resolve) => {
        channel.once('close', () => resolve(text));
        return () => channel.close();
      });
    };
    return await (await connection.exec(forced, request, limit, (channel) => ({ printed: listen(channel) }))).printed;
  });
}

function ptyDetail(error: BrokerError): string {
  return error.cause instanceof Error ? error.cause.message : error.publicMessage;
}

function printable(text: string): string {
  return text.slice(0, 200).replace(/\p{C}/gu, '?');
}

/** The lines the server lacks: the CA's public key is read from the certificate that was refused. */
function linesFor(user: string, credential: Credential | undefined): string {
  const ca = credential === undefined ? '' : caLineOf(credential.certificate);
  return [
    'on the server:',
    `  /etc/ssh/sallyport_ca.pub holds the line:  ${ca}`,
    '  /etc/ssh/sshd_config holds the line:       TrustedUserCAKeys /etc/ssh/sallyport_ca.pub',
    `  the account "${user}" exists, may log in (AllowUsers, PermitRootLogin), and where AuthorizedPrincipalsFile is set, its file for "${user}" holds the line:  ${user}`,
    '  then: systemctl reload ssh',
    '  both clocks agree, and sourceAddress (if set) is what the server sees',
  ].join('\n');
}

function caLineOf(certificate: string): string {
  const reader = new SshReader(Buffer.from(certificate.split(' ')[1] ?? '', 'base64'));
  for (let i = 0; i < 3; i++) reader.string();
  reader.raw(8 + 4);
  for (let i = 0; i < 2; i++) reader.string();
  reader.raw(16);
  for (let i = 0; i < 3; i++) reader.string();
  const blob = reader.string();
  return `${new SshReader(blob).text()} ${blob.toString('base64')} sallyport-ca`;
}

function ok(name: string, detail: string): CheckStep {
  return { name, outcome: 'ok', detail };
}

function failed(name: string, detail: string, fix: string): CheckStep {
  return { name, outcome: 'failed', detail, fix };
}
