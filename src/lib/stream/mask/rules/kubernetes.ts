// Kubernetes Secrets, however they are printed: every value of their data, and nothing of what surrounds it. A ConfigMap's
// data, sealed and external secrets, and the sizes that `kubectl describe` gives stay.
import type { MachineRule, Rule } from '../rule.ts';
import { BareDataMachine } from './kubernetes-bare-data.ts';
import { JsonMachine } from './kubernetes-json.ts';
import { CreateSecretMachine, GoMapMachine } from './kubernetes-lines.ts';
import { YamlMachine } from './kubernetes-yaml.ts';

const MANIFEST = 64 * 1024;
const KIND = 'kubernetes-secret';
const WORD = '[A-Za-z0-9_.]';

/** The text in quotes of each sort: as JSON, in a string of JSON, in a string of that, as Python prints it. */
const quoted = (...parts: readonly string[]): readonly string[] =>
  ['"', '\\"', '\\\\\\"', "'"].flatMap((quote) => parts.map((part) => part.replaceAll('"', quote)));

const base = { kind: KIND, family: 'kubernetes' } as const;

const SECRETS_IN_YAML: readonly MachineRule[] = [
  {
    ...base,
    name: 'kubernetes-data-before-kind',
    anchors: ['data:'],
    notBefore: WORD,
    maxLength: MANIFEST,
    begin: ({ before }) => new YamlMachine(before, 'kind'),
    tests: {
      masks: [
        'apiVersion: v1\ndata:\n  password: ${base64text:12}\n  username: ${base64text:5}\nkind: Secret\nmetadata:\n  name: db\n',
        'items:\n- apiVersion: v1\n  data:\n    tls.crt: ${base64of:90}\n    tls.key: ${base64of:90}\n  kind: Secret\n  type: kubernetes.io/tls\nkind: List\n',
        '+data:\n+  password: ${base64text:16}\n+kind: Secret\n',
        'data: {password: ${base64text:9}, "user": "${base64text:4}"}\nkind: Secret\n',
        'data:\n  ca: |\n    ${base64of:48}\n    ${base64of:48}\n  empty: ""\nimmutable: true\nkind: Secret\n',
      ],
      leaves: [
        'apiVersion: v1\ndata:\n  config.yaml: |\n    port: 8080\n  mode: production\nkind: ConfigMap\nmetadata:\n  name: app\n',
        'data:\n- secretKey: password\n  remoteRef:\n    key: prod/db\nkind: ExternalSecret\n',
        'encryptedData:\n  password: ${!base64of:120}\nkind: SealedSecret\n',
        'data:image/png;base64,${!base64of:60}\n',
        'Data\n====\npassword:  12 bytes\nusername:  5 bytes\n',
        'data:\n  password: {{ .Values.password | b64enc }}\nkind: Secret\n',
      ],
    },
  },
  {
    ...base,
    name: 'kubernetes-data-after-kind',
    anchors: ['kind: Secret', 'kind: "Secret', "kind: 'Secret"],
    notBefore: WORD,
    maxLength: MANIFEST,
    begin: ({ before }) => new YamlMachine(before, 'data'),
    tests: {
      masks: [
        'apiVersion: v1\nkind: Secret\nmetadata:\n  name: db\n  labels:\n    app: web\ntype: Opaque\ndata:\n  password: ${base64text:12}\n  DB_URL: ${base64of:33}\n',
        'kind: "Secret"\nmetadata: {name: db}\ndata: {password: ${base64text:8}}\n---\nkind: ConfigMap\ndata:\n  mode: production\n',
      ],
      leaves: [
        'kind: SecretProviderClass\nspec:\n  provider: vault\ndata:\n  a: b\n',
        'kind: Secret\nmetadata:\n  name: db\n---\nkind: ConfigMap\ndata:\n  mode: production\n',
        '- kind: Secret\n  name: db\n- kind: ConfigMap\n  data:\n    mode: production\n',
      ],
    },
  },
  {
    ...base,
    name: 'kubernetes-string-data',
    anchors: ['stringData:'],
    notBefore: WORD,
    maxLength: MANIFEST,
    begin: ({ before }) => new YamlMachine(before, 'nothing'),
    tests: {
      masks: [
        'kind: Secret\nstringData:\n  password: ${weak}\n  url: "${alnum:20}"\n  note: ${alnum:9} # why\ntype: Opaque\n',
        'stringData:\n  config.ini: |\n    ${alnum:30}\n    ${alnum:30}\n\n    ${alnum:20}\n  other: ${alnum:8}\nkind: Secret\n',
      ],
      leaves: [
        'the field stringData: is for convenience\n',
        'stringData:\n  password: <your-password>\n',
        'stringData: {}\ndata: {}\n',
      ],
    },
  },
];

const SECRETS_IN_JSON: readonly MachineRule[] = [
  {
    ...base,
    name: 'kubernetes-json-data-before-kind',
    anchors: quoted('"data"'),
    maxLength: MANIFEST,
    begin: ({ anchor, before }) => new JsonMachine(anchor, 'kind', before),
    tests: {
      masks: [
        '{"apiVersion":"v1","data":{"password":"${base64text:12}","user":"${base64text:5}"},"kind":"Secret"}',
        '{\n    "apiVersion": "v1",\n    "data": {\n        "password": "${base64of:20}"\n    },\n    "kind": "Secret",\n    "metadata": {"name": "db"}\n}\n',
        '"last-applied": "{\\"data\\":{\\"password\\":\\"${base64text:12}\\"},\\"kind\\":\\"Secret\\"}\\n"',
        '{"kind":"SecretList","items":[{"metadata":{"name":"a"},"data":{"p":"${base64of:9}"},"type":"Opaque"}]}',
        "{'data': {'password': '${base64text:12}'}, 'kind': 'Secret'}",
      ],
      leaves: [
        '{"data":{"mode":"production","config":"a: \\"b\\""},"kind":"ConfigMap"}',
        '{"data":{"user":{"id":1,"name":"kim"}},"errors":null}',
        '{"data":[{"id":1},{"id":2}],"kind":"Secret"}',
      ],
    },
  },
  {
    ...base,
    name: 'kubernetes-json-data-after-kind',
    anchors: quoted('"kind":"Secret"', '"kind": "Secret"'),
    maxLength: MANIFEST,
    begin: ({ anchor, before }) => new JsonMachine(anchor, 'data', before),
    tests: {
      masks: [
        '{"kind":"Secret","apiVersion":"v1","metadata":{"name":"db","data":"x"},"data":{"password":"${base64text:12}"}}',
        '{\n  "kind": "Secret",\n  "metadata": {"labels": {"a": "b"}},\n  "data": {\n    "key": "${alnum:21}"\n  }\n}\n',
      ],
      leaves: [
        '{"kind":"Secret","name":"db"},{"kind":"ConfigMap","data":{"mode":"production"}}',
        '{"kind":"Secret","data":{"password":"${!pick:***|<redacted>}"}}',
      ],
    },
  },
  {
    ...base,
    name: 'kubernetes-json-string-data',
    anchors: quoted('"stringData"'),
    maxLength: MANIFEST,
    begin: ({ anchor, before }) => new JsonMachine(anchor, 'nothing', before),
    tests: {
      masks: [
        '{"kind":"Secret","stringData":{"password":"${weak}","note":"a\\"${alnum:9}"}}'.replace('a\\"', ''),
        '"{\\"stringData\\":{\\"password\\":\\"${alnum:10}\\"},\\"type\\":\\"Opaque\\"}"',
      ],
      leaves: ['{"required":["stringData"],"properties":{}}', '"stringData": null', '"stringData": {"type": 1}'],
    },
  },
  {
    ...base,
    name: 'kubernetes-json-bare-data',
    anchors: ['{"', '{\n', '{\\"'],
    notBefore: '[A-Za-z0-9_:,"{]',
    maxLength: MANIFEST,
    begin: ({ anchor }) => new BareDataMachine(anchor),
    tests: {
      masks: [
        '{"password":"${base64text:12}","username":"${base64text:6}"}',
        '{\n  "password": "${base64text:12}",\n  "username": "${base64text:6}"\n}\n',
      ],
      leaves: [
        '{"level":"info","msg":"done"}',
        '{"name":"test","kind":"data"}',
        '{\n  return "word";\n}\n',
        '{"image":"${!base64of:48}"}',
      ],
    },
  },
];

const SECRETS_ON_A_LINE: readonly MachineRule[] = [
  {
    ...base,
    name: 'kubernetes-go-map',
    anchors: ['map['],
    maxLength: MANIFEST,
    begin: () => new GoMapMachine(),
    tests: {
      masks: [
        'map[password:${base64text:12} username:${base64text:5}]',
        'data:map[tls.key:${base64text:40}] kind:Secret',
      ],
      leaves: ['map[app:web tier:front]', 'map[string]int{}', 'map[name:test data:info]', 'map[]'],
    },
  },
  {
    ...base,
    name: 'kubernetes-create-secret',
    anchors: ['create secret '],
    maxLength: 4096,
    begin: () => new CreateSecretMachine(),
    tests: {
      masks: [
        "kubectl create secret generic db --from-literal=password=${weak} --from-literal='user=${alnum:6}' -n x\n",
        'oc create secret generic db \\\n  --from-literal=a=${alnum:8} \\\n  --from-literal b="${alnum:9}"\nls\n',
      ],
      leaves: [
        'kubectl create secret generic db --from-file=./password --from-literal=password=$PASSWORD\n',
        'create secret generic db --from-literal=key=<value>\nkubectl create configmap x --from-literal=mode=production\n',
        'error: failed to create secret secrets "db" already exists\n',
      ],
    },
  },
];

export const KUBERNETES_RULES: readonly Rule[] = [...SECRETS_IN_YAML, ...SECRETS_IN_JSON, ...SECRETS_ON_A_LINE];
