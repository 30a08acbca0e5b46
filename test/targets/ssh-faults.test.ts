// What a network and a server can do to a session: silence, refusal, death, at every stage.
import { existsSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { BrokerError } from '../../src/lib/core/errors.ts';
import { sshTarget } from '../../src/lib/targets/ssh.ts';
import { liveClock, reader, readToEnd } from '../helpers/local-program.ts';
import { needs } from '../helpers/needs.ts';
import { issue, newCa, openOn, refusalOf, specOf, TERMINAL, targetOn } from '../helpers/ssh-target.ts';
import { freePort, startSshd } from '../helpers/sshd.ts';

const it = needs(test, 'sshd', 'ssh-keygen', 'bash');

/** Open sockets and pending connections of this process. */
function openSockets(): number {
  return process.getActiveResourcesInfo().filter((kind) => /TCP/.test(kind)).length;
}

async function untilClosed(before: number): Promise<void> {
  for (let turn = 0; openSockets() > before; turn++) {
    assert.ok(turn < 100, `${openSockets()} sockets open, ${before} before`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

async function listen(onConnection: (socket: Socket) => void): Promise<Server & { port: number }> {
  const server = createServer((socket) => {
    socket.on('error', () => {});
    onConnection(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return Object.assign(server, { port: typeof address === 'object' && address !== null ? address.port : 0 });
}

const targetAt = (port: number, connectTimeoutMs = 1_000) =>
  sshTarget(
    'web',
    { host: '127.0.0.1', port, user: 'root', hostKey: ['SHA256:x'], connectTimeoutMs },
    { clock: liveClock },
  );

it('a server that resets at once, while ssh2 is being loaded, is an error and not the end of the process', async () => {
  // First in this file: only the first connection of a process loads the library.
  const { provider } = await newCa();
  const server = await listen((socket) => socket.resetAndDestroy());
  await refusalOf('target-unreachable', openOn(targetAt(server.port), provider, specOf('true')));
  await refusalOf('target-unreachable', openOn(targetAt(server.port), provider, specOf('true')));
  server.close();
});

it('a server that accepts and says nothing is a timeout, and leaves no socket', async () => {
  const { provider } = await newCa();
  const sockets: Socket[] = [];
  const server = await listen((socket) => sockets.push(socket));
  const before = openSockets();
  const started = performance.now();
  const error = await refusalOf('target-timeout', openOn(targetAt(server.port, 400), provider, specOf('true')));
  const ms = performance.now() - started;
  assert.ok(ms > 350 && ms < 3_000, `${ms} ms`);
  assert.match(error.publicMessage, /did not answer within 0\.4 s/);
  for (const socket of sockets) socket.destroy();
  await untilClosed(before);
  server.close();
});

it('a closed port, a name that does not resolve and a server that hangs up are unreachable, and say why', async () => {
  const { provider } = await newCa();
  const closed = openOn(targetAt(await freePort()), provider, specOf('true'));
  assert.match((await refusalOf('target-unreachable', closed)).publicMessage, /connection refused/);
  const nowhere = sshTarget('web', { host: 'host.invalid', user: 'root', hostKey: ['SHA256:x'] }, { clock: liveClock });
  const unresolved = openOn(nowhere, provider, specOf('true'));
  assert.match((await refusalOf('target-unreachable', unresolved)).publicMessage, /name/);
  const server = await listen((socket) => socket.end());
  const error = await openOn(targetAt(server.port), provider, specOf('true')).catch((thrown: unknown) => thrown);
  assert.ok(error instanceof BrokerError && error.exit === 69, String(error));
  server.close();
});

it('a server killed while the program runs is a lost connection, after the last byte it sent', async () => {
  const { line, provider } = await newCa();
  for (const pty of [null, TERMINAL]) {
    await using sshd = await startSshd({ trustedUserCa: line });
    const sent = join(sshd.folder, 'sent');
    const source = `head -c 500000 /dev/zero; echo; echo last; touch ${sent}; sleep 30`;
    const program = await openOn(targetOn(sshd), provider, specOf(source, { pty }));
    // Everything has arrived here before anybody reads.
    while (!existsSync(sent)) await new Promise((resolve) => setTimeout(resolve, 20));
    await new Promise((resolve) => setTimeout(resolve, 500));
    sshd.kill();
    let text = '';
    for await (const { bytes } of program.output) {
      text += Buffer.from(bytes).toString('latin1');
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    assert.match(text, /\0{500000}\r?\nlast\r?\n$/);
    const error = await refusalOf('connection-lost', program.exited);
    assert.match(error.hint, /may still run there/);
    await refusalOf('connection-lost', program.write(Buffer.from('x')));
    program.signal('SIGTERM');
    program.resize({ cols: 1, rows: 1 });
    program.endInput();
    await program[Symbol.asyncDispose]();
  }
});

it('a server killed after the exit, but before the last byte, does not pass for the end', async () => {
  const { line, provider } = await newCa();
  await using sshd = await startSshd({ trustedUserCa: line });
  // The exit is told at once; the child holds the output open and writes on.
  const text = '(while :; do echo more; sleep 0.1; done) & exit 0';
  const program = await openOn(targetOn(sshd), provider, specOf(text));
  assert.equal(await program.exited, { kind: 'code', code: 0 });
  sshd.kill();
  await refusalOf('connection-lost', readToEnd(program));
  await program[Symbol.asyncDispose]();
});

it('a write that waits when the connection dies is refused', async () => {
  const { line, provider } = await newCa();
  await using sshd = await startSshd({ trustedUserCa: line });
  const program = await openOn(targetOn(sshd), provider, specOf('sleep 30'));
  const writing = refusalOf('connection-lost', program.write(Buffer.alloc(8 * 1024 * 1024)));
  await new Promise((resolve) => setTimeout(resolve, 300));
  sshd.kill();
  await writing;
  await program[Symbol.asyncDispose]();
});

it('an abort at any moment of the opening rejects with its reason and leaves no socket and no login', async () => {
  const { line, provider } = await newCa();
  await using sshd = await startSshd({ trustedUserCa: line, hostCertificate: { principals: '127.0.0.1' } });
  for (const options of [{}, { hostCa: [sshd.hostCa] }]) {
    const target = targetOn(sshd, options);
    const spec = specOf('sleep 5');
    const [credential] = await issue(provider, target.credentialsFor(spec));
    assert.ok(credential);
    const before = openSockets();
    let opened = 0;
    for (const afterMs of [0, 1, 2, 4, 8, 12, 16, 20, 25, 30, 40, 50, 60, 80, 100]) {
      const controller = new AbortController();
      const reason = new BrokerError({ code: 'stopped', exit: 79, message: 'stopped', hint: 'none' });
      setTimeout(() => controller.abort(reason), afterMs);
      if (afterMs === 0) controller.abort(reason);
      const outcome = await target.open(spec, [credential], controller.signal).catch((thrown: unknown) => thrown);
      if (outcome instanceof Error) assert.is(outcome, reason, `${afterMs} ms: ${outcome}`);
      else {
        opened++;
        await (outcome as AsyncDisposable)[Symbol.asyncDispose]();
      }
      await untilClosed(before);
    }
    assert.ok(opened < 15, 'no abort came in time');
  }
});

it('an abort through a jump host closes both connections', async () => {
  const { line, provider } = await newCa();
  await using jump = await startSshd({ trustedUserCa: line });
  const silent = await listen(() => {});
  const before = openSockets();
  const bastion = targetOn(jump, {}, undefined, 'bastion');
  const target = targetOn({ ...jump, port: silent.port }, {}, bastion);
  const controller = new AbortController();
  setTimeout(() => controller.abort(new Error('enough')), 700);
  const outcome = await openOn(target, provider, specOf('true'), controller.signal).catch((thrown: Error) => thrown);
  assert.is(String(outcome), 'Error: enough');
  assert.match(jump.log(), /Accepted publickey/);
  silent.close();
  for (let turn = 0; !/Disconnected|Connection closed|reset/.test(jump.log()) && turn < 100; turn++) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  assert.match(jump.log(), /Disconnected from user|Connection (closed|reset)/);
  await untilClosed(before + 1);
});

it('a connection cut between login and start is told as lost or unreachable, never as an inner error', async () => {
  const { line, provider } = await newCa();
  await using sshd = await startSshd({ trustedUserCa: line });
  // A middleman that lets so many bytes of the server through and then cuts.
  for (let limit = 500; limit < 6_000; limit += 250) {
    const proxy = await listen((socket) => {
      let passed = 0;
      const upstream = connect(sshd.port, '127.0.0.1');
      upstream.on('error', () => {});
      socket.on('data', (bytes) => upstream.write(bytes)).on('close', () => upstream.destroy());
      upstream
        .on('close', () => socket.destroy())
        .on('data', (bytes) => {
          passed += bytes.length;
          if (passed > limit) socket.resetAndDestroy();
          else socket.write(bytes);
        });
    });
    const target = targetOn({ ...sshd, port: proxy.port });
    const outcome = await openOn(target, provider, specOf('sleep 5')).catch((thrown: unknown) => thrown);
    if (outcome instanceof Error) {
      assert.ok(outcome instanceof BrokerError && outcome.exit === 69, `${limit}: ${outcome.stack}`);
      assert.ok(['target-unreachable', 'connection-lost', 'ssh-handshake-failed'].includes(outcome.code), outcome.code);
    } else await (outcome as AsyncDisposable)[Symbol.asyncDispose]();
    proxy.close();
  }
});

it('a server that stops answering cannot hold a disposal for long', async () => {
  const { line, provider } = await newCa();
  await using sshd = await startSshd({ trustedUserCa: line });
  const sockets: Socket[] = [];
  const proxy = await listen((socket) => {
    const upstream = connect(sshd.port, '127.0.0.1').on('error', () => {});
    sockets.push(socket, upstream);
    socket.pipe(upstream).pipe(socket);
  });
  const program = await openOn(targetOn({ ...sshd, port: proxy.port }), provider, specOf('echo up; sleep 30'));
  await reader(program).waitFor('up');
  for (const socket of sockets) socket.unpipe().pause();
  const started = performance.now();
  await refusalOf('program-left-running', program[Symbol.asyncDispose]());
  const ms = performance.now() - started;
  assert.ok(ms < 5_000, `${ms} ms`);
  for (const socket of sockets) socket.destroy();
  proxy.close();
});

it('no error shows a key, a certificate or a login', async () => {
  const { line, provider } = await newCa();
  await using sshd = await startSshd({ trustedUserCa: line });
  const spec = specOf('true');
  const wrongPin = targetOn(sshd, { hostKey: ['SHA256:x'] });
  const credentials = await issue(provider, wrongPin.credentialsFor(spec));
  const secrets = credentials.flatMap(({ knownSecrets }) => knownSecrets.map((secret) => secret.reveal()));
  const broken = credentials.map((credential) => ({
    ...credential,
    certificate: 'ssh-ed25519-cert-v01@openssh.com AAAA',
  }));
  const { signal } = new AbortController();
  for (const open of [
    () => wrongPin.open(spec, credentials, signal),
    () => targetOn(sshd).open(spec, broken, signal),
    async () => targetAt(await freePort()).open(spec, credentials, signal),
  ]) {
    const error = await open().catch((thrown: unknown) => thrown);
    assert.ok(error instanceof BrokerError, String(error));
    const everything = [error.publicMessage, error.hint, error.detail, error.stack, String(error.cause)].join('\n');
    for (const secret of secrets) assert.not.ok(everything.includes(secret));
    assert.not.match(everything, /PRIVATE KEY/);
  }
});

test.run();
