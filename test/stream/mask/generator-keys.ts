// What the generator draws of private keys and of URLs that carry passwords.
import type { SecretKind } from './generator-kinds.ts';

const line = (name: string, ...templates: string[]): SecretKind => ({ name, group: 'exact', shape: 'line', templates });
const block = (name: string, ...templates: string[]): SecretKind => ({
  name,
  group: 'exact',
  shape: 'block',
  templates,
});

/** Spelt in pieces: no block of a key may stand in a source. */
const begin = (what: string) => `-----${'BEGIN'} ${what}-----`;
const end = (what: string) => `-----${'END'} ${what}-----`;
const pem = (what: string, start: string, bytes: number, lineEnd = '\n', width = 64) =>
  `${begin(what)}${lineEnd}\${pem:${start}:${bytes}:${lineEnd}:${width}}${lineEnd}${end(what)}`;
const RSA = 'RSA PRIVATE KEY';
const OPENSSH = 'OPENSSH PRIVATE KEY';
const SSH_START = 'b3BlbnNzaC1rZXktdjEAAAAA';

/** The same key with something at the beginning of each of its lines. */
function prefixed(prefix: (line: number) => string, what: string, lines: number): string {
  const all = [begin(what), ...Array.from({ length: lines }, () => '${b64:64}'), '${b64:22}${?==}', end(what)];
  return all.map((text, index) => prefix(index) + text).join('\n');
}

export const KEY_KINDS: readonly SecretKind[] = [
  block('key-rsa', pem(RSA, 'MIIEpAIBAAKCAQEA', 1190), pem(RSA, 'MIIJKQIBAAKCAgEA', 2350)),
  block('key-ec', pem('EC PRIVATE KEY', 'MHcCAQEEI', 121)),
  block('key-dsa', pem('DSA PRIVATE KEY', 'MIIBuw', 447)),
  block('key-openssh', pem(OPENSSH, SSH_START, 387, '\n', 70), pem(OPENSSH, SSH_START, 1800, '\n', 70)),
  block('key-pkcs8', pem('PRIVATE KEY', 'MIIEvQIBADANBg', 1218), pem('PRIVATE KEY', 'MC4CAQAwBQYDK2Vw', 48)),
  block('key-pkcs8-encrypted', pem('ENCRYPTED PRIVATE KEY', 'MIIFHDBO', 1300)),
  block(
    'key-rsa-encrypted',
    `${begin(RSA)}\n\${?Proc-Type: 4,ENCRYPTED}\n\${?DEK-Info: AES-128-CBC,}\${HEX:32}\n\n\${pem:MII:1192}\n${end(RSA)}`,
  ),
  block(
    'key-pgp',
    `${begin('PGP PRIVATE KEY BLOCK')}\n\n\${pem:lQOYB:1500}\n\${?=}\${b64:4}\n${end('PGP PRIVATE KEY BLOCK')}`,
    `${begin('PGP PRIVATE KEY BLOCK')}\nVersion: GnuPG v2\n\n\${pem:lQVYB:2500}\n\${?=}\${b64:4}\n${end('PGP PRIVATE KEY BLOCK')}`,
  ),
  line(
    'key-in-json',
    `  "private_key": "${pem('PRIVATE KEY', 'MIIEvQIBADANBg', 1218, '\\n')}\\n",`,
    `{"key":"${pem('EC PRIVATE KEY', 'MHcCAQEEI', 121, '\\n')}\\n","id":7}`,
    `  private_key: "${pem(OPENSSH, SSH_START, 387, '\\n', 70)}\\n"`,
  ),
  line('key-in-json-in-json', `{"log":"{\\"key\\":\\"${pem(RSA, 'MIIEpAIBAAKCAQEA', 1190, '\\\\n')}\\\\n\\"}\\n"}`),
  line('key-in-env', `TLS_KEY="${pem('PRIVATE KEY', 'MIIEvQIBADANBg', 1218, '\\n')}"`),
  block(
    'key-log-prefix',
    prefixed((n) => `2026-11-25T10:00:${10 + n}Z app[7]: `, RSA, 24),
  ),
  block(
    'key-pod-prefix',
    prefixed(() => '[pod/web-0/app] ', 'PRIVATE KEY', 24),
  ),
  block(
    'key-compose-prefix',
    prefixed(() => 'web-1  | ', OPENSSH, 6),
  ),
  block('key-yaml-indent', `tls:\n  key: |\n${prefixed(() => '    ', 'PRIVATE KEY', 24)}\n  enabled: true`),
  block(
    'key-diff',
    prefixed(() => '+', 'EC PRIVATE KEY', 2),
    prefixed(() => '-', RSA, 24),
  ),
  block(
    'key-cat-n',
    prefixed((n) => `${String(n + 1).padStart(6)}\t`, RSA, 24),
  ),
  block(
    'key-quoted',
    prefixed(() => '> ', OPENSSH, 6),
  ),
  block(
    'key-numbered',
    prefixed((n) => `${n + 1}:`, 'PRIVATE KEY', 24),
  ),
  block(
    'gcp-service-account',
    `{\n  "type": "service_account",\n  "project_id": "shop-prod",\n  "private_key_id": "\${!hex:40}",\n  "private_key": "${pem('PRIVATE KEY', 'MIIEvQIBADANBg', 1218, '\\n')}\\n",\n  "client_email": "\${?ci@shop-prod.iam.gserviceaccount.com}",\n  "client_id": "1\${!digit:20}",\n  "token_uri": "https://oauth2.googleapis.com/token"\n}`,
  ),
  block('age-key-file', '# created: 2026-11-25T10:00:00Z\n# public key: age1${!a-z0-9:58}\n${?AGE-SECRET-KEY-1}${age}'),
  block(
    'putty-key',
    'PuTTY-User-Key-File-3: ssh-ed25519\nEncryption: none\nComment: ci\nPublic-Lines: 2\n${!b64:64}\n${!b64:42}\nPrivate-Lines: 1\n${base64of:36}\nPrivate-MAC: ${?00}${hex:62}',
  ),
  block(
    'wireguard',
    '[Interface]\nPrivateKey = ${base64of:32}\nAddress = 10.8.0.2/24\n\n[Peer]\nPublicKey = ${!base64of:32}\nAllowedIPs = 0.0.0.0/0',
  ),
  line('jwk', '{"kty":"EC","crv":"P-256","x":"${!base64urlof:32}","y":"${!base64urlof:32}","d":"${base64urlof:32}"}'),
  block('key-without-end', `${begin(RSA)}\n\${pem:MIIEpA:600}\n\nnext line of text\nand another one`),
];

const PASSWORD = '${A-Za-z0-9_.~-:10-24}';

export const URL_KINDS: readonly SecretKind[] = [
  line(
    'url-postgres',
    `DATABASE_URL=postgres://app:${PASSWORD}@db.internal:5432/shop?sslmode=require`,
    `connecting to postgresql://app_rw:${PASSWORD}@10.0.0.7/shop`,
    `url: "postgres://app:${PASSWORD}@db-1.example.com/app"`,
    `engine = create_engine('postgresql+psycopg2://svc:${PASSWORD}@localhost:5432/app')`,
  ),
  line(
    'url-mysql',
    `mysql://root:${PASSWORD}@127.0.0.1:3306/app`,
    `mysql+pymysql://app:${PASSWORD}@db/app?charset=utf8mb4`,
  ),
  line(
    'url-mongodb',
    `mongodb+srv://admin:${PASSWORD}@cluster0.ab1cd.mongodb.net/prod?retryWrites=true`,
    `mongodb://u:${PASSWORD}@h1:27017,h2:27017/db?replicaSet=rs0`,
  ),
  line(
    'url-redis',
    `REDIS_URL=redis://:${PASSWORD}@cache.internal:6379/0`,
    `rediss://default:${PASSWORD}@r.example.com:6380`,
  ),
  line(
    'url-amqp',
    `amqp://guest:${PASSWORD}@rabbit:5672/%2Fvhost`,
    `BROKER_URL=amqps://svc:${PASSWORD}@mq.example.com/prod`,
  ),
  line(
    'url-https',
    `curl -s https://admin:${PASSWORD}@grafana.example.com/api/health`,
    `index-url = https://ci:${PASSWORD}@pypi.example.com/simple`,
    `http://user:${PASSWORD}@proxy.example.com:3128/`,
  ),
  line(
    'url-git',
    'https://oauth2:${alnum:40}@gitlab.example.com/team/repo.git',
    'origin\thttps://x-access-token:${alnum:36}@github.com/acme/shop.git (fetch)',
    'git clone https://${alnum:40}@github.com/acme/shop.git',
    "fatal: unable to access 'https://ci:${alnum:20}@git.example.com/shop.git/': The requested URL returned error: 403",
  ),
  line('url-ftp', `ftp://files:${PASSWORD}@ftp.example.com/pub/a.tgz`, `sftp://u1:${PASSWORD}@files.example.com:22/in`),
  line(
    'url-smtp',
    `SMTP_URL=smtp://mailer:${PASSWORD}@smtp.example.com:587`,
    `smtps://apikey:${PASSWORD}@smtp.example.net:465`,
  ),
  line(
    'url-ldap',
    `ldap://cn=admin:${PASSWORD}@ldap.example.com:389/dc=example`,
    `ldaps://reader:${PASSWORD}@ad.example.com`,
  ),
  line(
    'url-percent',
    'postgres://app:${alnum:6}${?%40}${alnum:5}${?%2F}${alnum:4}@db.internal/shop',
    'redis://u:${alnum:5}${?%23}${alnum:8}@cache:6379/1',
  ),
  line(
    'url-odd-password',
    'postgres://app:${A-Za-z0-9!$*+=:12-18}@db.internal:5432/shop',
    'mysql://app:${alnum:6}${?@}${alnum:6}@db.internal/shop',
    'amqp://svc:${alnum:5}${?:}${alnum:7}@mq/v',
  ),
  line(
    'url-jdbc',
    `jdbc:postgresql://db.internal:5432/shop?user=app&password=${PASSWORD}&ssl=true`,
    `spring.datasource.url=jdbc:mysql://db/shop?user=app&password=${PASSWORD}`,
    `jdbc:sqlserver://sql.example.com:1433;databaseName=shop;user=app;password=${PASSWORD};encrypt=true`,
  ),
  line(
    'url-query',
    'GET /v1/me?access_token=${alnum:40}&lang=en HTTP/1.1',
    'https://api.example.com/v2/items?api_key=${hex:32}&page=2',
    'https://maps.example.com/js?key=${?AIza}${b64url:35}&v=3',
    'https://hook.example.com/in?token=${alnum:32}',
    'https://login.example.com/cb?client_secret=${alnum:32}&state=1',
  ),
  line(
    'url-presigned',
    'https://b.s3.amazonaws.com/k.txt?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Date=20261125T100000Z&X-Amz-Expires=3600&X-Amz-Signature=${hex:64}',
    'https://b.s3.eu-west-1.amazonaws.com/k?X-Amz-Security-Token=${?IQoJ}${alnum:200-300}&X-Amz-SignedHeaders=host&X-Amz-Signature=${hex:64}',
  ),
  line(
    'dsn-keywords',
    `host=db.internal port=5432 user=app password=${PASSWORD} dbname=shop`,
    `app:${PASSWORD}@tcp(db.internal:3306)/shop?parseTime=true`,
  ),
  line(
    'odbc',
    `Server=tcp:sql.example.com,1433;Database=shop;User ID=app;Password=${PASSWORD};Encrypt=True;`,
    `Driver={PostgreSQL};Server=db;Uid=app;Pwd=${PASSWORD};`,
    `Data Source=sql01;Initial Catalog=shop;User Id=sa;Password=${PASSWORD};`,
  ),
  line('sentry-dsn', 'SENTRY_DSN=https://${?0123456789abcdef}:${hex:32}@o1.ingest.sentry.io/42'),
];
