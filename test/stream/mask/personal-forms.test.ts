// Personal data as people and programs write it, and hundreds of numbers and names that only look like it.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  CARD_RANGES,
  completeIban,
  IBAN_LENGTHS,
  isLuhn,
  NUMBERING_PLANS,
} from '../../../src/lib/stream/mask/checks/index.ts';
import { drawFrom } from '../../../src/lib/stream/mask/examples.ts';
import { PERSONAL_RULES } from '../../../src/lib/stream/mask/rules/personal.ts';
import { maskQuickly } from '../../helpers/mask-quickly.ts';

const mask = maskQuickly(PERSONAL_RULES);

const draw = drawFrom(4);
const digits = (count: number) => Array.from({ length: count }, () => draw(10)).join('');
const pick = <T>(list: readonly T[]): T => list[draw(list.length)] as T;

/** What stands around a value where programs print it: `•` is the value. */
const PLACES = [
  '•',
  'the value is • today',
  '"•"',
  '{"user":"•","ok":true}',
  'user: •\nok: true\n',
  'value=• next=1',
  'value=•, next=1; (•) [•]',
  '<td>•</td>',
  '| name | • |',
  'name\t•\t12',
  '2024-01-15T10:30:00Z INFO user • logged in',
  "insert into t values (1, '•', 2);",
  'a,•,b\n',
  '•.',
  '•: seen',
  'is it •?',
];

function holds(value: string, masked: string): void {
  for (const place of PLACES) {
    assert.is(mask(place.replaceAll('•', value)), place.replaceAll('•', masked), place.replaceAll('•', value));
  }
}

test('addresses of e-mail are masked whole, wherever they stand', () => {
  const locals = [
    'kim',
    'kim.lee',
    'kim_lee',
    'kim-lee',
    'k',
    'kim+news',
    'kim.lee+ci-1',
    'k1m',
    'KIM.LEE',
    '2kim',
    'kim%x',
  ];
  const domains = [
    'example.com',
    'mail.example.co.uk',
    'sub.sub.example.org',
    'EXAMPLE.COM',
    'example-company.io',
    '1and1.de',
    'x.museum',
    'xn--bcher-kva.example',
    'bücher.example',
    'почта.рф',
    '例え.jp',
    'users.noreply.github.com',
    'a.photography',
  ];
  for (const local of locals) for (const domain of domains) holds(`${local}@${domain}`, '[email]');
  holds('иван.петров@почта.рф', '[email]');
  holds('müller@example.de', '[email]');
  assert.is(mask('mailto:kim@example.com?subject=x'), 'mailto:[email]?subject=x');
  assert.is(mask('“kim@example.com” 写信给kim@example.com。'), '“[email]” 写信给[email]。');
  assert.is(mask('kim@example.com,lee@example.com;mo@example.com'), '[email],[email];[email]');
  assert.is(mask('kim@example.com...'), '[email]...');
});

test('an "@" alone makes no address', () => {
  for (const text of [
    'npm@10.2.1',
    'typescript@5.4.0-beta.2',
    'lodash@4.17.21, react@next, vue@latest',
    '@scope/pkg@1.0.0',
    '/@babel+core@7.24.0/node_modules/@babel/core',
    'golang.org/x/net@v0.24.0',
    'github.com/acme/tool@v1.2.3',
    'actions/checkout@v4',
    'image.png@2x.png icon@3x.webp logo@1.5x.png',
    'nginx@sha256:0123456789abcdef',
    'git@github.com:org/repo.git',
    'git@gitlab.example.com:group/project.git',
    'ssh://git@example.com:2222/x.git',
    'hg@hg.example.com',
    'root@web-1:~# ls',
    'deploy@ip-10-0-0-12:~$ whoami',
    'user@host',
    'user@localhost',
    'kim@laptop.local',
    'admin@server.internal',
    'deploy@web-1.example.com:~$ ls',
    'scp a.txt deploy@web-1.example.com:/srv/',
    'rsync -a x/ deploy@web-1.example.com:x/',
    'amqp://app@mq.example.com:5672/x',
    'java.lang.Object@1b6d3586',
    'com.acme.Service$Handler@7852e922',
    '@app.route("/x")\n@pytest.mark.skip\n@Override',
    'a@b diff @@ -1,2 +1,3 @@ x',
    'Started user@1000.service - User Manager.',
    'getty@tty1.service session@c1.scope',
    'kex: curve25519-sha256@libssh.org chacha20-poly1305@openssh.com',
    'ssh-ed25519-cert-v01@openssh.com umac-64-etm@openssh.com',
    'rijndael-cbc@lysator.liu.se',
    'build-bot@acme-prod.iam.gserviceaccount.com',
    '@kim @kim.lee thanks',
    'x@y.z',
    'price @ 3.50, 5@2.00',
    'serial@fe001000 cpu@0',
    'foo@bar.py2 foo@bar_baz.com_x',
    'user@.com @example.com user@example. user@-x.com',
    'user@example..com',
    'twitter.com/@kim',
  ]) {
    assert.is(mask(text), text);
  }
});

test('an address is masked before a path, a port and a password, a host is not', () => {
  for (const [text, masked] of [
    ['GET /users/kim.lee@example.com/orders 200', 'GET /users/[email]/orders 200'],
    ['https://example.com/u/kim.lee@example.org/edit', 'https://example.com/u/[email]/edit'],
    ['s3://bucket/kim@example.com/file', 's3://bucket/[email]/file'],
    ['sip:kim@example.com:5060, xmpp:kim@example.com/home', 'sip:[email]:5060, xmpp:[email]/home'],
    ['user:kim@example.com:x', 'user:[email]:x'],
    ['kim.lee@gmail.com:hunter2', '[email]:hunter2'],
    ['GET /u?email=kim.lee%40example.com&x=1', 'GET /u?email=[email]&x=1'],
  ] as const)
    assert.is(mask(text), masked);
  for (const text of [
    'deploy@web-1.example.com:22 rsync -a x deploy@web-1.example.com::module',
    'ssh://deploy@web-1.example.com/srv smbclient //kim@files.example.com/share',
    'https://kim:x@example.com/path https://user:kim@example.com:80/',
    'go/pkg/mod/golang.org/x/net@v0.24.0/http2 node_modules/.pnpm/vue@3.4.21/node_modules/vue',
    'https://unpkg.com/react@18.2.0/umd/react.js cdn/npm/%40scope%2Fpkg x%401.2.3',
  ])
    assert.is(mask(text), text);
});

test('what a string of JSON escapes stays before a value', () => {
  const number = card('4', 16);
  const account = completeIban('DE', digits(18));
  for (const [value, masked] of [
    ['kim.lee@example.com', '[email]'],
    [number, `[card]${number.slice(-4)}`],
    [grouped(number, ' '), `[card]${number.slice(-4)}`],
    [account, `DE[iban]${account.slice(-4)}`],
    ['123-45-6789', '[ssn]'],
    ['+49 30 901820', '[phone]'],
  ] as const) {
    for (const place of ['{"m":"x:\\n•\\r\\n"}', '"a\\t•\\tb"', '"\\r•"', '{"m":"{\\"a\\":\\"x\\\\n•\\"}"}'])
      assert.is(mask(place.replace('•', value)), place.replace('•', masked), place.replace('•', value));
  }
  assert.is(mask('"\\u003ckim@example.com\\u003e"'), '"\\u003c[email]\\u003e"');
  assert.is(mask('C:\\Users\\kim@example.com\\x'), 'C:\\Users\\[email]\\x');
});

test('the sign of a diff before a number stays, one within something longer is part of it', () => {
  const number = card('52', 16);
  const account = completeIban('PL', digits(24));
  for (const [value, masked] of [
    [number, `[card]${number.slice(-4)}`],
    [account, `PL[iban]${account.slice(-4)}`],
    ['123-45-6789', '[ssn]'],
    ['+49 30 901820', '[phone]'],
  ] as const) {
    for (const place of ['-•', '++•', '@@ -1 +1 @@\n-•\n', 'web-1  | -•', 'a.csv:12:-•', '"-•"'])
      assert.is(mask(place.replace('•', value)), place.replace('•', masked), place.replace('•', value));
    for (const place of ['id-•', '1-•', 'x+•', '+++•', '--+•', '.-•'])
      assert.is(mask(place.replace('•', value)), place.replace('•', value));
  }
  assert.is(mask(`+${number}`), `+[card]${number.slice(-4)}`);
  assert.is(mask(`%B${number}^ROE/JANE^2812101`), `%B[card]${number.slice(-4)}^ROE/JANE^2812101`);
  assert.is(mask(`B${number}`), `B${number}`);
});

/** Digits that end in their check digit. */
function card(prefix: string, length: number): string {
  for (;;) {
    const number = prefix + digits(length - prefix.length);
    if (isLuhn(number)) return number;
  }
}

const grouped = (text: string, separator: string) => (text.match(/.{1,4}/g) ?? []).join(separator);

test('numbers of cards keep their last four digits, in one run and in groups', () => {
  for (const [prefix, length] of [
    ['4', 16],
    ['51', 16],
    ['55', 16],
    ['2221', 16],
    ['2720', 16],
    ['6011', 16],
    ['644', 16],
    ['65', 16],
    ['3530', 16],
    ['62', 16],
    ['2202', 16],
    ['5018', 16],
    ['6759', 16],
  ] as const) {
    const number = card(prefix, length);
    holds(number, `[card]${number.slice(-4)}`);
    for (const separator of [' ', '-']) holds(grouped(number, separator), `[card]${number.slice(-4)}`);
  }
  for (const prefix of ['34', '37']) {
    const number = card(prefix, 15);
    holds(number, `[card]${number.slice(-4)}`);
    holds(`${number.slice(0, 4)} ${number.slice(4, 10)} ${number.slice(10)}`, `[card]${number.slice(-4)}`);
  }
  for (const prefix of ['36', '38', '300', '305']) {
    const number = card(prefix, 14);
    holds(number, `[card]${number.slice(-4)}`);
    holds(`${number.slice(0, 4)}-${number.slice(4, 10)}-${number.slice(10)}`, `[card]${number.slice(-4)}`);
  }
  // The numbers that payment services give to try with.
  for (const tried of [
    '4'.padEnd(16, '1'),
    '42'.repeat(8),
    '5'.repeat(12).padEnd(16, '4'),
    '4'.padEnd(15, '0').concat('2'),
  ]) {
    assert.ok(isLuhn(tried));
    holds(tried, `[card]${tried.slice(-4)}`);
    holds(grouped(tried, ' '), `[card]${tried.slice(-4)}`);
  }
  const number = card('4', 16);
  assert.is(mask(`${grouped(number, ' ')} 12/27 123`), `[card]${number.slice(-4)} 12/27 123`);
  assert.is(mask(`${number},12,27`), `[card]${number.slice(-4)},12,27`);
});

test('no number goes on over the end of a line that a program wrote', () => {
  for (const number of [
    grouped(card('4', 16), ' '),
    grouped(completeIban('DE', digits(18)), ' '),
    '+33 1 42 68 53 00',
    '+1 212-555-0132',
  ]) {
    const middle = number.lastIndexOf(' ');
    for (const end of ['\n', '\n ', '\r\n', '\n  ']) {
      const text = `${number.slice(0, middle)}${end}${number.slice(middle)}\n`;
      assert.is(mask(text), text, JSON.stringify(text));
    }
  }
});

test('a card that fails its check digit, or has no brand, stays', () => {
  for (let count = 0; count < 300; count++) {
    const { prefixes } = pick(CARD_RANGES);
    const prefix = String(pick(prefixes)[0]);
    const number = prefix + digits(16 - prefix.length);
    if (isLuhn(number)) continue;
    for (const written of [number, grouped(number, ' '), grouped(number, '-')]) assert.is(mask(written), written);
    const unknown = pick(['0', '1', '7', '9']) + digits(15);
    assert.is(mask(`order ${unknown}`), `order ${unknown}`);
  }
});

test('what has the digits of a card within something longer stays', () => {
  for (let count = 0; count < 30; count++) {
    const number = card('4', 16);
    for (const text of [
      `id-${number}`,
      `0.${number}`,
      `x${number}`,
      `${number}x`,
      `1${number}`,
      `${number}1`,
      `${number}_1`,
      `${number}-1`,
      `*${number}`,
    ])
      assert.is(mask(text), text);
  }
  for (const time of ['1700000000000', '1700000000000000', '1700000000000000000', '20240115103000', '1234567890123456'])
    assert.is(mask(time), time);
  assert.is(mask('0000000000000000 4444444444444444'), '0000000000000000 4444444444444444');
});

test('numbers of accounts of every country keep the country and the last four', () => {
  for (const [country, length] of IBAN_LENGTHS) {
    const number = completeIban(country, digits(length - 4));
    const masked = `${country}[iban]${number.slice(-4)}`;
    assert.is(mask(`to ${number}.`), `to ${masked}.`);
    assert.is(mask(`"${number}"`), `"${masked}"`);
    const spaced = grouped(number, ' ');
    assert.is(mask(`IBAN: ${spaced} EUR 12`), `IBAN: ${country}[iban]${spaced.slice(-4)} EUR 12`);
  }
  const british = completeIban('GB', `NWBK${digits(14)}`);
  holds(british, `GB[iban]${british.slice(-4)}`);
});

test('what has no account behind it stays', () => {
  for (const [country, length] of IBAN_LENGTHS) {
    const number = completeIban(country, digits(length - 4));
    const wrong = number.slice(0, 6) + String((Number(number[6]) + 1) % 10) + number.slice(7);
    assert.is(mask(wrong), wrong);
    assert.is(mask(`x${number}`), `x${number}`);
    assert.is(mask(`${number}9`), `${number}9`);
  }
  for (const text of ['DE1234', 'NO2 the end', 'IT41 GB29 FR76', 'SE12-3456', 'ES6 BE2 AT0', 'ISBN 978-3-16-148410-0'])
    assert.is(mask(text), text);
});

test('social security numbers are masked, numbers that were never given out are not', () => {
  for (let count = 0; count < 100; count++) {
    const number = `${100 + draw(500)}-${10 + draw(90)}-${1000 + draw(9000)}`;
    if (number.startsWith('666')) continue;
    holds(number, '[ssn]');
    for (const text of [
      `000${number.slice(3)}`,
      `666${number.slice(3)}`,
      `9${number.slice(1)}`,
      number.replace(/-..-/, '-00-'),
      number.replace(/....$/, '0000'),
      `1${number}`,
      `${number}1`,
      `${number}-1`,
      `1-${number}`,
      number.replaceAll('-', '.'),
    ])
      assert.is(mask(text), text);
  }
  for (const text of [
    '2024-01-15',
    '555-1234',
    '1-800-555-1234',
    '10-20-3000',
    '192-168-1-1',
    'v1.123-45-678',
    '12-345-6789',
  ])
    assert.is(mask(text), text);
});

test('telephone numbers of every country are masked, in one run and in groups', () => {
  for (const { countryCode, min, max } of NUMBERING_PLANS) {
    for (let length = min; length <= max; length++) {
      const national = `${1 + draw(9)}${'123456789'.repeat(2).slice(0, length - 1)}`;
      if (countryCode.length + length >= 10) {
        for (const place of ['•', 'call • now', '"•"', 'tel:•', 'phone=•,', '(•)', 'phone: •\n', '•.', '<•>'])
          assert.is(mask(place.replace('•', `+${countryCode}${national}`)), place.replace('•', '[phone]'));
      }
      if (countryCode.length + length >= 8) {
        for (const separator of [' ', '-', '.']) {
          const written = `+${countryCode}${separator}${national.slice(0, 2)}${separator}${national.slice(2)}`;
          assert.is(mask(`call ${written} now`), 'call [phone] now', written);
        }
      }
    }
  }
  for (const written of [
    '+1 (415) 555-0132',
    '+1 415-555-0132',
    '+1-415-555-0132',
    '+1.415.555.0132',
    '+1 415 555 0132',
    '+14155550132',
    '+1(415)555-0132',
    '+44 20 7946 0958',
    '+44 (0)20 7946 0958',
    '+44 7700 900123',
    '+49 30 901820',
    '+49 (0) 30 901820',
    '+49 (30) 901820',
    '+49 30/901820',
    '+49 151 23456789',
    '+33 1 23 45 67 89',
    '+33123456789',
    '+61 2 5550 1234',
    '+81 3-1234-5678',
    '+91 98765 43210',
    '+55 11 91234-5678',
    '+7 (495) 123-45-67',
    '+86 138 1234 5678',
    '+34 612 34 56 78',
    '+39 06 1234 5678',
    '+353 1 234 5678',
    '+41 44 668 18 00',
  ])
    holds(written, '[phone]');
});

test('a plus and digits alone are no telephone number', () => {
  for (const text of [
    '+1',
    '+1234',
    '+12345678',
    'x = a +12345678 - 3',
    'x+14155550132',
    '1+14155550132',
    '2024-01-15T10:30:00+02:00',
    'UTC+02:00 GMT+0100 +0200',
    'C++11 C++17 g++-12',
    '@@ -1234,5678 +1234,5679 @@',
    '5 files changed, +12345 -678',
    'main+1048576',
    'offset +1048576, +4294967296, +2147483648',
    '+999123456789 +0123456789',
    '+1 415',
    '+1 415 555 013',
    '+141555501321',
    '+49',
    '+1234567890123456789',
    '+100.000.000',
    '+3.5 +10% +1e10',
    '+1700000000',
    '+++++12',
    '+1-2-3',
    '+20240115',
    '+2026-11-29 12:00:00 started',
    '+2026/11/29 10:00:00 x',
    'order +2026112912 +202611291200',
    '+49.5 60.1 70.2 80.3',
    'n+14155550132',
  ])
    assert.is(mask(text), text);
});

test.run();
