// Addresses of e-mail. What has an "@" may be an account on a host as well: what stands around it tells.
import { isEmail, isForeignEmail } from '../checks/index.ts';
import type { PatternRule } from '../rule.ts';

/** A character of a label: ASCII, or a letter of two or three bytes of UTF-8 (no punctuation of East Asian texts). */
const WIDE = '[\\xe4-\\xed][\\x80-\\xbf][\\x80-\\xbf]|\\xe3[\\x81-\\x83][\\x80-\\xbf]';
const LETTER = `(?:[A-Za-z0-9]|[\\xc3-\\xd4][\\x80-\\xbf]|${WIDE})`;
const LABEL = `(?:${LETTER}|-){1,80}`;
const TOP_LEVEL = `(?:[A-Za-z]{2,24}|xn--[A-Za-z0-9-]{2,40}|(?:[\\xc3-\\xd4][\\x80-\\xbf]){2,20}|(?:${WIDE}){2,8})`;
const NAME = `(?:${LABEL}\\.){1,6}${TOP_LEVEL}`;
/** What makes it none where it follows (a port, a host's path, more of a name): it is read, too, so that the check refuses it. */
const MORE = '(?:[A-Za-z0-9_@-]|:[^ \\t\\r\\n"\'<>,;)\\]}]|\\.[A-Za-z0-9])?';
const LOCAL = 'A-Za-z0-9._%+-';

/**
 * Behind these it is an account on a host: `ssh -p 2222 deploy@web-1.example.com uptime`, `https://ci:xxxx@host.example.com`,
 * `smbclient //kim@files.example.com/share`.
 */
const ACCOUNT =
  /(?:^|[\s;|&(`'"])(?:ssh|sftp|mosh|autossh|ssh-copy-id)(?:\s+-\w+(?:[ =][\w./:=~-]{1,60})?){0,6}\s+["']?$|:\/\/[^\s/?#"'<>]*$|(?:^|\s)\/\/[^\s/?#"'<>]*$/;

/** Behind these it is an address, whatever follows: `sip:kim@example.com:5060`, `user:kim@example.com:x`. */
const NAMED =
  /(?:^|[^A-Za-z])(?:e-?mail|mail|mailto|sips?|xmpp|jid|user|username|account|customer|contact)["']?[:=] ?["']?$/i;

const email = {
  kind: 'email',
  family: 'personal',
  confirmedByEnd: true,
  anchors: ['@'],
  secret: `${NAME}${MORE}`,
  before: { class: `[${LOCAL}]`, min: 1, max: 64 },
  check: isEmail,
  isAmong: (line: string) => !ACCOUNT.test(line),
} as const;

/** In a string of JSON: `"to:\nkim@example.com"`, `"\u003ckim@example.com\u003e"`. What is escaped stays. */
const ESCAPES = [
  { name: 'white-space', pattern: /^[nrt]/, length: 1, example: '{"to":"\\n${email}\\r\\n\\t${email}\\n"}' },
  { name: 'character', pattern: /^u00[0-9a-f]{2}/i, length: 5, example: '"Kim \\u003c${email}\\u003e"' },
] as const;

/** Only where a backslash stands before it. */
const ESCAPED = { notBefore: '[^\\\\]', isAmong: (line: string) => line.endsWith('\\') } as const;

const ESCAPED_RULES: readonly PatternRule[] = ESCAPES.map(({ name, pattern, length, example }) => ({
  ...email,
  ...ESCAPED,
  name: `email-behind-escaped-${name}`,
  check: (text) => pattern.test(text) && isEmail(text.slice(length)),
  keep: { first: length },
  tests: {
    masks: [example],
    leaves: [
      `${example.slice(0, -1).replaceAll('${email}', 'git@github.com')}:org/repo.git"`,
      'n@example.com u003c@example.com',
    ],
  },
}));

export const EMAIL_RULES: readonly PatternRule[] = [
  {
    ...email,
    name: 'email',
    notBefore: `[\\\\${LOCAL}]`,
    tests: {
      masks: [
        'mail to ${email} today',
        '${email}: is it ${email}? ${email}.',
        '<${email}>, "${email}"; mailto:${email}',
        'Author: Kim <${email}>\n',
        'GET /users/${email}/orders 200, s3://mail/${email}/inbox',
      ],
      leaves: [
        'npm@10.2.1 and @scope/pkg@1.0.0, logo@2x.png',
        'git@github.com:org/repo.git',
        'amqp://app@db.example.com:5432/app ssh://git@example.com/x user@host.example.com_1',
        'root@web-1:~# user@host.example.com:~$ scp a user@host.example.com:/srv',
        'Ciphers chacha20-poly1305@openssh.com,aes256-gcm@openssh.com',
        'Started user@1000.service, getty@tty1.service.',
        'ssh -i key.pem -p 2222 deploy@web-1.example.com uptime; https://kim@host.example.com https://ci:xxxx@example.com',
        'smbclient //kim@files.example.com/share, mod/golang.org/x/net@v0.24.0/http2 .pnpm/vue@3.4.21/node_modules',
        'java.lang.Object@1b6d3586 @app.route("/") a@b',
      ],
    },
  },
  ...ESCAPED_RULES,
  {
    ...email,
    ...ESCAPED,
    name: 'email-behind-backslash',
    check: (text) => !ESCAPES.some(({ pattern }) => pattern.test(text)) && isEmail(text),
    tests: {
      masks: ['C:\\Users\\${a-m:6}${?.lee@example.com}\\x'],
      leaves: ['CORP\\git@github.com:org/repo.git', '\\@example.com'],
    },
  },
  {
    ...email,
    name: 'email-named',
    notBefore: '[^:="\' ]',
    secret: NAME,
    notAfter: '[A-Za-z0-9_@-]',
    isAmong: (line) => NAMED.test(line) && !ACCOUNT.test(line),
    tests: {
      masks: ['sip:${email}:5060 xmpp:${email}/home', 'user:${email}:x {"email": "${email}:x"} mail=${email}:8'],
      leaves: [
        'deploy@web-1.example.com:~$ ls',
        'scp user.txt deploy@web-1.example.com:/srv',
        'user: npm@10.2.1 https://user:word@example.com:80/',
      ],
    },
  },
  {
    ...email,
    name: 'email-of-a-provider',
    notBefore: `[\\\\${LOCAL}]`,
    // Nobody has an account of a shell there: what follows is a password, as lists of stolen ones have it.
    secret:
      '(?:gmail|googlemail|yahoo|hotmail|outlook|live|msn|icloud|me|aol|protonmail|proton|gmx|web|mail|yandex|qq|163)\\.(?:com|net|me|de|fr|co\\.uk|ru|ch|at)',
    notAfter: '[A-Za-z0-9_@.-]',
    tests: {
      masks: ['${lower:6}${?.roe@gmail.com}:x1 ${lower:6}${?@web.de}|x'],
      leaves: ['kim@gmail.community kim@gmail', 'https://kim@mail.com/x'],
    },
  },
  {
    ...email,
    name: 'email-percent-encoded',
    anchors: ['%40'],
    notBefore: `[${LOCAL}]`,
    secret: NAME,
    notAfter: '[A-Za-z0-9_-]',
    check: (text) => isEmail(text.replace('%40', '@')),
    isAmong: () => true,
    tests: {
      masks: ['GET /u?email=${lower:6}${?.roe%40example.com}&x=1'],
      leaves: ['/%40scope%2Fpkg a%401.2.3 x%40y', 'q=%40example.com'],
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
