// Files and command lines whose shape, not a name, says what is secret.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { expandExample } from '../../../src/lib/stream/mask/examples.ts';
import { COMMAND_RULES } from '../../../src/lib/stream/mask/rules/named-commands.ts';
import { NAMED_FILE_RULES } from '../../../src/lib/stream/mask/rules/named-files.ts';
import { maskByReference, provesExamples } from '../../helpers/reference-mask.ts';

const RULES = [...COMMAND_RULES, ...NAMED_FILE_RULES];

for (const rule of RULES) {
  test(`the examples beside ${rule.name} hold`, () => {
    for (let seed = 1; seed <= 12; seed++) assert.equal(provesExamples(rule, seed), []);
  });
}

test('a .netrc gives up every password, and keeps hosts and logins', () => {
  const { text, secrets } = expandExample(
    'machine a.example login u password ${alnum:12}\nmachine b.example\n\tlogin v\n\tpassword ${weak}\nmacdef init\ncd /pub\n',
    3,
  );
  const masked = maskByReference(RULES, text);
  assert.is(secrets.filter((secret) => masked.includes(secret)).length, 0);
  for (const kept of ['a.example', 'login u', 'b.example', 'login v', 'macdef init', 'cd /pub'])
    assert.ok(masked.includes(kept), kept);
});

test('options that only look like those of a password stay', () => {
  for (const text of [
    'mkdir -p /srv/app',
    'ssh -p 22 host',
    'docker run -p 8080:80 -u 1000:1000 nginx',
    'cp -p a b',
    'tar -xzf a.tgz',
    'ps -u root',
    'sudo -u postgres psql',
    'curl -u "$USER:$PASSWORD" https://a.example',
    'curl -X POST https://a.example -H "Accept: a/b"',
    'unzip -P',
    'mysql --help | less -p x',
    'mysqldump -p shop > /tmp/shop.sql',
    'http -a none',
  ])
    assert.is(maskByReference(RULES, text), text);
});

test.run();
