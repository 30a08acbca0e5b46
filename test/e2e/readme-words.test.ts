// What README.md and SECURITY.md name is there, under that name: files, commands, flags, scripts, codes, packs, rooms.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { parse } from 'yaml';
import { parseConfig } from '../../src/lib/config/load.ts';
import { EXIT } from '../../src/lib/core/exit-codes.ts';
import { PACK_NAMES } from '../../src/lib/policy/index.ts';
import { ROOT, readPage } from '../helpers/markdown.ts';

const test = suite('README, word by word');
const readme = readPage('README.md');
const json = (file: string) => JSON.parse(readFileSync(join(ROOT, file), 'utf8'));
const commands: Readonly<Record<string, { flags: Record<string, { char?: string; allowNo?: boolean }> }>> =
  json('oclif.manifest.json').commands;

/** The command a line of code names, as in the manifest; undefined where it names none. */
function commandIn(words: readonly string[]): string | undefined {
  return [words.slice(0, 2).join(':'), words[0] ?? ''].find((name) => name in commands);
}

test('every relative link leads to a file', () => {
  const pages = ['README.md', 'SECURITY.md', 'recordings/README.md', 'test/bench/README.md'];
  const decisions = readdirSync(join(ROOT, 'docs/decisions')).map((name) => `docs/decisions/${name}`);
  let count = 0;
  for (const path of [...pages, ...decisions, 'docs/config.md']) {
    for (const link of readPage(path).links()) {
      if (/^[a-z]+:/.test(link)) continue;
      count++;
      assert.ok(existsSync(join(ROOT, dirname(path), link)), `${path}: ${link}`);
    }
  }
  assert.ok(count >= 7, `only ${count} links were found`);
});

test('every sallyport command it names exists, with the flags it is named with', () => {
  const named = new Set<string>();
  for (const piece of [...readme.code(), ...readPage('SECURITY.md').code()]) {
    // There it is the name of an account.
    if (piece.startsWith('kubectl ')) continue;
    for (const [, rest = ''] of piece.matchAll(/(?:^|[\s$(])sallyport((?: (?!--? )[\w:.…-]+)+)/g)) {
      const words = rest.trim().split(' ');
      const name = commandIn(words);
      assert.ok(name !== undefined, `there is no command "${words.join(' ')}" (in: ${piece})`);
      named.add(name);
      for (const word of words.filter((candidate) => /^--[a-z]/.test(candidate))) {
        const flag = word.slice(2);
        const { flags } = commands[name] ?? { flags: {} };
        assert.ok(flag in flags || flags[flag.replace(/^no-/, '')]?.allowNo === true, `${name} has no ${word}`);
      }
    }
  }
  for (const name of [
    'init',
    'shell',
    'ssh',
    'approve',
    'replay',
    'targets:check',
    'audit:verify',
    'trust',
    'kubectl',
    'targets:rbac',
  ]) {
    assert.ok(named.has(name), `"${name}" was not found in the text`);
  }
});

test('every command takes --json', () => {
  for (const [name, { flags }] of Object.entries(commands)) assert.ok('json' in flags, name);
});

test('the flags the agents read about are those of shell and ssh', () => {
  const flags = readme
    .section('For agents')
    .code()
    .filter((piece) => /^--?[a-z-]+$/.test(piece) && piece !== '--');
  assert.ok(flags.length >= 4, flags.join(' '));
  const known = commands.shell?.flags ?? {};
  const names = Object.entries(known).flatMap(([name, { char, allowNo }]) => [
    `--${name}`,
    ...(char === undefined ? [] : [`-${char}`]),
    ...(allowNo === true ? [`--no-${name}`] : []),
  ]);
  // Of replay, and of kubectl itself.
  const others = ['--web', '--token', '--as', '--server'];
  for (const flag of flags) assert.ok([...names, ...others].includes(flag), flag);
  assert.equal(Object.keys(commands.ssh?.flags ?? {}), Object.keys(known));
});

test('every npm script it names exists', () => {
  const { scripts } = json('package.json');
  const builtIn = ['ci', 'link', 'test'];
  const lines = readme.code().flatMap((piece) => [...piece.matchAll(/npm (?:run )?([a-z]+)/g)]);
  assert.ok(lines.length >= 6);
  for (const [all, name = ''] of lines) assert.ok(name in scripts || builtIn.includes(name), all);
  assert.is(json('package.json').engines.node, `>=${/Node ≥ ([\d.]+)/.exec(readme.text)?.[1]}`);
});

test('the table of exit codes is the code’s own', () => {
  const [child, ...rows] = readme.rows('exit code').map(([code]) => code);
  assert.is(child, '*any*');
  const { ok, ...own } = EXIT;
  assert.is(ok, 0);
  assert.equal(rows.map(Number), Object.values(own));
});

test('its YAML loads as it stands, with all packs', () => {
  const snippets = readme.blocks('yaml').map((text) => text.replace('SHA256:…', `SHA256:${'A'.repeat(43)}`));
  assert.is(snippets.length, 3);
  for (const text of snippets) {
    const parsed = parseConfig(text, { file: 'README.md', knownPacks: PACK_NAMES });
    assert.ok(parsed.ok, JSON.stringify(parsed));
  }
  assert.equal(parse(snippets[2] ?? '').policy.packs, 'all');
});

test('the rooms in its table are the folders of src/lib, from the ground up', () => {
  const rooms = readme
    .rows('room of `src/lib`')
    .flatMap(([cell = '']) => [...cell.matchAll(/`(\w+)`/g)].map((room) => room[1] ?? ''));
  assert.equal([...rooms].sort(), readdirSync(join(ROOT, 'src/lib')).sort());
  const floors = /const FLOORS = \[([\s\S]*?)\n\]/.exec(readFileSync(join(ROOT, 'test/guards/layers.test.ts'), 'utf8'));
  const guarded = [...(floors?.[1] ?? '').matchAll(/'(\w+)'/g)].map((room) => room[1]);
  assert.equal([...rooms, 'commands'], guarded, 'the guard walks the same order');
});

test.run();
