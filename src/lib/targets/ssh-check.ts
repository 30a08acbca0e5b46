// `targets check` for ssh: walks from the name to a terminal, stops at the first thing that does not work and says which
// line is missing where. It runs `true` on the target and changes nothing there.
import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import type { Duplex } from 'node:stream';
import { asBrokerError, type BrokerError } from '../core/errors.ts';
import { SshReader } from '../core/ssh-wire.ts';
import type { SshCertificateCredential } from '../ports/provider.ts';
import type { CheckStep } from '../ports/target.ts';
import type { ClientChannel, SshConnection } from './ssh-connection.ts';
import type { Tunnel } from './ssh-dial.ts';
import type { Place } from './ssh-errors.ts';
import { forcedCommandFor } from './ssh-forced-command.ts';
import type { HostKey } from './ssh-host-key.ts';
import { waitFor } from './ssh-waiting.ts';

/** An authenticated connection, and what closes it with every hop before it. */
export interface Reached {
  readonly connection: SshConnection;
  readonly close: () => Promise<void>;
}

export interface CheckParts {
  readonly place: Place;
  readonly user: string;
  /** The jump host's name. */
  readonly via: string | undefined;
  readonly issueHops: () => Promise<readonly SshCertificateCredential[]>;
  /** Mints the credential whose certificate forces `forced` and permits a terminal. */
  readonly issueOwn: (forced: string) => Promise<SshCertificateCredential>;
  /** A bare stream to the host, through the jump host where there is one. */
  readonly openStream: (hops: readonly SshCertificateCredential[], limit: AbortSignal) => Promise<Tunnel>;
  readonly reach: (
    credentials: readonly SshCertificateCredential[],
    onHostKey: (key: HostKey) => void,
  ) => Promise<Reached>;
  /** Runs a part under the target's time limit. */
  readonly inTime: <T>(work: (limit: AbortSignal) => Promise<T>) => Promise<T>;
}

// What the forced command prints where bash runs it.
const PROOF = 'sallyport-check';

/** The steps, in order; the last one is the first that failed. Rejects only where a credential cannot be issued. */
export async function* checkSshTarget(parts: CheckParts): AsyncGenerator<CheckStep, void, undefined> {
  const hops = await parts.issueHops();
  for (const walk of [checkNetwork, checkLogin]) {
    for await (const step of walk(parts, hops)) {
      yield step;
      if (step.outcome === 'failed') return;
    }
  }
}

async function* checkNetwork(parts: CheckParts, hops: readonly SshCertificateCredential[]): AsyncGenerator<CheckStep> {
  const { place, via, inTime, openStream } = parts;
  const { host, port, name } = place;
  if (via === undefined) yield await checkName(parts);
  const tunnel = await inTime((limit) => openStream(hops, limit)).catch(asBrokerError);
  if (tunnel instanceof Error) {
    yield via === undefined
      ? failed(
          'tcp connects',
          tunnel.publicMessage,
          `start sshd on ${host} ("systemctl enable --now ssh"), let its firewall pass TCP port ${port}, or correct targets.${name}.port`,
        )
      : failed('jump host', tunnel.publicMessage, tunnel.hint);
    return;
  }
  try {
    yield via === undefined
      ? ok('tcp connects', `${host} port ${port} accepts connections`)
      : ok('jump host', `"${via}" forwards to ${host} port ${port}`);
    const banner = await inTime((limit) => readBanner(tunnel.stream, limit)).catch(asBrokerError);
    if (typeof banner === 'string' && banner !== '') yield ok('ssh banner', banner);
    else {
      const detail = banner instanceof Error ? banner.publicMessage : 'what answers there is no ssh server';
      yield failed('ssh banner', detail, `correct targets.${name}.port: something other than sshd listens on ${port}`);
    }
  } finally {
    await tunnel[Symbol.asyncDispose]();
  }
}

async function checkName({ place, inTime }: CheckParts): Promise<CheckStep> {
  const { host, name } = place;
  if (isIP(host) !== 0) return ok('name resolves', `"${host}" is an address`);
  const resolve = (limit: AbortSignal) =>
    waitFor<string[] | Error>(limit, (settle) => {
      lookup(host, { all: true }).then(
        (all) => settle(all.map(({ address }) => address)),
        (error: Error) => settle(error),
      );
      return () => {};
    });
  const found = await inTime(resolve).catch(asBrokerError);
  if (found instanceof Error) {
    const fix = `correct targets.${name}.host in sallyport.yaml, or the DNS entry of "${host}"`;
    return failed('name resolves', found.message, fix);
  }
  return ok('name resolves', `"${host}" is ${found.join(', ')}`);
}

/** The server's identification; empty where it sends something else or ends. */
function readBanner(stream: Duplex, limit: AbortSignal): Promise<string> {
  return waitFor<string>(limit, (resolve) => {
    let text = '';
    const onData = (bytes: Buffer) => {
      text += bytes.toString('latin1');
      const line = /^(SSH-[\x20-\x7e]*)\r?\n/m.exec(text)?.[1];
      if (line !== undefined) resolve(line);
      else if (text.length > 8192) resolve('');
    };
    const onEnd = () => resolve('');
    stream.on('data', onData).on('error', onEnd).on('end', onEnd).on('close', onEnd);
    return () => stream.off('data', onData).off('end', onEnd).off('close', onEnd);
  });
}

async function* checkLogin(parts: CheckParts, hops: readonly SshCertificateCredential[]): AsyncGenerator<CheckStep> {
  const { place, user, inTime } = parts;
  const forced = forcedCommandFor(`printf ${PROOF}`);
  const own = await parts.issueOwn(forced);
  let hostKey: HostKey | undefined;
  const reached = await parts
    .reach([...hops, own], (key) => {
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
    yield failed('certificate', reached.publicMessage, linesFor(user, own));
    return;
  }
  try {
    yield ok('host key', hostKey === undefined ? '' : `${hostKey.fingerprint} (${hostKey.type})`);
    yield ok('certificate', `accepted for the account "${user}"`);
    const { connection } = reached;
    const answer = await runForced(connection, forced, false, inTime).catch(asBrokerError);
    if (answer !== PROOF) {
      const detail = answer instanceof Error ? causeOf(answer) : `it printed "${printable(answer)}"`;
      yield failed(
        'forced command',
        detail,
        `install bash on ${place.host} ("apt-get install bash") and give "${user}" a login shell that runs commands; what its start-up files print goes to a terminal only`,
      );
      return;
    }
    yield ok('forced command', 'sshd runs exactly the forced text, with bash');
    const inTerminal = await runForced(connection, forced, true, inTime).catch(asBrokerError);
    yield inTerminal instanceof Error
      ? failed('terminal', causeOf(inTerminal), `set "PermitTTY yes" in sshd_config on ${place.host} and reload it`)
      : ok('terminal', 'a pty is granted');
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

/** What ssh2 says of a refusal, which `asBrokerError` keeps as the cause. */
function causeOf(error: BrokerError): string {
  return error.cause instanceof Error ? error.cause.message : error.publicMessage;
}

function printable(text: string): string {
  return text.slice(0, 200).replace(/\p{C}/gu, '?');
}

/** The lines the server lacks: the CA's public key is read from the certificate that was refused. */
function linesFor(user: string, credential: SshCertificateCredential): string {
  const ca = caLineOf(credential.certificate);
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
  const skipStrings = (count: number) => {
    for (let i = 0; i < count; i++) reader.string();
  };
  skipStrings(3); // type, nonce, key
  reader.raw(8 + 4); // serial, kind
  skipStrings(2); // key id, principals
  reader.raw(8 + 8); // validity
  skipStrings(3); // critical options, extensions, reserved
  const blob = reader.string();
  return `${new SshReader(blob).text()} ${blob.toString('base64')} sallyport-ca`;
}

function ok(name: string, detail: string): CheckStep {
  return { name, outcome: 'ok', detail };
}

function failed(name: string, detail: string, fix: string): CheckStep {
  return { name, outcome: 'failed', detail, fix };
}
