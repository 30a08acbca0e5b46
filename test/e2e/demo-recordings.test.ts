// The sample archive in recordings/: every player shows the same, and it says nothing of the machine it was made on.
import { execFileSync, spawnSync } from 'node:child_process';
import { createReadStream, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { localDirectoryArchive } from '../../src/lib/archive/local-directory.ts';
import { verifyRecording } from '../../src/lib/recording/manifest.ts';
import { openCast, summarise } from '../../src/lib/recording/read.ts';
import { needs } from '../helpers/needs.ts';

const FOLDER = fileURLToPath(new URL('../../recordings', import.meta.url));
const CLI = fileURLToPath(new URL('../../bin/run.cjs', import.meta.url));
const CASTS = readdirSync(FOLDER).filter((name) => name.endsWith('.cast'));

/** What a terminal gets to see, according to our reader. */
async function shown(file: string): Promise<string> {
  let text = '';
  for await (const event of (await openCast(createReadStream(file))).events) {
    if (event.kind === 'output') text += event.text;
  }
  return text;
}

test('there is a demo and at least two sessions with markers and manifests', async () => {
  assert.ok(CASTS.includes('demo.cast'));
  const archive = localDirectoryArchive(FOLDER);
  const entries = await archive.list();
  assert.ok(entries.length >= 2);
  for (const { session } of entries) {
    assert.is((await verifyRecording(archive, session)).outcome, 'intact', session);
    const summary = await summarise(createReadStream(archive.locate(session)));
    const names = summary.markers.map(({ name }) => name);
    assert.is(names[0], 'command.judged', session);
    assert.is(names.at(-1), 'exit', session);
    assert.is(summary.header.facts?.principal, 'unix:agent', session);
    assert.is(summary.truncated, false, session);
  }
});

test('the demo shows an allowed, a denied and an approved command, and one over ssh', async () => {
  const text = await shown(join(FOLDER, 'demo.cast'));
  for (const part of ['Allowed', 'denied by rule', 'approved:', 'sshd:', 'intact']) assert.match(text, part);
});

/** Without the switching of terminal modes, which a replay does not pass on. */
function withoutModes(text: string): string {
  return text.replace(/\u001b\[\?[\d;]+[hl]/g, '');
}

test('sallyport replay prints every sample, all but the switching of terminal modes', async () => {
  for (const name of CASTS) {
    const file = join(FOLDER, name);
    const replayed = execFileSync(process.execPath, [CLI, 'replay', file, '--no-wait'], { encoding: 'utf8' });
    assert.is(withoutModes(replayed), withoutModes(await shown(file)), name);
  }
});

needs(test, 'asciinema')('asciinema cat prints every sample exactly', async () => {
  for (const name of CASTS) {
    const file = join(FOLDER, name);
    const { status, stdout } = spawnSync('script', ['-qec', `asciinema cat ${file}`, '/dev/null'], {
      env: {
        PATH: process.env.PATH,
        HOME: '/nonexistent',
        ASCIINEMA_CONFIG_HOME: '/tmp',
        TERM: 'xterm',
        LC_ALL: 'C.UTF-8',
      },
      input: '',
    });
    assert.is(status, 0, `${stdout}`);
    assert.is(`${stdout}`, await shown(file), name);
  }
});

test('the picture of the demo shows what it is there for, and is small', () => {
  const svg = readFileSync(join(FOLDER, 'demo.svg'), 'utf8');
  for (const part of ['denied by rule', 'waiting:', 'sallyport approve', 'approved:', 'sshd:']) assert.match(svg, part);
  assert.ok(svg.length < 200_000);
});

test('no sample names a folder of the machine it was made on', () => {
  for (const name of readdirSync(FOLDER)) {
    const text = readFileSync(join(FOLDER, name), 'utf8');
    for (const path of text.match(/(?<![\w.~/<])\/(?!\/)[a-z][\w./-]*/g) ?? []) {
      assert.match(path, /^\/(tmp\/sallyport-demo-\w+(\/app)?|bin\/bash|etc)$/, `${name}: ${path}`);
    }
  }
});

test.run();
