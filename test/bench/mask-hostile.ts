// Texts that are meant to be slow to mask: runs, nested beginnings, candidates without end. 64 KiB each.
import type { Rule } from '../../src/lib/stream/mask/rule.ts';

export interface HostileText {
  readonly name: string;
  readonly bytes: Buffer;
}

const BYTES = 64 * 1024;

const fill = (part: string): Buffer => {
  const unit = Buffer.from(part);
  return Buffer.alloc(BYTES, unit);
};

const of = (name: string, bytes: Buffer | string): HostileText => ({
  name,
  bytes: typeof bytes === 'string' ? Buffer.from(bytes.slice(0, BYTES)) : bytes,
});

/** Wraps at every 80 columns, so that every newline is taken out again. */
const wrappedAt80 = (part: string): Buffer => fill(`${part.repeat(80).slice(0, 80)}\r\n`);

export function hostileTexts(): readonly HostileText[] {
  const begin = `${'-----BEGIN'} RSA PRIVATE KEY-----`;
  return [
    ...[
      'a',
      'A',
      '0',
      '1',
      '4',
      '9',
      '@',
      '-',
      '=',
      ':',
      '/',
      '.',
      '_',
      '+',
      ' ',
      '\t',
      '\n',
      '\r',
      '"',
      '\\',
      '\b',
      '\u001b',
      '\u0000',
      'ü',
      '\u200b',
    ].map((text) => of(`run of ${JSON.stringify(text)}`, fill(text))),
    ...[
      'ghp_',
      'eyJ',
      'eyJhbGciOi',
      'password=',
      'password: ',
      '"password":"',
      'token=',
      '://',
      'a://b:',
      'a@',
      'a@a.',
      'sk-',
      'xoxb-',
      'AKIA',
      begin,
      `${begin}\n`,
      '-----',
      '+49',
      '4111',
      '4111 ',
      '1-',
      '123-45-',
      'DE12',
      'data:\n  a: ',
      'kind: Secret\ndata:\n',
      '{"data":{"a":"',
      'Authorization: Bearer ',
      'Cookie: a=b; ',
      '\u001b[m',
      '\u001b[31ma',
      '\u001b]0;',
      '\u001b]0;a\u0007',
      '\u001bP',
      '\u001b[?1049h\u001b[?1049l',
      '\u001b[1;1H',
      '\u001b[1;1Ha',
      '\u001b[999999999;1H',
      '\u001b[5Aa',
      'a\b',
      'a\ra',
      '\r\n',
      'a\u001b[K',
      '\u001b[3',
      '\u009b',
      '\u001b7a\u001b8',
      '\u001b[L\u001b[M',
      '\u001b[S\u001b[T',
      '\u001b[5b',
      '\u001bc',
    ].map((text) => of(`${JSON.stringify(text.slice(0, 24))} again and again`, fill(text))),
    of('wrapped run of a', wrappedAt80('a')),
    of('wrapped run of digits', wrappedAt80('4111')),
    of('wrapped prefixes', wrappedAt80('ghp_')),
    of('wrapped a@', wrappedAt80('a@')),
    of('a key without end', `${begin}\n${'A'.repeat(BYTES)}`),
    of('a key of short lines', `${begin}\n${'AAAA\n'.repeat(BYTES / 4)}`),
    of('keys in keys', fill(`${begin}\nMIIEpAIB\n`)),
    of('a URL without end', `postgres://app:${'p'.repeat(BYTES)}`),
    of('URLs in URLs', fill('postgres://a:postgres://a:')),
    of('user parts', fill('a.b-c_d+e@')),
    of('a Secret without kind', `apiVersion: v1\ndata:\n${'  key: c2VjcmV0\n'.repeat(BYTES / 16)}`),
    of('a Secret in JSON without kind', `{"data":{${'"k":"c2VjcmV0",'.repeat(BYTES / 16)}`),
    of('nested JSON', fill('{"data":{"data":')),
    of('quotes', fill('password="\\"')),
    of('colour floods', fill('\u001b[1;2;3;4;5;6;7;38;2;1;2;3m')),
    of(
      'a colour in every letter of tokens',
      fill([...'ghp_abcdefghij'].map((letter) => `\u001b[31m${letter}`).join('')),
    ),
    of('digits by four', fill('4111 1111 1111 1111 ')),
    of('digits with hyphens', fill('4111-1111-1111-1112-')),
    of('phones', fill('+49 30 1234567')),
    of('ibans', fill('DE89 3704 0044 0532 0130 00 ')),
    of('links', fill('\u001b]8;;https://a:b@c/\u001b\\x')),
    of('names', fill('my_secret_token_password_key=x ')),
    of('names without value', fill('password ')),
    of('jwt beginnings', fill('eyJhbGciOiJIUzI1NiJ9.')),
  ];
}

const FOLLOWERS = ['a', '0', 'aB3-', '.', ' '];

/** Every anchor repeated, and followed by runs: as far apart as is worst. */
export function* spreadTexts(rules: readonly Rule[]): Generator<HostileText> {
  const anchors = new Set(rules.flatMap((rule) => rule.anchors));
  for (const anchor of anchors) {
    yield of(`${JSON.stringify(anchor)} repeated`, fill(anchor));
    for (const follower of FOLLOWERS) {
      yield of(
        `${JSON.stringify(anchor)} and a run of ${JSON.stringify(follower)}`,
        `${anchor}${follower.repeat(BYTES)}`,
      );
      yield of(
        `${JSON.stringify(anchor)} with ${JSON.stringify(follower)} again and again`,
        fill(`${anchor}${follower.repeat(12)}`),
      );
    }
  }
}
