// Secrets in URLs and connection strings: the user part, query parameters that sign or open something, DSNs without a scheme.
// Parameters with telling names (`password=`, `access_token=`) are found by their names; see named-rules.ts.
import { isPlaceholder, looksRandom } from '../checks/index.ts';
import type { Rule } from '../rule.ts';
import { isWord, LONGEST_USER_PART, UserPart } from './urls-user-part.ts';

const isDrawn = (value: string) =>
  (looksRandom(withoutCodes(value)) || /^[0-9a-f]{32,}$/i.test(value)) && !isPlaceholder(value);
const withoutCodes = (value: string) => (value.includes('%') ? value.replace(/%[0-9A-Fa-f]{2}/g, '/') : value);
const parameter = (...names: string[]) =>
  names.flatMap((name) => ['?', '&', '&amp;', '\\u0026', ';'].map((sign) => `${sign}${name}=`));

const VALUE = '[A-Za-z0-9%_+/=.~:-]';

export const URL_RULES: readonly Rule[] = [
  {
    name: 'url-user-part',
    kind: 'url-password',
    family: 'url',
    anchors: ['://'],
    maxLength: LONGEST_USER_PART,
    begin: ({ before }) => new UserPart(before),
    tests: {
      masks: [
        'DATABASE_URL=postgres://app:${alnum:16}@db.internal:5432/shop?sslmode=require\n',
        'mongodb+srv://admin:${A-Za-z0-9!$*+=:18}@cluster0.mongodb.net/prod',
        'redis://:${alnum:20}@cache:6379/0',
        'mysql://app:${alnum:6}${?@}${alnum:6}@db.internal/shop',
        'amqp://svc:${alnum:5}${?:}${alnum:7}@mq/v',
        'postgres://app:${?ab/}${alnum:9}${?/}${alnum:9}@db/shop',
        'git clone https://${alnum:40}@github.com/acme/shop.git',
        "fatal: unable to access 'https://ci:${alnum:20}@git.example.com/shop.git/': error: 403",
        'ftp://files:${alnum:6}${?%40}${alnum:6}@ftp.example.com/pub',
        'https://${hex:32}:@api.example.com/v1',
        'https://${alnum:40}:x-oauth-basic@github.com/a/b',
        'smtps://apikey:${weak}@smtp.example.net:465',
        "postgres://app:${alnum:6}${?'}${alnum:7}@db.internal/shop",
        'redis://:${alnum:5}${?|}${alnum:9}@cache/0',
        'mysql://app:${?;}${alnum:14}@db/shop',
        'mongodb://app:${?(}${alnum:12}${?)}@db/shop',
        'amqp://app:${?#}${alnum:15}@mq/v',
      ],
      leaves: [
        'git@github.com:org/repo.git',
        'ssh://git@github.com/org/repo.git',
        'http://localhost:8080/a@b',
        'http://a.example:3000,http://b.example:3000 c@d',
        'https://medium.com/@someone/title-${!hex:12}',
        'https://user:password@example.com/',
        'https://user:pass@example.com/',
        'https://user:<password>@example.com/',
        'https://user:${?$}{PASSWORD}@example.com/',
        'https://$USER:$PASS@example.com/',
        'postgres://postgres@localhost/db',
        'https://${!hex:32}@o1.ingest.sentry.io/42',
        'see [docs](https://example.com:8443) or mail me@example.com',
        'oci://registry.example.com/app@sha256:${!hex:64}',
        'https://unpkg.com/@scope/pkg@1.2.3/dist/a.js',
        'http://[::1]:8080/x@y',
        "fetch('http://localhost:8080','me@example')",
        '|http://a.example:80|me@b|',
        'http://a.example:/path/of/a/file@2',
        "see 'http://a.example:port' or c@d",
        'npm:@scope/pkg@1.2.3',
      ],
    },
  },
  {
    name: 'dsn-password',
    kind: 'url-password',
    family: 'url',
    // All of one length, which `keep` leaves readable with the character after it.
    anchors: ['@tcp(', '@unix', '@tcp4', '@tcp6'],
    before: { class: '[A-Za-z0-9!#$%&*+,./;=?^_~@-]', min: 3, max: 100 },
    notBefore: '[^:]',
    secret: '[^\\s]',
    keep: { last: 6 },
    check: (found) => !isWord(found.slice(0, -6)),
    confirmedByEnd: true,
    tests: {
      masks: ['app:${alnum:12}@tcp(db.internal:3306)/shop?parseTime=true', '"root:${weak}@unix(/run/mysqld.sock)/x"'],
      leaves: ['user@tcp(db:3306)/x', 'app:${?$}PASS@tcp(db)/x', '${?%}s:${?%}s@tcp(%s)/%s'],
    },
  },
  {
    name: 'url-signature',
    kind: 'url-signature',
    family: 'url',
    anchors: [
      ...parameter(
        'sig',
        'signature',
        'Signature',
        'hmac',
        'X-Goog-Signature',
        'x-goog-signature',
        'X-Oss-Signature',
        'q-signature',
        'auth_sig',
      ),
      'X-Amz-Signature=',
      'x-amz-signature=',
      'X-Amz-Signature%3D',
    ],
    secret: `${VALUE}{16,1000}`,
    check: isDrawn,
    tests: {
      masks: [
        'https://b.s3.amazonaws.com/k.txt?X-Amz-Date=20261125T100000Z&X-Amz-Signature=${hex:64}&x=1',
        'https://acct.blob.core.windows.net/c/f.txt?sv=2024-01-01&se=2026-12-31&sr=b&sp=r&sig=${b64:43}${?%3D}',
        'https://d1.cloudfront.net/a?Expires=1700000000&Signature=${b64url:120}${?__}&Key-Pair-Id=K${!uppernum:13}',
      ],
      leaves: [
        'https://example.com/?sig=<signature>',
        '?signature=none&x=1',
        '&sig=%s',
        '?sig=your-signature-goes-here',
      ],
    },
  },
  {
    name: 'url-key',
    kind: 'url-key',
    family: 'url',
    anchors: parameter(
      'key',
      'code',
      'auth',
      'apiKey',
      'jwt',
      'ticket',
      'sid',
      'session',
      'sessionid',
      'session_id',
      'assertion',
      'client_assertion',
      'SAMLResponse',
      'SAMLRequest',
      'otp',
      'subscription-key',
    ),
    secret: `${VALUE}{20,4000}`,
    check: isDrawn,
    tests: {
      masks: [
        'https://maps.example.com/js?key=${alnum:39}&v=3',
        'GET /callback?code=${b64url:43}&state=1 HTTP/1.1',
        'https://fn.azurewebsites.net/api/f?code=${b64url:54}${?==}',
      ],
      leaves: [
        '/search?key=getting-started-with-things',
        '?code=invalid_request_parameters',
        '&key=AIzaSy...',
        '?key=name-of-the-customer-or-company&x=1',
        '/x?code=1234',
      ],
    },
  },
];
