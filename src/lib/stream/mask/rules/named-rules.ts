// Values that have a telling name, in every shape that programs write: assignments, maps, flags, tables, elements, sentences.
import type { MachineRule } from '../rule.ts';
import { LONGEST_NAMED, NamedValue } from './named-machine.ts';
import { KEYWORD_ANCHORS } from './named-words.ts';

export const NAMED_RULES: readonly MachineRule[] = [
  {
    name: 'named-value',
    kind: 'named-secret',
    family: 'named',
    anchors: KEYWORD_ANCHORS,
    ignoreCase: true,
    maxLength: LONGEST_NAMED,
    begin: (beginning) => new NamedValue(beginning),
    tests: {
      masks: [
        'export DB_PASSWORD=${alnum:20}\n',
        'db.password = ${weak}\n',
        '{"apiKey": "${hex:32}", "region": "eu-west-1"}',
        '{\\"clientSecret\\":\\"${b64url:32}\\"}',
        'mytool --password ${alnum:16} --user bob',
        '<password>${alnum:12}</password>',
        '| password | ${alnum:12} |',
        '- name: DB_PASSWORD\n  value: ${alnum:24}\n',
        "ALTER USER bob WITH PASSWORD '${alnum:16}';",
        'A temporary password is generated for root@localhost: ${alnum:12}\n',
      ],
      leaves: [
        'password: ""',
        'PASSWORD_FILE=/run/secrets/db',
        'secretKeyRef: {name: db, key: password}',
        'const password = getPassword();',
        'max_tokens: 4096',
        'password must be at least 8 characters',
        'token: {{ .Values.token }}',
        '--password-stdin',
      ],
    },
  },
];
