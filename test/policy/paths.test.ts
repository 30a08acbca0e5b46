import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { compileGlob, globMatches } from '../../src/lib/policy/facts/glob.ts';
import { normalise } from '../../src/lib/policy/facts/paths.ts';
import { ANY, CWD, DIGITS, HOME, ONE, SOME, STAR } from '../../src/lib/policy/facts/unknowns.ts';
import { decide, files } from './judged.ts';

const NORMAL: readonly (readonly [path: string, normal: string])[] = [
  ['/etc/shadow', '/etc/shadow'],
  ['//etc///shadow/', '/etc/shadow'],
  ['/etc/./shadow', '/etc/shadow'],
  ['/srv/../etc/shadow', '/etc/shadow'],
  ['/../../etc/shadow', '/etc/shadow'],
  ['/', '/'],
  ['/..', '/'],
  ['/proc/self/root/etc/shadow', '/etc/shadow'],
  ['/proc/1/root/etc/shadow', '/etc/shadow'],
  ['/proc/thread-self/root/etc', '/etc'],
  ['/proc/1/task/2/root/etc', '/etc'],
  ['/proc/self/root/proc/self/root/etc', '/etc'],
  ['/proc/self/cwd/../etc', '/srv/etc'],
  ['/dev/fd/../root/etc', '/etc'],
  ['/var/run/../etc/shadow', '/etc/shadow'],
  ['/proc/self/environ', '/proc/self/environ'],
  ['/dev/fd/63', '/dev/fd/63'],
  [`${HOME}/a/../b`, `${HOME}/b`],
];

for (const [path, normal] of NORMAL) {
  test(`knows ${path} as ${normal}`, () => {
    assert.is(normalise(path, '/srv/app'), normal);
  });
}

/** What a command in /srv/app, in the account /home/me, reads. */
const READS: readonly (readonly [text: string, ...paths: string[]])[] = [
  ['cat a', '/srv/app/a'],
  ['cat ../a', '/srv/a'],
  ['cat ../../../etc/shadow', '/etc/shadow'],
  ['cat ~/a "$HOME"/b', '~/a', '~/b'],
  ['cat "~/a"', '/srv/app/~/a'],
  ['cat ~root/a', '/root/a'],
  ['cat ~bin/a', '/bin/a'],
  ['cat ~me/a', '…/a', '/home/me/a'],
  ['cat "$PWD/a" ~+/b', '/srv/app/a', '/srv/app/b'],
  ['cd / && cat etc/shadow', '/etc/shadow'],
  ['cd /; cat etc/shadow', '/etc/shadow', '/srv/app/etc/shadow'],
  ['cd /x || exit; cat a', '/x/a'],
  ['cd /x || { echo no; exit 1; }; cat a', '/x/a'],
  ['cd /x && cat a; cat b', '/srv/app/b', '/x/a', '/x/b'],
  ['(cd /x && cat a); cat b', '/srv/app/b', '/x/a'],
  ['if c; then cd /x; fi; cat a', '/srv/app/a', '/x/a'],
  ['cd "$d" && cat a', '…/a'],
  ['cd - && cat a', '…/a'],
  ['cat < a 3< b', '/srv/app/a', '/srv/app/b'],
  ['cat *', '/srv/app/*'],
  ['cat a?/[bc]', '/srv/app/a?/?'],
  ['cat /proc/self/fd/3/a', '…/a'],
  ['env -C /x cat a', '/x/a'],
  ['grep -f a b c', '/srv/app/a', '/srv/app/b', '/srv/app/c'],
  ['grep -e a b', '/srv/app/b'],
  ['sed -n p a', '/srv/app/a'],
  ['awk -f a b', '/srv/app/a', '/srv/app/b'],
  ['wc --files0-from=a', '/srv/app/a'],
  ['jq --rawfile a b . c', '/srv/app/b', '/srv/app/c'],
  ['date -f a', '/srv/app/a'],
  ['diff --to-file=a b', '/srv/app/a', '/srv/app/b'],
  ['curl -d @a file:///b http://h', '/b', '/srv/app/a'],
  ['tar cf x a', '/srv/app/a/**'],
  ['cp a b', '/srv/app/a'],
  ['dd if=a of=b', '/srv/app/a'],
];

for (const [text, ...paths] of READS) {
  test(`sees what is read: ${text}`, () => {
    assert.equal(files(text, 'reads'), [...paths].sort());
  });
}

const WRITES: readonly (readonly [text: string, ...paths: string[]])[] = [
  ['a > b', '/srv/app/b'],
  ['a >> b', '/srv/app/b'],
  ['a >| b', '/srv/app/b'],
  ['a &> b', '/srv/app/b'],
  ['a >& b', '/srv/app/b'],
  ['a 2> b 3<> c', '/srv/app/b', '/srv/app/c'],
  ['{ a; } > b', '/srv/app/b'],
  ['while a; do b; done > c', '/srv/app/c'],
  ['x=b; a > $x', '/srv/app/b'],
  ['tee a b', '/srv/app/a', '/srv/app/b'],
  ['cp a b', '/srv/app/b', '/srv/app/b/a'],
  ['cp -t b a', '/srv/app/b', '/srv/app/b/a'],
  ['cp --target-dir=b a', '/srv/app/b', '/srv/app/b/a'],
  ['install -m 644 a b', '/srv/app/b', '/srv/app/b/a'],
  ['ln -s a b', '/srv/app/b'],
  ['dd if=a of=b', '/srv/app/b'],
  ['sed -i s/a/b/ c', '/srv/app/c'],
  ['sed -ni p c', '/srv/app/c'],
  ['sort -o a b', '/srv/app/a'],
  ['sort b -oa', '/srv/app/a'],
  ['sort --o a b', '/srv/app/a'],
  ['shuf --output=a b', '/srv/app/a'],
  ['uniq a b', '/srv/app/b'],
  ['chmod 600 a', '/srv/app/a'],
  ['chmod -x a', '/srv/app/a'],
  ['chown -R me a', '/srv/app/a/**'],
  ['tar xf a -C b', '/srv/app/b/**'],
  ['curl -o a http://h', '/srv/app/a'],
  ['command time -o a b', '/srv/app/a'],
  ['strace -o a b', '/srv/app/a'],
  ['find . -fprint a', '/srv/app/a'],
];

for (const [text, ...paths] of WRITES) {
  test(`sees what is written: ${text}`, () => {
    assert.equal(files(text, 'writes'), [...paths].sort());
  });
}

test('sees what is removed, and everything below it', () => {
  assert.equal(files('rm -rf a', 'removes'), ['/srv/app/a/**']);
  assert.equal(files('rm --rec a', 'removes'), ['/srv/app/a/**']);
  assert.equal(files('find a -delete', 'removes'), ['/srv/app/a/**']);
  assert.equal(files('mv a b', 'removes'), ['/srv/app/a/**']);
  assert.equal(files('cd / && rm -r etc', 'removes'), ['/etc/**']);
});

const MATCHES: readonly (readonly [glob: string, value: string, matches: boolean])[] = [
  ['/etc/**', '/etc', true],
  ['/etc/**', '/etc/a/b', true],
  ['/etc/**', '/etcetera', false],
  ['/etc/*', '/etc/a/b', false],
  ['**/.env', '/srv/.env', true],
  ['**/.env', '/srv/x.env', false],
  ['/a?c', '/abc', true],
  ['/a?c', '/a/c', false],
  ['/a\\*', '/a*', true],
  ['/a\\*', '/ab', false],
  ['/etc/shadow', `/etc/${STAR}`, true],
  ['/etc/shadow', `/e${ONE}c/shadow`, true],
  ['/etc/shadow', `/${STAR}`, false],
  ['/etc/shadow', `/${ANY}`, true],
  ['/etc/shadow', `/tmp/${ANY}`, false],
  ['/etc/shadow', `/etc/${DIGITS}`, false],
  ['/log/1', `/log/${DIGITS}`, true],
  ['/etc/shadow', `${SOME}`, true],
  [`${CWD}/a`, `${CWD}/a`, true],
];

for (const [glob, value, matches] of MATCHES) {
  test(`${glob} ${matches ? 'may be' : 'is never'} ${JSON.stringify(value)}`, () => {
    assert.is(globMatches(compileGlob(glob, 'path'), value), matches);
  });
}

test('matches hostile globs in time that grows with the product of the lengths', () => {
  const glob = compileGlob(`${'*a'.repeat(200)}b`, 'text');
  assert.not(globMatches(glob, 'a'.repeat(2000)));
});

for (const text of [
  'cat /e*/sha*',
  'cat /etc/s[h]adow',
  'cat ~/.ss?/id_rsa',
  'rm -rf /e*',
  'cat .e*',
  'cat ~/.ssh/*',
]) {
  test(`tests globs against protected paths: ${text}`, () => {
    assert.is(decide(text).verdict, 'deny');
  });
}

test.run();
