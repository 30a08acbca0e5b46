// Kubernetes Secrets as kubectl, Helm and people print them: every value is masked, everything else stays, byte for byte.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { drawFrom } from '../../../src/lib/stream/mask/examples.ts';
import { KUBERNETES_RULES } from '../../../src/lib/stream/mask/rules/kubernetes.ts';
import { YamlMachine } from '../../../src/lib/stream/mask/rules/kubernetes-yaml.ts';
import { maskQuickly } from '../../helpers/mask-quickly.ts';

const mask = maskQuickly(KUBERNETES_RULES);
const draw = drawFrom(11);

/** `•` draws base64 of some text, `◦` a plain value: both must go. */
function holds(form: string): void {
  const text = form.replace(/[•◦]/g, (mark) => {
    const value = Array.from({ length: 6 + draw(20) }, () => 'abcdefghijkmnpqrstuvwxyzABCDEFGH23456789'[draw(40)]).join(
      '',
    );
    return mark === '•' ? Buffer.from(value).toString('base64') : value;
  });
  assert.is(mask(text), form.replace(/[•◦]/g, '[kubernetes-secret]'));
}

const stays = (text: string): void => assert.is(mask(text), text);

const indented = (text: string, by: string): string => text.replace(/^(?=.)/gm, by);

const MANIFEST = `apiVersion: v1
data:
  password: •
  user.name: •
  TLS_KEY: •
kind: Secret
metadata:
  creationTimestamp: "2026-01-02T03:04:05Z"
  labels:
    app: shop
  name: db
type: Opaque
`;

const KIND_FIRST = `apiVersion: v1
kind: Secret
metadata:
  name: db
  annotations: {a: b}
type: Opaque
data:
  # why
  password: •

  user: "•" # who
  other: '•'
`;

const CONFIG_MAP = `apiVersion: v1
data:
  MODE: production
  app.properties: |
    a=b
    level: info
  empty: ""
kind: ConfigMap
metadata:
  name: settings
`;

test('a manifest is masked wherever its kind stands', () => {
  holds(MANIFEST);
  holds(KIND_FIRST);
  holds(KIND_FIRST.trimEnd());
  holds(`$ kubectl get secret db -o yaml\n${MANIFEST}$ `);
});

test('several documents, lists and indentation keep Secrets and others apart', () => {
  stays(CONFIG_MAP);
  for (const order of [
    [MANIFEST, CONFIG_MAP, KIND_FIRST],
    [CONFIG_MAP, KIND_FIRST, CONFIG_MAP, MANIFEST],
    [KIND_FIRST, CONFIG_MAP],
  ]) {
    holds(order.join('---\n'));
    holds(`---\n# Source: shop/templates/all.yaml\n${order.join('---\n# Source: x\n')}`);
    const items = order.map((each) => indented(each, '  ').replace(/^ {2}/, '- ')).join('');
    holds(`apiVersion: v1\nitems:\n${items}kind: List\nmetadata:\n  resourceVersion: ""\n`);
    holds(indented(items, '    '));
  }
});

test('a manifest is found behind prefixes of logs, diffs, quotes and comments', () => {
  for (const prefix of ['+', '-', ' ', '> ', '# ', '| ', 'web-1  | ', '[helm] ', '2026-01-02T03:04:05Z stdout F ']) {
    holds(indented(MANIFEST, prefix));
    holds(indented(KIND_FIRST, prefix));
  }
  let second = 10;
  holds(MANIFEST.replace(/^(?=.)/gm, () => `10:00:${second++} INFO `));
});

test('values over several lines, with tags and in quotes are values', () => {
  holds('kind: Secret\ndata:\n  a: |\n    •\n    •\n  b: >-\n    •\n  c: !!binary •\n  d:\n    •\nmetadata: {}\n');
  holds('stringData:\n  a: |\n    ◦\n\n    ◦\n  b: "◦\n    ◦"\n  c: ◦\nkind: Secret\n');
  holds('kind: Secret\nstringData: {a: ◦, "b": "◦"}\ndata: {c: •}\n');
});

test('what a Secret says besides its data stays', () => {
  stays('Name:         db\nNamespace:    shop\nType:  Opaque\n\nData\n====\npassword:  12 bytes\nuser:      5 bytes\n');
  stays('NAME   TYPE     DATA   AGE\ndb     Opaque   2      5d\n');
  stays('secret/db created\nsecret "db" deleted\n');
  stays('kind: Secret\nmetadata:\n  name: db\n  namespace: shop\ntype: Opaque\n');
  stays(
    'stringData:\n  password: ""\n  a: ${PASSWORD}\n  b: {{ .Values.b | b64enc | quote }}\n  c: <your-password>\n  d: "****"\n',
  );
  stays('ownerReferences:\n- kind: Secret\n  name: db\n- kind: ConfigMap\n  data: x\n');
});

test('other kinds that have data stay', () => {
  stays('kind: SealedSecret\nspec:\n  encryptedData:\n    password: AgBy3i4OJSWK\n  template:\n    type: Opaque\n');
  stays('kind: ExternalSecret\nspec:\n  data:\n  - secretKey: password\n    remoteRef:\n      key: prod/db\n');
  stays(
    'kind: ExternalSecret\nspec:\n  target:\n    template:\n      type: Opaque\n      data:\n        url: "{{ .user }}"\n',
  );
  stays('binaryData:\n  logo: iVBORw0KGgo=\nkind: ConfigMap\n');
  stays('kind: ConfigMap\ndata:\n  a: b\n  c: d\n');
  stays('data:\n  host:\n    name: x\n    port: 1\nother: y\n');
  stays(
    'kind: SecretProviderClass\nspec:\n  secretObjects:\n  - data:\n    - key: password\n      objectName: db\n    type: Opaque\n',
  );
  stays('metadata:\n  name: x\nuserdata:\n  a: b\nkind: Secret\n');
});

const JSON_SECRET =
  '{"apiVersion":"v1","data":{"password":"•","user.name":"•"},"kind":"Secret","metadata":{"name":"db"},"type":"Opaque"}';
const JSON_KIND_FIRST =
  '{"kind":"Secret","apiVersion":"v1","metadata":{"name":"db","labels":{"data":"x"}},"data":{"password":"•"}}';
const JSON_CONFIG_MAP =
  '{"apiVersion":"v1","data":{"mode":"production","n":"a \\"b\\""},"kind":"ConfigMap","metadata":{"name":"c"}}';

/** As `kubectl -o json` prints it. */
const pretty = (json: string): string => JSON.stringify(JSON.parse(json), null, 4);

test('JSON is masked compact, pretty, in lists and as events of a watch', () => {
  stays(JSON_CONFIG_MAP);
  stays(pretty(JSON_CONFIG_MAP));
  for (const form of [JSON_SECRET, JSON_KIND_FIRST]) {
    holds(form);
    holds(pretty(form));
    holds(indented(pretty(form), '+'));
    holds(`{"apiVersion":"v1","items":[${form},${JSON_CONFIG_MAP},${form}],"kind":"List"}`);
    holds(pretty(`{"apiVersion":"v1","items":[${JSON_CONFIG_MAP},${form}],"kind":"List"}`));
    holds(`{"type":"ADDED","object":${form}}\n{"type":"MODIFIED","object":${form}}\n`);
  }
  holds('{"kind":"SecretList","items":[{"metadata":{"name":"a"},"data":{"p":"•"},"type":"Opaque"}]}');
  holds('{"kind":"Secret","data":null,"stringData":{"password":"◦"}}');
});

test('JSON within JSON, and within that, is masked', () => {
  for (const form of [JSON_SECRET, JSON_KIND_FIRST, '{"stringData":{"password":"◦"},"kind":"Secret"}']) {
    const once = JSON.stringify(`${form}\n`);
    holds(`{"metadata":{"annotations":{"last-applied":${once}}}}`);
    holds(`{"log":${JSON.stringify(`{"annotation":${once}}`)}}`);
    holds(`metadata:\n  annotations:\n    last-applied: |\n      ${form}\n  name: db\n`);
  }
});

test('data alone, as templates print it, is known by its values', () => {
  holds('{"password":"•","user":"•"}');
  holds(pretty('{"password":"•","user":"•"}'));
  holds('map[password:• user:•]');
  holds('map[apiVersion:v1 data:map[password:• user:•] kind:Secret metadata:map[name:db]]');
  stays('{"level":"info","msg":"done","code":"data"}');
  stays('{"name":"test","type":"word","mode":"fast"}');
  stays('map[app:web tier:front release:blue]');
  stays('{"id":"12345678","tag":"v1.2.3"}');
});

test('literals of a command are masked, files and config maps stay', () => {
  holds('kubectl create secret generic db --from-literal=a=◦ --from-literal=b=◦ --namespace shop\n');
  holds("kubectl -n shop create secret generic db --from-literal='a=◦' --from-literal=\"b=◦\" --from-literal c='◦'\n");
  holds(
    'kubectl create secret generic db \\\n  --from-literal=a=◦ \\\n  --dry-run=client -o yaml | kubectl apply -f -\n',
  );
  holds('sh -c "kubectl create secret generic db --from-literal=a=◦"\n');
  stays('kubectl create secret generic db --from-file=a=./a.txt --from-literal=b="$B" --from-env-file=.env\n');
  holds(
    '{"command":"kubectl create secret generic db --from-literal=a=◦\\nkubectl create configmap c --from-literal=m=x"}',
  );
  stays('kubectl create configmap c --from-literal=mode=production\n');
  stays('kubectl create secret generic db\nkubectl create configmap c --from-literal=mode=production\n');
});

test('at a deadline a value counts as secret where it reads like one, and goes on to', () => {
  const bytes = Buffer.from('\n  password: aHVudGVyMmh1bnRlcjI=\n  mode: production\n  cut: aHVudGVyMmh1');
  const machine = new YamlMachine('', 'kind');
  for (const byte of bytes) assert.ok(machine.push(byte));
  assert.equal(machine.spans(false), [], 'nothing says that it is a Secret');
  const early = machine.spans(true).map(({ from, to }) => bytes.subarray(from, to).toString());
  assert.equal(early, ['aHVudGVyMmh1bnRlcjI=', 'aHVudGVyMmh1']);
  const more = Buffer.from('bnRlcjI=\nkind: Secret\n');
  const goesOn = [...more].map((byte) => machine.push(byte));
  assert.equal(goesOn.indexOf(false), more.length - 1, 'it ends with the kind');
  const all = Buffer.concat([bytes, more]);
  const found = machine.spans(false).map(({ from, to }) => all.subarray(from, to).toString());
  assert.equal(found, ['aHVudGVyMmh1bnRlcjI=', 'production', 'aHVudGVyMmh1bnRlcjI=']);
});

/** What stands before each line of a file where something shows it. */
const PREFIXES: Readonly<Record<string, (line: string, at: number) => string>> = {
  compose: (line) => `web-1  | ${line}`,
  'cat -n': (line, at) => `${String(at + 7).padStart(6)}\t${line}`,
  'numbers of no width': (line, at) => `${at + 7}: ${line}`,
  'grep -n': (line, at) => `secret.yaml:${at + 1}:${line}`,
  'grep -C': (line, at) => `secret.yaml${/data|Data/.test(line) ? `:${at + 1}:` : `-${at + 1}-`}${line}`,
  'grep -C for something else': (line, at) => `secret.yaml-${at + 1}-${line}`,
  times: (line, at) => `2026-11-25T10:00:${at + 10}.${at * 37 + 100}Z ${line}`,
  level: (line) => `[INFO] ${line}`,
  journal: (line, at) => `Nov 25 10:00:0${at % 10} web-1 app[7]: ${line}`,
  'kubectl logs --prefix': (line) => `[pod/web-6d4cf56db6-x2x9k/app] ${line}`,
  stream: (line) => `stdout: ${line}`,
  blame: (line, at) => `1a2b3c4d (Kim 2026-11-25 10:00:00 +0000 ${String(at + 7).padStart(2)}) ${line}`,
};

const AS_JSON = `{
    "apiVersion": "v1",
    "data": {
        "password": "•",
        "user": "•"
    },
    "kind": "Secret",
    "metadata": {
        "name": "db"
    }
}
`;

for (const [name, before] of Object.entries(PREFIXES))
  test(`Secrets are read behind the prefix of ${name}, in YAML and in JSON`, () => {
    const behind = (text: string) => `${text.trimEnd().split('\n').map(before).join('\n')}\n`;
    holds(behind(MANIFEST));
    holds(behind(KIND_FIRST));
    holds(behind('kind: Secret\nstringData:\n  a: |\n    ◦\n    ◦\n  b: ◦\n'));
    holds(behind(AS_JSON));
    holds(behind(AS_JSON.replace(/( {4}"kind".*\n)/, '').replace('{\n', '{\n    "kind": "Secret",\n')));
    stays(behind(CONFIG_MAP));
  });

for (const indentation of ['', '    ', 'web-1  | ', '[INFO] ', '+', '> '])
  test(`a ConfigMap before a Secret stays, behind ${JSON.stringify(indentation)}`, () => {
    const text =
      'kind: ConfigMap\ndata:\n  mode: Standard1234\n  a: |\n    x\n    ---\n    y\n---\nkind: Secret\ndata:\n  a: •\n';
    holds(indented(text, indentation));
  });

test('base64 under the names that programs give to identifiers and cursors is no Secret', () => {
  const encoded = Buffer.from('Container:1234').toString('base64');
  for (const name of ['id', 'cursor', 'endCursor', 'next_page_token', 'status', 'etag', 'node']) {
    stays(`{"${name}":"${encoded}"}\n`);
    stays(`{"data":{"${name}":"${encoded}"}}\n`);
    stays(`{\n  "${name}": "${encoded}",\n  "id": "${encoded}"\n}\n`);
  }
  stays('{"state":"RUNNING1"}\n{"worker":"RUNNING1"}\n');
  holds('{"id":"•","password":"•"}\n');
  holds('{"kind":"Secret","data":{"id":"•"}}\n');
});

test.run();
