// URLs and headers: what the rules' own examples say holds for many draws, and a URL without a secret stays as it is.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { HEADER_RULES } from '../../../src/lib/stream/mask/rules/headers.ts';
import { URL_RULES } from '../../../src/lib/stream/mask/rules/urls.ts';
import { maskByReference, provesExamples } from '../../helpers/reference-mask.ts';

const RULES = [...URL_RULES, ...HEADER_RULES];

for (const rule of RULES) {
  test(`the examples beside ${rule.name} hold`, () => {
    for (let seed = 1; seed <= 15; seed++) assert.equal(provesExamples(rule, seed), []);
  });
}

test('a password may have every sign in it that ends no URL', () => {
  for (const sign of '!$%&()*+,-.;=^_{}|~@:/?#[]') {
    const text = `see postgres://app:Q7${sign === '|' ? '!' : sign}x9${sign === '|' ? '!' : sign}Zt@db.internal:5432/shop now`;
    assert.is(maskByReference(URL_RULES, text), 'see postgres://app:[url-password]@db.internal:5432/shop now', text);
  }
});

test('hosts, ports, paths and addresses are no user parts', () => {
  for (const text of [
    'http://a.example:8080/~x@y, http://b.example/@z',
    'http://a.example:80,b@c',
    'https://a.example/path:with:colons@and-at',
    'mailto:bob@example.com',
    'docker pull registry.example:5000/app@sha256:0123',
    'git+ssh://git@host:22/x',
    'scp a bob@host:/tmp/x',
    'http://a.example:8080\nbob@example.com',
    'jdbc:mysql://db:3306,db2:3306/x?user=a@b',
  ])
    assert.is(maskByReference(URL_RULES, text), text);
});

test.run();
