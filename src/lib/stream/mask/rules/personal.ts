// Personal data: addresses of e-mail, numbers of cards, accounts, persons and telephones. All of them are confirmed by
// their end, so that what only begins like one is shown.
import { isEmail, isForeignEmail, isSsn } from '../checks/index.ts';
import type { PatternRule, Rule } from '../rule.ts';
import { CARD_RULES } from './personal-cards.ts';
import { IBAN_RULES } from './personal-ibans.ts';
import { PHONE_RULES } from './personal-phones.ts';

/** A character of a label: ASCII, or a letter of two or three bytes of UTF-8 (no punctuation of East Asian texts). */
const WIDE = '[\\xe4-\\xed][\\x80-\\xbf][\\x80-\\xbf]|\\xe3[\\x81-\\x83][\\x80-\\xbf]';
const LETTER = `(?:[A-Za-z0-9]|[\\xc3-\\xd4][\\x80-\\xbf]|${WIDE})`;
const LABEL = `(?:${LETTER}|-){1,80}`;
const TOP_LEVEL = `(?:[A-Za-z]{2,24}|xn--[A-Za-z0-9-]{2,40}|(?:[\\xc3-\\xd4][\\x80-\\xbf]){2,20}|(?:${WIDE}){2,8})`;
/** What makes it none where it follows (a port, a path, more of a name): it is read, too, so that the check refuses it. */
const MORE = '(?:[A-Za-z0-9_@-]|[:\\/][^ \\t\\r\\n"\'<>,;)\\]}]|\\.[A-Za-z0-9])?';
const DOMAIN = `(?:${LABEL}\\.){1,6}${TOP_LEVEL}${MORE}`;
const LOCAL = 'A-Za-z0-9._%+-';

/** Behind these it is an account on a host: `ssh -p 2222 deploy@web-1.example.com uptime`, `https://ci:xxxx@host.example.com`. */
const ACCOUNT =
  /(?:^|[\s;|&(`'"])(?:ssh|sftp|mosh|autossh|ssh-copy-id)(?:\s+-\w+(?:[ =][\w./:=~-]{1,60})?){0,6}\s+["']?$|:\/\/[^\s/?#"'<>]*$/;

const email = {
  kind: 'email',
  family: 'personal',
  confirmedByEnd: true,
  anchors: ['@'],
  secret: DOMAIN,
  before: { class: `[${LOCAL}]`, min: 1, max: 64 },
  notBefore: `[${LOCAL}]`,
  check: isEmail,
  isAmong: (line: string) => !ACCOUNT.test(line),
} as const;

const EMAIL_RULES: readonly PatternRule[] = [
  {
    ...email,
    name: 'email',
    tests: {
      masks: [
        'mail to ${email} today',
        '${email}: is it ${email}? ${email}.',
        '<${email}>, "${email}"; mailto:${email}',
        'Author: Kim <${email}>\n',
      ],
      leaves: [
        'npm@10.2.1 and @scope/pkg@1.0.0, logo@2x.png',
        'git@github.com:org/repo.git',
        'amqp://app@db.example.com:5432/app ssh://git@example.com/x user@host.example.com_1',
        'root@web-1:~# user@host.example.com:~$ scp a user@host.example.com:/srv',
        'Ciphers chacha20-poly1305@openssh.com,aes256-gcm@openssh.com',
        'Started user@1000.service, getty@tty1.service.',
        'ssh -i key.pem -p 2222 deploy@web-1.example.com uptime; https://kim@host.example.com https://ci:xxxx@example.com',
        'java.lang.Object@1b6d3586 @app.route("/") a@b',
      ],
    },
  },
  {
    ...email,
    name: 'email-of-other-scripts',
    before: { class: `[\\x80-\\xf4${LOCAL}]`, min: 2, max: 100 },
    notBefore: `[\\x80-\\xf4${LOCAL}]`,
    check: isForeignEmail,
    tests: {
      masks: [
        'to ${?\xd0\xb8\xd0\xb2\xd0\xb0\xd0\xbd@}${lower:9}${?.example}',
        '<${lower:4}${?\xc3\xbc}${lower:5}${?@\xd0\xbf\xd0\xbe.\xd1\x80\xd1\x84}>',
      ],
      leaves: ['\xe9\x82\xae\xe7\xae\xb1git@github.com', '\xe2\x80\x9ca@b\xe2\x80\x9d'],
    },
  },
];

const SSN_RULES: readonly PatternRule[] = [
  {
    name: 'us-social-security-number',
    kind: 'ssn',
    family: 'personal',
    confirmedByEnd: true,
    anchors: Array.from({ length: 99 }, (_, group) => `-${String(group + 1).padStart(2, '0')}-`),
    before: { class: '[0-9]', min: 3, max: 3 },
    notBefore: '[0-9A-Za-z_./+-]',
    secret: '[0-9]{4}',
    notAfter: '[0-9A-Za-z_-]',
    check: isSsn,
    tests: {
      masks: ['SSN: ${ssn}', 'ssn=${ssn}, "${ssn}".'],
      leaves: [
        '000-12-3456 666-12-3456 912-34-5678',
        '123-00-4567 123-45-0000',
        '2024-01-15 555-1234 1123-45-6789 123-45-6789-1',
      ],
    },
  },
];

export const PERSONAL_RULES: readonly Rule[] = [
  ...EMAIL_RULES,
  ...CARD_RULES,
  ...IBAN_RULES,
  ...SSN_RULES,
  ...PHONE_RULES,
];
