// The project speaks of itself alone, and carries no secrets: looks through every tracked file.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
const SELF = 'test/guards/own-words.test.ts';

function trackedFiles(): string[] {
  return execFileSync('git', ['ls-files', '-z'], { cwd: root, encoding: 'utf8' })
    .split('\0')
    .filter((path) => path !== '' && path !== SELF && existsSync(join(root, path)));
}

function findings(pattern: RegExp, files: readonly string[]): string[] {
  return files.flatMap((path) => {
    const text = readFileSync(join(root, path), 'latin1');
    return [...text.matchAll(pattern)].map((match) => `${path}: ${match[0]}`);
  });
}

const test = suite('guards: own words');
const files = trackedFiles();

test('no path of the machine that wrote it', () => {
  assert.ok(files.length > 200);
  assert.equal(findings(/(?<![\w/])\/(work|workspace|tmp\/bash_jobs)\/[\w.]*/g, files), []);
});

test('no private key, and nothing that looks like a live credential', () => {
  const keys = /-----BEGIN (?:OPENSSH|RSA|EC|DSA|ENCRYPTED)? ?PRIVATE KEY-----\s*\n[A-Za-z0-9+/=]{40}/g;
  const tokens =
    /\b(?:AKIA[0-9A-Z]{16}|gh[pousr]_[A-Za-z0-9]{36}|xox[abpr]-[0-9A-Za-z-]{20,}|AIza[0-9A-Za-z_-]{35}|sk_live_[0-9A-Za-z]{20,})\b/g;
  assert.equal([...findings(keys, files), ...findings(tokens, files)], []);
});

test('the lock file names no registry', () => {
  assert.equal(findings(/"resolved": "[^"]*"/g, ['package-lock.json']), []);
});

test.run();
