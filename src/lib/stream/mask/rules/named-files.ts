// Files whose shape says what is secret in them: `.pgpass`, `.netrc`, hashes of passwords in `/etc/shadow`, `.htpasswd` and databases.
import { looksRandom } from '../checks/index.ts';
import type { Rule } from '../rule.ts';
import { LONGEST_NETRC, LONGEST_PGPASS, NetrcEntry, PgpassLine } from './named-file-lines.ts';

const HASH = '[./A-Za-z0-9]';
const PORTS = [
  '5432',
  '5433',
  '5434',
  '5435',
  '5436',
  '5437',
  '5438',
  '5439',
  '6432',
  '6543',
  '7432',
  '15432',
  '25432',
  '25060',
  '26257',
  '54320',
  '55432',
  '3306',
  '*',
];

export const NAMED_FILE_RULES: readonly Rule[] = [
  {
    name: 'pgpass',
    kind: 'password',
    family: 'named',
    anchors: PORTS.map((port) => `:${port}:`),
    maxLength: LONGEST_PGPASS,
    begin: ({ before }) => new PgpassLine(before),
    tests: {
      masks: [
        'db.internal:5432:shop:app:${alnum:20}\n*:*:*:backup:${alnum:16}',
        'localhost:5432:*:postgres:${weak}\n',
        '10.0.0.7:6432:shop:app:${alnum:6}${?\\:}${alnum:6}\n',
      ],
      leaves: [
        'src/main.c:5432:12:a:b',
        'src/main.c:5432:17: error: expected expression',
        'arn:aws:logs:*:*:log-group:/aws/lambda/x:*',
        'daemon:*:19700:0:99999:7:::',
        'tcp 0.0.0.0:5432:0:0:0',
        '- "5432:5432"\n- 127.0.0.1:5432:5432',
        'host:5432:db:user:<password>',
        'hostname:port:database:username:password',
        'jdbc:postgresql://db:5432:x',
      ],
    },
  },
  {
    name: 'netrc',
    kind: 'password',
    family: 'named',
    anchors: ['machine ', 'default login ', 'machine\t'],
    notBefore: '[A-Za-z0-9_-]',
    maxLength: LONGEST_NETRC,
    begin: ({ anchor }) => new NetrcEntry(anchor),
    tests: {
      masks: [
        'machine api.heroku.com\n  login ci@example\n  password ${alnum:36}\n',
        'machine github.com login acme-ci password ${weak}\nmachine b.example login x password ${alnum:12}\n',
        'default login anonymous password ${alnum:12}\n',
        'machine ftp.example.com password ${alnum:12} login u\n',
      ],
      leaves: [
        'machine learning login password',
        'the machine account password expires',
        'machine api.example.com login x password <password>',
        'virtual machine login: root',
        'machine 1 user password reset',
      ],
    },
  },
  {
    name: 'config-key',
    kind: 'named-secret',
    family: 'named',
    anchors: ['key = '],
    secret: '[A-Za-z0-9+/_-]{24,100}={0,2}',
    notAfter: '[^\\s]',
    isAmong: (before) => /^[>|\s\d]*key = $/.test(before),
    check: (value) => looksRandom(value) && !/^[0-9a-f]+$/.test(value) && !/^(?:ssh|ecdsa)-/.test(value),
    tests: {
      masks: ['[b2]\ntype = b2\naccount = 0012\nkey = ${alnum:31}\n'],
      leaves: ['key = value', 'cache key = ${!alnum:31}', 'key = getKeyFromTheStore()', 'key = ${!hex:40}'],
    },
  },
  {
    name: 'password-hash',
    kind: 'password-hash',
    family: 'named',
    anchors: ['$1$', '$5$', '$6$', '$apr1$', '$sha1$', '$md5$'],
    notBefore: '[A-Za-z0-9]',
    lead: '(?:rounds=\\d{1,9}\\$)?',
    secret: `${HASH}{1,16}\\$${HASH}{22,90}`,
    tests: {
      masks: [
        'root:$6$${alnum:10}${?$}${A-Za-z0-9./:86}:19700:0:99999:7:::',
        'alice:$apr1$${alnum:8}${?$}${A-Za-z0-9./:22}',
      ],
      leaves: ['echo "$1$2"', "awk '{print $5$6}'", 'root:!:19700:0:99999:7:::', 'x $1$abc$short'],
    },
  },
  {
    name: 'password-hash-bcrypt',
    kind: 'password-hash',
    family: 'named',
    anchors: ['$2a$', '$2b$', '$2y$', '$2x$'],
    lead: '\\d\\d\\$',
    secret: `${HASH}{53}`,
    tests: { masks: ['bob:$2y$05$${A-Za-z0-9./:53}'], leaves: ['$2b$10$...', '$2y$ is bcrypt'] },
  },
  {
    name: 'password-hash-modern',
    kind: 'password-hash',
    family: 'named',
    anchors: [
      '$y$',
      '$gy$',
      '$7$',
      '$argon2id$',
      '$argon2i$',
      '$argon2d$',
      '$scrypt$',
      '$pbkdf2-sha256$',
      '$pbkdf2-sha512$',
      'pbkdf2_sha256$',
      'pbkdf2_sha512$',
      'SCRAM-SHA-256$',
    ],
    notBefore: '[A-Za-z0-9]',
    secret: '[./A-Za-z0-9=,+_-]{1,60}(?:[$:][./A-Za-z0-9=,+_-]{8,120}){1,4}',
    check: (value) => value.length >= 40,
    tests: {
      masks: [
        'ci:$y$j9T$${A-Za-z0-9./:22}${?$}${A-Za-z0-9./:43}:20000:0:99999:7:::'.replace('j9T$', '${?j9T$}'),
        '$argon2id$${?v=19$m=65536,t=3,p=4}${?$}${b64:22}${?$}${b64:43}',
      ],
      leaves: ['$y$j9T$', 'pbkdf2_sha256$', '$argon2id$v=19$m=65536'],
    },
  },
  {
    name: 'password-hash-ldap',
    kind: 'password-hash',
    family: 'named',
    anchors: ['{SSHA}', '{SHA}', '{SSHA256}', '{SSHA512}', '{SMD5}', '{MD5}', '{PBKDF2}'],
    secret: '[A-Za-z0-9+/.$]{22,200}={0,2}',
    tests: {
      masks: ['userPassword: {SSHA}${b64:32}', 'bob:{SHA}${b64:27}='.replace('=', '${?=}')],
      leaves: ['{SSHA} is salted', 'password-hash {SSHA}'],
    },
  },
];
