// Every telling name in every shape that gives it a value: with secrets, and with values that are none.
import type { BenignKind } from './generator-benign.ts';
import type { SecretKind } from './generator-kinds.ts';

const PASSWORD_NAMES = [
  ...[
    'DB_PASSWORD',
    'PGPASSWORD',
    'adminPassword',
    'admin-password',
    'root_password',
    'SMTP_PASS',
    'ldap.bind.password',
  ],
  ...[
    'keystorePassword',
    'passphrase',
    'SSH_PASSPHRASE',
    'userPasswd',
    'MYSQL_PWD',
    'new_password',
    'password',
    'Password',
  ],
  ...[
    'wifi_password',
    'PASSWORD_PROD',
    'spring.datasource.password',
    'passwd',
    'DB_PASS',
    'redisPassword',
    'BACKUP_PASSWORD_2',
  ],
] as const;
const TOKEN_NAMES = [
  ...[
    'CLIENT_SECRET',
    'clientSecret',
    'client-secret',
    'appSecret',
    'SECRET_KEY',
    'secretKey',
    'JWT_SECRET',
    'session_secret',
  ],
  ...['apiKey', 'API_KEY', 'api-key', 'STRIPE_API_KEY', 'access_token', 'accessToken', 'ACCESS_TOKEN', 'refresh_token'],
  ...[
    'authToken',
    'AUTH_TOKEN',
    'bot_token',
    'DEPLOY_TOKEN',
    'SONAR_TOKEN',
    'encryptionKey',
    'ENCRYPTION_KEY',
    'master_key',
  ],
  ...[
    'webhookSecret',
    'signing_secret',
    'VAULT_TOKEN',
    'private_token',
    'consumer_secret',
    'secret_access_key',
    'aes-key',
  ],
] as const;

/** `N` is the name, `V` the value; the first character of a value is never one that a shell or a format would take away. */
const SHAPES = {
  assignment: [
    'N=V',
    'export N=V',
    'N="V"',
    "export N='V'",
    'N=V ./run.sh --all',
    'declare -x N="V"',
    'echo N=V >> .env',
  ],
  colon: ['N: V', '  N: V', 'N: "V"', "    N: 'V'", '- N: V', 'N:  V # keep', '  - N=V'],
  json: ['"N": "V"', '{"N":"V"}', '{"a":1,"N":"V","b":[2]}', '  "N": "V",', '{"auth":{"N":"V"},"x":null}'],
  'json-escaped': ['"{\\"N\\":\\"V\\"}"', '{"m":"{\\"a\\": 1, \\"N\\": \\"V\\"}"}'],
  dictionary: ["'N': 'V',", "{'N': 'V', 'port': 5432}", "'N' => 'V',", '"N" => "V"', ':N => "V"', "['N'] = 'V';"],
  spaced: ['N = V', 'N = "V"', "N = 'V'", 'N   = "V"', 'N := "V"', 'config.N = "V"', 'self.N = "V"', 'this.N = "V";'],
  typed: [
    'const N = "V";',
    "let N = 'V';",
    'var N: string = "V"',
    'String N = "V";',
    'final String N = "V";',
    'N: str = "V"',
    'val N = "V"',
    'static const char *N = "V";',
  ],
  flag: [
    'tool --N=V',
    'tool --N V --verbose',
    'tool --N="V" x',
    "tool --N 'V'",
    'java -DN=V -jar a.jar',
    'docker build --build-arg N=V .',
    'docker run -e N=V img',
    'docker run --env N=V img',
    'helm upgrade x y --set N=V',
    'ansible-playbook p.yml -e N=V',
  ],
  xml: [
    '<N>V</N>',
    '  <N>V</N>',
    '<add key="N" value="V"/>',
    '<property name="N" value="V"/>',
    '<entry key="N">V</entry>',
    '<x N="V" y="1"/>',
  ],
  pair: [
    '{"name":"N","value":"V"}',
    '{"name": "N", "value": "V"},',
    '- name: N\n  value: V',
    '- name: N\n  value: "V"',
    '{"key":"N","value":"V"}',
    '{"Key": "N", "Value": "V"}',
  ],
  environment: [
    'os.environ["N"] = "V"',
    "process.env.N = 'V';",
    '$env:N = "V"',
    'set N=V',
    'setenv N V',
    'ENV N=V',
    'ENV N V',
    'ARG N=V',
    'Environment="N=V"',
    'env = ["N=V", "A=b"]',
    'putenv("N=V");',
    'fly secrets set N=V',
    'heroku config:set N=V',
    'gh secret set N --body "V"',
  ],
  log: [
    'level=info N=V user=app',
    'connected (N=V)',
    'INFO using N=V for host db',
    '[debug] N: V',
    'params: {N: "V"}',
    'request body: N=V&user=app',
    'user=app&N=V',
    'user=app;N=V;x=1',
    'N=V, host=db',
  ],
  table: ['| N | V |', '| N         | V      | x |', 'N    V', '│ N │ V │'],
} as const;

/** Random as programs draw them; a space within only where quotes are. */
const STRONG = [
  '${alnum:24}',
  '${hex:32}',
  '${A-Za-z0-9_-:20-40}',
  '${base64of:32}',
  '${alnum:3}${A-Za-z0-9!@%^*+=?~_.-:12}${alnum:4}',
  '${lowernum:20}',
];
const PERSONS = [
  '${weak}',
  '${alnum:5}${@!%+=~_-:2}${alnum:5}',
  '${alnum:10}',
  '${letters:6}${digit:3}',
  '${a-z:5}-${a-z:6}-${a-z:4}-${digit:2}',
];

const HARMLESS = [
  ...[
    '',
    '<password>',
    '<your-token>',
    '${?${VALUE}}',
    '$VALUE',
    '${?$(cat /run/secrets/value)}',
    '********',
    'xxxxxxxx',
  ],
  ...[
    'YOUR_API_KEY',
    'your-password-here',
    'REPLACE_ME',
    '[REDACTED]',
    '<redacted>',
    '***',
    '...',
    '/run/secrets/value',
  ],
  ...[
    '{{ .Values.auth.value }}',
    '{{ value }}',
    '%VALUE%',
    '${?${{ secrets.VALUE }}}',
    '<set-me>',
    '[masked]',
    '[secret:3f2a]',
  ],
] as const;
const QUOTED_SHAPES = [
  'N="V"',
  'N: "V"',
  '"N": "V"',
  '{"N":"V"}',
  'N = "V"',
  "'N': 'V',",
  "N = 'V'",
  '<N>V</N>',
  '| N | V |',
  'N=V',
  'export N="V"',
  '--N="V"',
  '{"name":"N","value":"V"}',
];
/** What stands where a value would, and is code. */
const CODE = [
  ...[
    'N = process.env.VALUE',
    'N = os.environ["VALUE"]',
    'N = os.getenv("VALUE")',
    'N: process.env.VALUE,',
    'N = config.get("value")',
    'N := os.Getenv("VALUE")',
    'N = None',
    'N: null',
    'N: undefined,',
    'N = ""',
  ],
  ...[
    'N: string;',
    'N?: string',
    'N: str',
    'N: String,',
    'N = Column(String(64))',
    'N = input("value: ")',
    'N = getpass()',
    'N = readValue()',
    'N = await fetchValue();',
    'N = request.form["value"]',
    'N = var.value',
    'N = data.vault.value',
    'N: !Ref Value',
    'N = sys.argv[1]',
    'N = value',
    'if (!N) return;',
    'if N is None:',
    'print(N)',
    'N.length',
    'delete(N)',
    'func(N, x)',
    '@N',
    'N == other',
    'N != ""',
    'N VARCHAR(255)',
    'N text NOT NULL',
    'N: required',
    'N: true',
    'N: false',
    '"N": null,',
    '"N": false',
    '"N": {"type": "string"}',
    '"N": 0',
    'the N is not set',
    'invalid N',
    'unset N',
    'N_FILE=/run/secrets/x',
    'N: *default',
    'N=None',
    'missing N in request',
    'N must not be empty',
    'see N for more',
    'N, err := read()',
  ],
];

export const MATRIX_KINDS: readonly SecretKind[] = Object.entries(SHAPES).map(([shape, templates]) => ({
  name: `matrix-${shape}`,
  group: 'named',
  shape: 'line',
  templates: [
    ...crossed(PASSWORD_NAMES, templates, [...STRONG, ...PERSONS]),
    ...crossed(TOKEN_NAMES, templates, STRONG),
  ].filter(isWritten),
}));

export const BENIGN_MATRIX: readonly BenignKind[] = [
  { name: 'matrix-harmless', templates: spread(crossed([...PASSWORD_NAMES, ...TOKEN_NAMES], QUOTED_SHAPES, HARMLESS)) },
  { name: 'matrix-code', templates: spread(crossed([...PASSWORD_NAMES, ...TOKEN_NAMES], CODE, [''])) },
];

function crossed(names: readonly string[], shapes: readonly string[], values: readonly string[]): string[] {
  return names.flatMap((name) =>
    shapes.flatMap((shape) =>
      values.map((value) =>
        shape.replace(/(?<![A-Za-z])N(?![A-Za-z])|(?<=-D)N(?==)|\bV\b/g, (part) => (part === 'V' ? value : name)),
      ),
    ),
  );
}

/** Names with dots or hyphens are no identifiers, and no tags. */
function isWritten(template: string): boolean {
  return (
    !/^(?:export |declare -x |let |const |var |String |final |val |setenv |set |\$env:|ENV |ARG )[\w$]*[.-]\w/.test(
      template,
    ) && !/:[a-z]+[.-]\w+ =>/.test(template)
  );
}

/** Neighbours differ in name and shape. */
function spread(templates: readonly string[]): readonly string[] {
  const step = 7919;
  return templates.map((_, at) => templates[(at * step) % templates.length] as string);
}
