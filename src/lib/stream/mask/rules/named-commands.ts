// Passwords on command lines whose options do not name them, `mysql -pPW`, `curl -u user:PW`, and in statements of SQL and PowerShell.
import { isPlaceholder } from '../checks/index.ts';
import type { MachineRule, Rule } from '../rule.ts';
import { COMMANDS_BY_NAME, type Command, CommandLine, LONGEST_LINE } from './named-command-line.ts';
import { looksChosen } from './named-file-lines.ts';
import { isWord } from './urls-user-part.ts';

const commandLine: MachineRule = {
  name: 'command-password',
  kind: 'password',
  family: 'named',
  anchors: [...COMMANDS_BY_NAME.keys()],
  notBefore: '[A-Za-z0-9_.@:=-]',
  maxLength: LONGEST_LINE,
  begin: ({ anchor }) => new CommandLine(COMMANDS_BY_NAME.get(anchor) as Command),
  tests: {
    masks: [
      'mysql -u root -p${alnum:12} -h db shop\n',
      "mysqldump -uroot -p'${weak}' shop > dump.sql",
      "sshpass -p '${alnum:16}' ssh web-1",
      'sshpass -p ${alnum:16} ssh web-1',
      'docker login -u ci -p ${alnum:20} registry.example.com',
      'curl -u admin:${alnum:16} https://api.example.com/',
      'curl -s -X POST --user "admin:${weak}" https://api.example.com/',
      'curl https://api.example.com -u ${hex:32}: -d x=1',
      'htpasswd -b users alice ${alnum:12}',
      'redis-cli -h cache -a ${alnum:16} ping',
      'ldapsearch -x -D cn=admin,dc=example -w ${alnum:12} -b dc=example',
      "smbclient //srv/share -U 'bob%${alnum:12}'",
      'sudo rabbitmqctl add_user shop ${alnum:16}',
      'sqlplus scott/${alnum:10}@orcl',
      'exp scott/${alnum:10}@orcl file=a.dmp',
      'mc alias set local http://minio:9000 minioadmin ${alnum:32}',
    ],
    leaves: [
      'mysql -u root -p shop',
      'mysql -u root -p"$MYSQL_ROOT_PASSWORD" -e "show tables"',
      'docker run -p 8080:80 nginx',
      'docker login -u ci --password-stdin registry.example.com',
      'curl -u "$USER:$PASS" https://api.example.com',
      'curl -u user:password https://api.example.com',
      'curl -u admin https://api.example.com',
      'ssh -p 2222 host',
      'sshpass -p <password> ssh host',
      'sshpass -e ssh host',
      'sudo apt-get install mysql-client -y',
      'mysql is running on port 3306',
      'htpasswd -c users alice',
      'vault login -method=oidc',
      'https://example.com/ -u a:b',
      'the mysql service -power user',
      'card 4242 exp 12/2028',
      'imp 1/2/2026 and exp north/south2',
    ],
  },
};

export const COMMAND_RULES: readonly Rule[] = [
  commandLine,
  {
    name: 'openssl-password',
    kind: 'password',
    family: 'named',
    anchors: [' pass:'],
    secret: '[^\\s"\'`<]{4,200}',
    isAmong: (before) => /-(?:passin|passout|pass|password) ["']?pass:$/.test(before.slice(-24)),
    check: (value) => !isPlaceholder(value) && !isWord(value),
    tests: {
      masks: ['openssl pkcs12 -export -out a.p12 -passout pass:${alnum:12} -inkey k.pem'],
      leaves: ['openssl -passin pass:$PW', 'tests pass:12345', '-passin pass:<password>'],
    },
  },
  {
    name: 'npm-config-token',
    kind: 'npm-token',
    family: 'named',
    anchors: [':_authToken ', ':_password ', ':_auth '],
    secret: '[A-Za-z0-9+/_.-]{8,400}={0,2}',
    check: (value) => !isPlaceholder(value) && !isWord(value),
    tests: {
      masks: ['npm config set //registry.example.com/:_authToken ${alnum:36}'],
      leaves: ['npm config get :_authToken', ':_authToken <token>'],
    },
  },
  {
    name: 'sql-identified-by',
    kind: 'password',
    family: 'named',
    anchors: ['identified by ', 'identified with ', ' password('],
    ignoreCase: true,
    lead: '(?:[Pp](?:assword|ASSWORD) |[`\'"]?[A-Za-z0-9_]{4,40}[`\'"]? (?:[Bb][Yy]|[Aa][Ss]) )?["\']',
    secret: '[^"\'\\n]{3,200}',
    tail: '["\']',
    check: (value) => !isPlaceholder(value) && !isWord(value),
    tests: {
      masks: [
        "CREATE USER 'app'@'%' IDENTIFIED BY '${alnum:16}';",
        "ALTER USER app IDENTIFIED WITH mysql_native_password BY '${weak}';",
        "SET PASSWORD FOR 'root'@'localhost' = PASSWORD('${alnum:16}');",
        "GRANT ALL ON *.* TO 'x'@'%' IDENTIFIED BY PASSWORD '*${HEX:40}'".replace('*$', '${?*}$'),
      ],
      leaves: [
        "IDENTIFIED BY '<password>'",
        'identified by their names',
        "IDENTIFIED BY '?'",
        'IDENTIFIED WITH auth_socket',
      ],
    },
  },
  {
    name: 'sql-identified-by-bare',
    kind: 'password',
    family: 'named',
    anchors: ['identified by '],
    ignoreCase: true,
    secret: '[A-Za-z0-9_$#!@%^&*+.-]{6,60}',
    notAfter: '[^\\s;)]',
    check: looksChosen,
    confirmedByEnd: true,
    tests: {
      masks: ['ALTER USER app IDENTIFIED BY ${alnum:14};'],
      leaves: ['identified by their names', 'IDENTIFIED BY VALUES', 'identified by number.'],
    },
  },
  {
    name: 'secure-string',
    kind: 'password',
    family: 'named',
    anchors: ['ConvertTo-SecureString '],
    ignoreCase: true,
    lead: '(?:-String )?["\']',
    secret: '[^"\'\\n]{4,400}',
    tail: '["\']',
    check: (value) => !isPlaceholder(value) && !/^\$/.test(value),
    tests: {
      masks: [
        'ConvertTo-SecureString "${alnum:16}" -AsPlainText -Force',
        "ConvertTo-SecureString -String '${weak}' -AsPlainText",
      ],
      leaves: ['ConvertTo-SecureString $password -AsPlainText', 'ConvertTo-SecureString "$env:PW" -AsPlainText'],
    },
  },
];
