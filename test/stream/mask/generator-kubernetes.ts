// What the generator draws of Kubernetes Secrets, in the shapes that kubectl, Helm and people give them.
import type { SecretKind } from './generator-kinds.ts';

const block = (name: string, ...templates: string[]): SecretKind => ({
  name,
  group: 'named',
  shape: 'block',
  templates,
});

const META =
  'metadata:\n  creationTimestamp: "2026-01-02T03:04:05Z"\n  name: db\n  namespace: shop\n  resourceVersion: "12345"\n  uid: ${!uuid}';
const JSON_META = '"metadata":{"name":"db","namespace":"shop","uid":"${!uuid}"}';

export const KUBERNETES_KINDS: readonly SecretKind[] = [
  block(
    'secret-yaml-data-first',
    `apiVersion: v1\ndata:\n  password: \${base64text:16}\n  username: \${base64text:9}\nkind: Secret\n${META}\ntype: Opaque`,
    `apiVersion: v1\ndata:\n  API_KEY: \${base64text:32}\n  db-url: \${base64text:40}\n  x: \${base64text:6}\nimmutable: true\nkind: Secret\n${META}\ntype: Opaque`,
  ),
  block(
    'secret-yaml-kind-first',
    `apiVersion: v1\nkind: Secret\nmetadata:\n  name: db\ntype: Opaque\ndata:\n  password: \${base64text:16}\n  user: "\${base64text:12}"\n---\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: c\ndata:\n  mode: production`,
    `kind: Secret\napiVersion: v1\nmetadata: {name: db}\nstringData:\n  password: \${alnum:18}\n  conn: \${alnum:9}\${?/}\${alnum:9}`,
  ),
  block(
    'secret-yaml-string-data',
    `apiVersion: v1\nkind: Secret\nmetadata:\n  name: app\nstringData:\n  config.yaml: |\n    \${?apiUrl: }\${alnum:20}\n    \${?pin: "}\${alnum:12}\${?"}\n  other: \${alnum:14}\ntype: Opaque`,
    `apiVersion: v1\nstringData:\n  license: '\${alnum:24}'\nkind: Secret\nmetadata:\n  name: lic`,
  ),
  block(
    'secret-yaml-list',
    `apiVersion: v1\nitems:\n- apiVersion: v1\n  data:\n    password: \${base64text:16}\n  kind: Secret\n  metadata:\n    name: a\n  type: Opaque\n- apiVersion: v1\n  data:\n    mode: production\n    level: debug\n  kind: ConfigMap\n  metadata:\n    name: b\n- apiVersion: v1\n  data:\n    token: \${base64text:30}\n  kind: Secret\n  metadata:\n    name: c\nkind: List`,
  ),
  block(
    'secret-yaml-folded',
    `apiVersion: v1\nkind: Secret\nmetadata:\n  name: tls\ntype: kubernetes.io/tls\ndata:\n  tls.crt: \${base64of:600}\n  tls.key: \${base64of:900}`,
    `apiVersion: v1\nkind: Secret\nmetadata:\n  name: tls\ndata:\n  blob: |\n    \${b64:76}\n    \${b64:76}\n    \${b64:38}\${?==}`,
  ),
  block(
    'secret-json',
    `{\n    "apiVersion": "v1",\n    "data": {\n        "password": "\${base64text:16}",\n        "username": "\${base64text:9}"\n    },\n    "kind": "Secret",\n    "metadata": {\n        "name": "db"\n    },\n    "type": "Opaque"\n}`,
    `{\n    "kind": "Secret",\n    "apiVersion": "v1",\n    "metadata": {\n        "name": "db"\n    },\n    "data": {\n        "key-1": "\${base64text:24}"\n    }\n}`,
  ),
  block(
    'secret-json-compact',
    `{"apiVersion":"v1","data":{"password":"\${base64text:16}","user":"\${base64text:9}"},"kind":"Secret",${JSON_META},"type":"Opaque"}`,
    `{"kind":"Secret","apiVersion":"v1",${JSON_META},"data":{"p":"\${base64text:15}"}}`,
    `{"type":"ADDED","object":{"kind":"Secret","apiVersion":"v1",${JSON_META},"data":{"pw":"\${base64text:18}"}}}`,
  ),
  block(
    'secret-json-list',
    `{"apiVersion":"v1","items":[{"apiVersion":"v1","data":{"a":"\${base64text:16}"},"kind":"Secret",${JSON_META}},{"apiVersion":"v1","data":{"mode":"production"},"kind":"ConfigMap",${JSON_META}}],"kind":"List"}`,
  ),
  block(
    'secret-last-applied',
    `apiVersion: v1\ndata:\n  password: \${base64text:16}\nkind: Secret\nmetadata:\n  annotations:\n    kubectl.kubernetes.io/last-applied-configuration: |\n      {"apiVersion":"v1","data":{"password":"\${base64text:16}"},"kind":"Secret","metadata":{"annotations":{},"name":"db","namespace":"shop"}}\n  name: db`,
    `{"apiVersion":"v1","data":{"pw":"\${base64text:16}"},"kind":"Secret","metadata":{"annotations":{"kubectl.kubernetes.io/last-applied-configuration":"{\\"apiVersion\\":\\"v1\\",\\"data\\":{\\"pw\\":\\"\${base64text:16}\\"},\\"kind\\":\\"Secret\\"}\\n"},"name":"db"}}`,
  ),
  block(
    'secret-docker',
    `apiVersion: v1\ndata:\n  .dockerconfigjson: \${?eyJhdXRocyI6}\${b64:120}\nkind: Secret\nmetadata:\n  name: reg\ntype: kubernetes.io/dockerconfigjson`,
  ),
  block(
    'secret-service-account',
    `apiVersion: v1\ndata:\n  ca.crt: \${base64of:300}\n  namespace: \${?c2hvcA==}\n  token: \${base64text:600}\nkind: Secret\nmetadata:\n  name: sa-token\ntype: kubernetes.io/service-account-token`,
  ),
  block(
    'secret-jsonpath',
    '{"password":"${base64text:18}","username":"${base64text:10}"}',
    'map[password:${base64text:18} username:${base64text:10}]',
  ),
  block(
    'secret-diff',
    `diff -u -N /tmp/LIVE/v1.Secret.shop.db /tmp/MERGED/v1.Secret.shop.db\n--- /tmp/LIVE/v1.Secret.shop.db\n+++ /tmp/MERGED/v1.Secret.shop.db\n@@ -1,6 +1,6 @@\n apiVersion: v1\n data:\n-  password: \${base64text:16}\n+  password: \${base64text:18}\n kind: Secret\n metadata:\n   name: db`,
  ),
  block(
    'secret-helm',
    `---\n# Source: shop/templates/secret.yaml\napiVersion: v1\nkind: Secret\nmetadata:\n  name: release-db\n  labels:\n    app.kubernetes.io/name: shop\ntype: Opaque\ndata:\n  postgres-password: "\${base64text:16}"\n  password: "\${base64text:16}"\n---\n# Source: shop/templates/service.yaml\napiVersion: v1\nkind: Service\nmetadata:\n  name: release-db`,
  ),
  block(
    'secret-from-literal',
    'kubectl create secret generic db --from-literal=password=${alnum:18} --from-literal=user=${?app}',
  ),
  block(
    'secret-indented',
    `  manifest: |\n    apiVersion: v1\n    kind: Secret\n    metadata:\n      name: db\n    data:\n      password: \${base64text:16}\n  replicas: 3`,
  ),
];
