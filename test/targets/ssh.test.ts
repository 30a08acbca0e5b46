import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { reader, readToEnd } from '../helpers/local-program.ts';
import { needs } from '../helpers/needs.ts';
import { issue, newCa, openOn, refusalOf, runOn, specOf, targetOn } from '../helpers/ssh-target.ts';
import { startSshd } from '../helpers/sshd.ts';

const it = needs(test, 'sshd', 'ssh-keygen', 'bash');

/** A server that trusts a fresh CA, and the target for it. */
async function server(config: readonly string[] = []) {
  const { line, provider, ca } = await newCa();
  const sshd = await startSshd({ trustedUserCa: line, config });
  return { sshd, provider, ca, target: targetOn(sshd) };
}

it('a command runs as the account, and its log line on the server names session, task and forced text', async () => {
  const { sshd, provider, target } = await server();
  await using _ = sshd;
  const spec = specOf('id -un; echo done', { task: 'nightly" ID "x' });
  const { stdout, status } = await readToEnd(await openOn(target, provider, spec));
  assert.is(stdout, `${sshd.user}\ndone\n`);
  assert.equal(status, { kind: 'code', code: 0 });
  const log = sshd.log();
  assert.ok(log.includes(` ID sallyport session=${spec.session} task=nightly%22%20ID%20%22x (serial `), log);
  assert.match(log, /Accepted publickey for \S+ from 127\.0\.0\.1 .* ED25519-CERT /);
  assert.match(log, /Starting session: forced-command \(key-option\) 'exec env .* id -un; echo done'' for /);
});

it('a command has no pager on the server', async () => {
  const { sshd, provider, target } = await server();
  await using _ = sshd;
  const text = 'echo "$PAGER $GIT_PAGER $LESSSECURE"';
  assert.is((await readToEnd(await openOn(target, provider, specOf(text)))).stdout, 'cat cat 1\n');
});

it('the signal a program died of comes back as it was', async () => {
  const { sshd, provider, target } = await server();
  await using _ = sshd;
  for (const name of ['HUP', 'INT', 'QUIT', 'ABRT', 'KILL', 'USR1', 'USR2', 'PIPE', 'ALRM', 'TERM', 'SEGV']) {
    const { status } = await runOn(target, provider, `ulimit -c 0; exec sh -c 'kill -${name} $$'`);
    assert.equal(status, { kind: 'signal', signal: `SIG${name}` });
  }
});

it('exit codes from 0 to 255 come back as they were', async () => {
  const { sshd, provider, target } = await server();
  await using _ = sshd;
  const codes = [...Array.from({ length: 18 }, (_, at) => at * 15), 1, 2, 64, 77, 79, 126, 127, 128, 130, 137];
  const ended = await Promise.all(codes.map((code) => runOn(target, provider, `exit ${code}`)));
  assert.equal(
    ended.map(({ status }) => status),
    codes.map((code) => ({ kind: 'code', code })),
  );
});

it('stdout and stderr stay apart, and every byte value passes both ways', async () => {
  const { sshd, provider, target } = await server();
  await using _ = sshd;
  const every = Buffer.from(Uint8Array.from({ length: 256 }, (_, value) => value));
  const program = await openOn(target, provider, specOf('tee /dev/stderr'));
  const parts = { stdout: [] as Uint8Array[], stderr: [] as Uint8Array[] };
  const reading = (async () => {
    for await (const { stream, bytes } of program.output) parts[stream].push(bytes);
  })();
  for (const value of every) await program.write(Uint8Array.of(value));
  program.endInput();
  await reading;
  assert.ok(Buffer.concat(parts.stdout).equals(every));
  assert.ok(Buffer.concat(parts.stderr).equals(every));
  await program[Symbol.asyncDispose]();
});

it('input is streamed: each line is answered before the next is sent', async () => {
  const { sshd, provider, target } = await server();
  await using _ = sshd;
  const program = await openOn(target, provider, specOf('while read -r line; do echo "<$line>"; done; echo end'));
  const output = reader(program);
  for (const word of ['one', 'two', 'three']) {
    await program.write(Buffer.from(`${word}\n`));
    await output.waitFor(`<${word}>`);
  }
  program.endInput();
  program.endInput();
  await output.waitFor('end');
  await refusalOf('program-ended', program.write(Buffer.from('late')));
  await output.rest();
  await program[Symbol.asyncDispose]();
  await program[Symbol.asyncDispose]();
});

it('input for a program that closed its own is dropped while it runs, and refused once it is gone', async () => {
  const { sshd, provider, target } = await server();
  await using _ = sshd;
  const program = await openOn(target, provider, specOf('exec 0<&-; echo closed; sleep 0.6'));
  const output = reader(program);
  await output.waitFor('closed');
  for (let turn = 0; turn < 50; turn++) await program.write(Buffer.alloc(65_536));
  await output.rest();
  await program.exited;
  await refusalOf('program-ended', program.write(Buffer.from('late')));
  await program[Symbol.asyncDispose]();
});

it('a write that waits for a program that never reads is refused when the program ends', async () => {
  const { sshd, provider, target } = await server();
  await using _ = sshd;
  const program = await openOn(target, provider, specOf('sleep 0.5'));
  const writing = refusalOf('program-ended', program.write(Buffer.alloc(8 * 1024 * 1024)));
  await readToEnd(program);
  await writing;
});

it('loses no byte to a slow reader after the exit', async () => {
  const { sshd, provider, target } = await server();
  await using _ = sshd;
  for (let round = 0; round < 10; round++) {
    const program = await openOn(target, provider, specOf('head -c 3000000 /dev/zero; head -c 9 /dev/zero >&2'));
    const { stdout, stderr } = await readToEnd(program, round % 3);
    assert.is(stdout.length, 3_000_000);
    assert.is(stderr.length, 9);
  }
});

it('a program whose output nobody reads is held back, and loses nothing', async () => {
  const { sshd, provider, target } = await server();
  await using _ = sshd;
  const program = await openOn(target, provider, specOf('head -c 50000000 /dev/zero; echo end >&2'));
  const before = process.memoryUsage.rss();
  await new Promise((resolve) => setTimeout(resolve, 500));
  assert.ok(process.memoryUsage.rss() - before < 16 * 1024 * 1024);
  let total = 0;
  for await (const { bytes } of program.output) total += bytes.byteLength;
  assert.is(total, 50_000_004);
  await program[Symbol.asyncDispose]();
});

it('what holds the output open after the exit gets a second of silence, and no more', async () => {
  const { sshd, provider, target } = await server();
  await using _ = sshd;
  const started = performance.now();
  const { stdout, status } = await runOn(target, provider, '(sleep 0.3; echo late; exec sleep 8) & echo early; exit 3');
  assert.equal({ stdout, status }, { stdout: 'early\nlate\n', status: { kind: 'code', code: 3 } });
  const seconds = (performance.now() - started) / 1000;
  assert.ok(seconds > 1.2 && seconds < 5, `${seconds} s`);
});

it('silence of a slow reader is not silence of the program', async () => {
  const { sshd, provider, target } = await server();
  await using _ = sshd;
  const program = await openOn(target, provider, specOf('(sleep 0.2; head -c 6000000 /dev/zero; echo end) & exit 0'));
  await new Promise((resolve) => setTimeout(resolve, 2_000));
  assert.is((await readToEnd(program)).stdout.length, 6_000_004);
});

it('a folder of the target is entered, whatever its name, and nothing runs where it does not exist', async () => {
  const { sshd, provider } = await server();
  await using _ = sshd;
  const inFolder = (cwd: string, text: string) => runOn(targetOn(sshd, { cwd }), provider, text);
  assert.is((await inFolder(sshd.folder, 'pwd')).stdout, `${sshd.folder}\n`);
  const odd = `${sshd.folder}/it's "odd" \\ $(id) !`;
  assert.is((await inFolder(sshd.folder, `mkdir -- '${odd.replaceAll("'", "'\\''")}'`)).status.kind, 'code');
  assert.is((await inFolder(odd, 'pwd')).stdout, `${odd}\n`);
  const gone = await inFolder('/nowhere', 'echo first; echo second');
  assert.equal({ out: gone.stdout, status: gone.status }, { out: '', status: { kind: 'code', code: 1 } });
});

it('a command as long as a certificate can carry arrives whole; a longer one is refused before anything is minted', async () => {
  const { sshd, provider, target } = await server();
  await using _ = sshd;
  const echo = (start: string, length: number) => {
    const words = start + 'x'.repeat(length);
    return { text: `echo '${words}'`, words };
  };
  for (const { text, words } of [echo('', 32_500), echo('ä\\!', 24_000)]) {
    assert.is((await runOn(target, provider, text)).stdout, `${words}\n`);
  }
  for (const { text } of [echo('', 33_500), echo('ä\\!', 25_500)]) {
    await refusalOf('command-too-long', (async () => target.credentialsFor(specOf(text)))());
  }
});

it('a text that begins with a dash is a command, not an option', async () => {
  const { sshd, provider, target } = await server();
  await using _ = sshd;
  for (const text of ['-x', "-c 'echo \\\\ no'"]) {
    const { stdout, status } = await runOn(target, provider, text);
    assert.equal({ stdout, status }, { stdout: '', status: { kind: 'code', code: 127 } });
  }
});

it('a credential that was revoked opens nothing', async () => {
  const { sshd, provider, target } = await server();
  await using _ = sshd;
  const spec = specOf('true');
  const [request] = target.credentialsFor(spec);
  assert.ok(request);
  const plan = provider.plan(request);
  const credential = await provider.issue(request, plan);
  await provider.revoke(plan);
  await refusalOf('credential-revoked', target.open(spec, [credential], new AbortController().signal));
  assert.not.match(sshd.log(), /Accepted publickey/);
});

it('what was issued appears in no output, environment or argument of the program', async () => {
  const { sshd, provider, target } = await server();
  await using _ = sshd;
  const spec = specOf('cat /proc/$$/environ /proc/$PPID/cmdline; env');
  const credentials = await issue(provider, target.credentialsFor(spec));
  const { stdout, stderr } = await readToEnd(await target.open(spec, credentials, new AbortController().signal));
  assert.match(stdout, /SSH_CONNECTION=/);
  const secrets = credentials.flatMap(({ knownSecrets }) => knownSecrets.map((secret) => secret.reveal()));
  assert.is(secrets.length, 3);
  for (const secret of secrets) assert.not.ok(`${stdout}${stderr}${sshd.log()}`.includes(secret));
});

test.run();
