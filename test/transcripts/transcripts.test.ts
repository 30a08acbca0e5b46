// timeout: 180
// Sessions at a command line as text, one file each. "$ " is a line for bash; below it what it prints, standard error
// behind "! ", and "? N" for an exit code other than 0. What differs from run to run is written as <time>, <r1>, <s1> …,
// and can be used so in later lines. After a change that is meant: UPDATE_TRANSCRIPTS=1 node --import tsx test/run.ts transcripts
import { spawn } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { CLI, type CliWorld, cliWorld, watch } from '../helpers/cli.ts';
import { needs } from '../helpers/needs.ts';

const HERE = dirname(fileURLToPath(import.meta.url));
const test = suite('transcripts');

for (const name of readdirSync(HERE).filter((file) => file.endsWith('.txt'))) {
  needs(
    test,
    'bash',
    'ssh-keygen',
  )(`${name.slice(0, -4)} goes as it is written`, async () => {
    const file = join(HERE, name);
    const written = readFileSync(file, 'utf8');
    const seen = await perform(written);
    if (process.env.UPDATE_TRANSCRIPTS === '1') writeFileSync(file, seen);
    assert.fixture(seen, process.env.UPDATE_TRANSCRIPTS === '1' ? readFileSync(file, 'utf8') : written);
  });
}

/** Runs every command of a transcript, and returns it with what they printed this time. */
async function perform(transcript: string): Promise<string> {
  await using world = cliWorld();
  const project = join(world.home, 'project');
  mkdirSync(project);
  const names = newNames();
  const out: string[] = [];
  for (const line of transcript.split('\n')) {
    // Comments and empty lines stay; what was printed before is printed anew.
    if (line === '' || line.startsWith('#')) out.push(line);
    if (!line.startsWith('$ ')) continue;
    out.push(line);
    const { stdout, stderr, exit } = await runLine(names.actual(line.slice(2)), world, project);
    const shown = (text: string, prefix: string) =>
      names
        .shown(text.replaceAll(world.home, '~'))
        .replace(/\n$/, '')
        .split('\n')
        .map((row) => `${prefix}${row}`);
    if (stdout !== '') out.push(...shown(stdout, '  '));
    if (stderr !== '') out.push(...shown(stderr, '! '));
    if (exit !== 0) out.push(`? ${exit}`);
  }
  return out.join('\n');
}

async function runLine(line: string, world: CliWorld, cwd: string) {
  const script = `sallyport() { ${process.execPath} ${CLI} "$@"; }\n${line}`;
  const child = spawn('bash', ['--noprofile', '--norc', '-c', script], {
    cwd,
    env: { ...world.env, USER: 'agent' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  return watch(child).done;
}

/** Ids get a number in the order they are first seen; times, digests, keys and pids only a name. */
function newNames() {
  const names = new Map<string, string>();
  const counts: Record<string, number> = {};
  const nameOf = (id: string) => {
    const kind = id.charAt(0);
    const known = names.get(id);
    if (known !== undefined) return known;
    counts[kind] = (counts[kind] ?? 0) + 1;
    const name = `<${kind}${counts[kind]}>`;
    names.set(id, name);
    return name;
  };
  return {
    shown: (text: string) =>
      text
        .replace(/\b[srl]-[0-9a-hjkmnp-tv-z]{8,12}\b/g, nameOf)
        .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, '<time>')
        .replace(/"(startedAt|endedAt|createdAt|expiresAt|at|modifiedAt)":\d+/g, '"$1":<time>')
        .replace(/"durationMs":\d+/g, '"durationMs":<ms>')
        .replace(/\b(in )?\d+ (s|min|h)( ago)?\b/g, (match, before, _, after) => (before || after ? '<when>' : match))
        .replace(/sha256:[0-9a-f]{64}/g, '<digest>')
        .replace(/AAAAC3Nza[\w+/=]+/g, '<key>')
        .replace(/\bpid"?[ :]\d+/g, (match) => match.replace(/\d+/, '<pid>'))
        .replace(/\bunix:[a-z0-9_-]+/g, 'unix:<user>')
        .replace(/\bwhere {3}[a-z0-9_-]+ in /g, 'where   <user> in ')
        .replace(/\d+\.\d{3}(?= {2})/g, '<at>')
        .replace(/\d+\.\d s, \d+ bytes/g, '<length>')
        .replace(/\d+ KiB/g, '<size>')
        .replace(/^\[\d+\.\ds\]/gm, '[<at>]')
        // Columns are as wide as the longest name of the machine.
        .replace(/ {3,}/g, '  '),
    actual: (line: string) => [...names].reduce((text, [id, name]) => text.replaceAll(name, id), line),
  };
}

test.run();
