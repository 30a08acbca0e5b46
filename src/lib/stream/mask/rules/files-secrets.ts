// Files of tools that keep credentials under names that say nothing by themselves: Docker, kubeconfig, Jenkins, rclone,
// FileZilla, kubeadm.
import { decodesToText, looksRandom } from '../checks/index.ts';
import type { PatternRule, Rule } from '../rule.ts';
import { TERRAFORM_RULES } from './files-terraform.ts';

/** Between a name and its value in JSON, in a string of JSON, in YAML and in an assignment. */
const SIGN = '\\\\{0,3}["\']?\\s{0,4}[:=]\\s{0,4}\\\\{0,3}["\']?';

/** `user:password` in base64. */
function isLogin(text: string): boolean {
  return decodesToText(text) && /^[^:\s]+:./.test(Buffer.from(text, 'base64').toString());
}

const base = { family: 'named' } as const;

const CREDENTIAL_RULES: readonly PatternRule[] = [
  {
    ...base,
    name: 'docker-auth',
    kind: 'docker-auth',
    anchors: ['"auth', '_auth', 'auth: ', 'auth = '],
    lead: `(?:${SIGN})?`,
    secret: '[A-Za-z0-9+\\/]{6,8000}={0,2}',
    notAfter: '[A-Za-z0-9+\\/=_-]',
    check: isLogin,
    confirmedByEnd: true,
    tests: {
      masks: [
        '{"auths":{"https://index.docker.io/v1/":{"auth":"${base64login:kim}"}}}',
        '"auth": "${base64login}"\n',
        '{\\"auths\\":{\\"registry.example.com\\":{\\"auth\\":\\"${base64login}\\"}}}',
        '//registry.example.com/:_auth=${base64login}\n',
      ],
      leaves: [
        '"auth": "basic"',
        'self.auth = MultiDomainBasicAuth(x)',
        '"auth": "bearer", "author": "kimberly"',
        'auth: required',
        '"auth": {"user": "kim"}',
      ],
    },
  },
  {
    ...base,
    name: 'docker-registry-token',
    kind: 'docker-auth',
    anchors: ['identitytoken', 'registrytoken'],
    lead: SIGN,
    secret: '[A-Za-z0-9+\\/=._~-]{8,8000}',
    tests: {
      masks: ['"identitytoken": "${alnum:36}"', '{"registrytoken":"${b64url:80}"}'],
      leaves: ['"identitytoken": ""', 'the identitytoken is set'],
    },
  },
  {
    ...base,
    name: 'kubeconfig-client-key',
    kind: 'private-key',
    anchors: ['client-key-data', 'client_key_data', 'clientKeyData'],
    lead: SIGN,
    secret: '[A-Za-z0-9+\\/=]{16,16000}',
    tests: {
      masks: [
        '    client-key-data: ${base64of:240}\n',
        '"client-key-data": "${base64of:240}"',
        'clientKeyData: "${base64of:90}"',
      ],
      leaves: [
        '    client-certificate-data: ${!base64of:240}\n    certificate-authority-data: ${!base64of:240}\n',
        'client-key: /home/kim/.minikube/client.key\n',
        'client-key-data: DATA+OMITTED\n',
        'client-key-data: REDACTED\n',
      ],
    },
  },
  {
    ...base,
    name: 'kubeadm-bootstrap-token',
    kind: 'kubernetes-token',
    anchors: ['--token ', '--token=', 'token: ', 'bootstrap-token '],
    lead: '["\']?[a-z0-9]{6}\\.',
    secret: '[a-z0-9]{16}',
    notAfter: '[A-Za-z0-9._-]',
    tests: {
      masks: [
        'kubeadm join 10.0.0.1:6443 --token ${!lowernum:6}.${lowernum:16} --discovery-token-ca-cert-hash sha256:${!hex:64}',
      ],
      leaves: ['--token $TOKEN', 'token: abcdef.ghi'],
    },
  },
  {
    ...base,
    name: 'kubeadm-certificate-key',
    kind: 'kubernetes-token',
    anchors: ['--certificate-key'],
    lead: '[= ]',
    secret: '[0-9a-f]{64}',
    notAfter: '[0-9A-Za-z]',
    tests: {
      masks: ['--control-plane --certificate-key ${hex:64}\n'],
      leaves: ['--certificate-key <key>', '--certificate-key ${!hex:40}'],
    },
  },
  {
    ...base,
    name: 'jenkins-secret',
    kind: 'jenkins-secret',
    anchors: ['{AQAAAB'],
    secret: '[A-Za-z0-9+\\/]{16,8000}={0,2}',
    tail: '\\}',
    tests: { masks: ['<password>{AQAAAB${b64:40}}</password>'], leaves: ['{AQAAAB}', '{AQAAABx'] },
  },
  {
    ...base,
    name: 'rclone-password',
    kind: 'password',
    anchors: ['pass = ', 'password2 = '],
    notBefore: '[A-Za-z0-9_.-]',
    check: looksRandom,
    secret: '[A-Za-z0-9_-]{22,400}',
    notAfter: '[^\\s]',
    tests: {
      masks: ['[nas]\ntype = sftp\npass = ${b64url:27}\n'],
      leaves: ['\npass = 12\n', '\npass = required by the test suite\n'],
    },
  },
  {
    ...base,
    name: 'rclone-account-key',
    kind: 'password',
    anchors: ['account = '],
    notBefore: '[A-Za-z0-9_.-]',
    lead: '[^\n]{1,80}\n(?:[^\n]{0,100}[ \r])?key = ',
    secret: '[A-Za-z0-9+\\/=]{20,100}',
    notAfter: '[^\\s]',
    tests: {
      masks: ['[b2]\ntype = b2\naccount = 0012\nkey = ${alnum:31}\n'],
      leaves: ['[b2]\naccount = 0012\nkey = \n', '\naccount = main\nkey = name of it\n'],
    },
  },
  {
    ...base,
    name: 'filezilla-password',
    kind: 'password',
    anchors: ['<Pass'],
    lead: '(?: encoding="base64")?>',
    secret: '[^<\\s]{1,400}',
    tail: '<',
    tests: {
      masks: ['<User>kim</User>\n<Pass encoding="base64">${base64text:9}</Pass>'],
      leaves: ['<Password/>', '<Pass></Pass>'],
    },
  },
];

export const FILE_RULES: readonly Rule[] = [...CREDENTIAL_RULES, ...TERRAFORM_RULES];
