// Commands that print a credential, and files that are keys by their place or name.
import type { PathFact } from '../facts/facts.ts';
import { HOME } from '../facts/unknowns.ts';
import type { CommandFact } from './index.ts';
import { hasLong, onlyTells, verbsOf, words } from './words.ts';

/** Every action this file names. */
export const SECRET_ACTIONS: readonly string[] = ['secrets.capture', 'secrets.key-file', 'secrets.print'];

/** What the words of a command say, for those that print one. Words are joined by one blank. */
const PRINTS: Readonly<Record<string, RegExp>> = {
  gcloud:
    /print-(access|identity)-token|secrets versions access|auth application-default print|config config-helper|keys create|sql generate-login-token/,
  aws: /get-session-token|get-secret-value|batch-get-secret-value|assume-role|get-federation-token|configure (get|export-credentials)|get-login|kms decrypt|get-credential|get-parameters?\b.*--with-decryption|get-parameters-by-path|get-authorization-token|generate-db-auth-token|eks get-token|sso get-role-credentials/,
  az: /get-access-token|secret (show|download)|list-keys|keys list|show-connection-string|get-credentials|credential (list|show|reset)|keyvault (secret|key) (show|download|backup)|list-publishing|generate-sas/,
  gh: /auth token|auth status .*(-t|--show-token)|auth git-credential|secret get/,
  glab: /auth status .*(-t|--show-token)|config get token/,
  vault:
    /^(read|kv get|token (create|lookup)|unwrap|print token|login|write .*(\/creds|\/issue))|operator (init|generate-root)/,
  pass: /^(?!ls\b|list\b|find\b|git\b|version\b|help\b|init\b|search\b).+/,
  gopass: /^(show|cat|.*\/)/,
  security: /find-.*password|dump-keychain|export|find-identity|unlock-keychain/,
  op: /^(read|item get|get|document get|inject|run|signin)/,
  bw: /^(get|list items|export|unlock|login|serve)/,
  lpass: /^(show|export)/,
  doctl: /auth (init|token)|registry docker-config|kubeconfig (show|save)|databases connection/,
  heroku: /^(config|auth:token|authorizations|pg:credentials)/,
  flyctl: /auth token|tokens create/,
  fly: /auth token|tokens create/,
  doppler: /^secrets|^run\b|configure get token/,
  infisical: /^(secrets|export|run)/,
  chamber: /^(read|exec|export|list -e)/,
  sops: /(^| )(-d|--decrypt|decrypt|exec-env|exec-file|edit)\b/,
  'ansible-vault': /^(view|decrypt|edit)/,
  'secret-tool': /^(lookup|search)/,
  keyctl: /^(print|pipe|read|show|dh_compute)/,
  terraform: /^(state pull|output .*(-json|-raw)|show -json)/,
  tofu: /^(state pull|output .*(-json|-raw)|show -json)/,
  npm: /^(token (list|create)|config (get|list|ls).*(auth|password|-l)|c (get|ls).*auth)/,
  yarn: /config get .*(auth|token)/,
  git: /^credential(-\w+)? |^credential-\S+|config .*(extraheader|\.token|password)/,
  helm: /^(get (values|all|manifest)|registry login)/,
  docker: /^(swarm (join-token|unlock-key|ca))/,
  kubeadm: /^(token (create|list)|init|certs .*--certificate-key|kubeconfig)/,
  k3s: /^token/,
  minikube: /token|ssh-key/,
  pulumi: /(config|stack output) .*--show-secrets|stack export/,
  wg: /^(show.*(private|preshared)|showconf|genkey|show$|show all)/,
  nmcli: /(-s|--show-secrets)\b/,
  'kwallet-query': /-r/,
  certutil: /-K|-L.*-a/,
  pk12util: /-o/,
  keytool: /-(exportsecret|importkeystore|list .*-rfc)/,
  'ssh-keygen': /^(?!.*\.pub$).*(^| )(-y|-p)( |$)/,
  'samba-tool': /(user getpassword|domain exportkeytab)/,
  ldapsearch: /userPassword|unicodePwd/i,
  virsh: /secret-get-value|dumpxml.*--security-info/,
  rabbitmqctl: /export_definitions/,
  consul: /kv get|acl token|keyring -list/,
  nomad: /(acl token|var get)/,
  etcdctl: /get .*(secret|registry)|snapshot save/,
};

/** What others type, show or send. */
const CAPTURES = words(`tcpdump tshark dumpcap ngrep ettercap bettercap sysdig xinput xev showkey logkeys xwd scrot maim
  gnome-screenshot grim screencapture arecord wl-paste pbpaste`);

function captures(name: string, args: CommandFact['args']): boolean {
  if (CAPTURES.has(name))
    return !args.every(({ value }) => /^(-h|-v|-V|-D|list|--list.*)$/.test(value)) || args.length === 0;
  if (name === 'xclip') return args.some(({ value }) => /^-o/.test(value));
  if (name === 'xsel') return !args.some(({ value }) => /^(-[a-z]*[iac]|--(input|append|clear))/.test(value));
  return name === 'import' && args.some(({ value }) => value === '-window');
}

/** `secrets.print`, `secrets.key-file`, `secrets.capture`. */
export function secretActions({ name, args, reads }: CommandFact): string[] {
  if (onlyTells(args)) return [];
  const text = args.map(({ value }) => value).join(' ');
  const plain = name.replace(/\.exe$/, '');
  const isPrinted =
    printsByWords(plain, text) ||
    /^(docker-credential-|git-credential-)/.test(plain) ||
    (/^gpg[12sv]?$/.test(plain) && exportsSecret(args)) ||
    (plain === 'keepassxc-cli' && /^(show|clip|export)$/.test(verbsOf(args)[0] ?? ''));
  return [
    ...(captures(name, args) ? ['secrets.capture'] : []),
    ...(isPrinted ? ['secrets.print'] : []),
    ...(reads.some(isKeyFile) ? ['secrets.key-file'] : []),
  ];
}

/** Nobody writes more words to such a command, and the patterns above must not be slow. */
const MAX_WORDS_LENGTH = 4096;

function printsByWords(name: string, text: string): boolean {
  if (!Object.hasOwn(PRINTS, name)) return false;
  return text.length > MAX_WORDS_LENGTH || PRINTS[name]?.test(stripGlobal(name, text)) === true;
}

// Options before the verb: `aws --profile x sts …`, `gcloud --project=x auth …`.
function stripGlobal(name: string, text: string): string {
  return name === 'aws' || name === 'gcloud' || name === 'az' || name === 'gh'
    ? text
    : text.replace(/^(-{1,2}[\w-]+(=\S+)?( (?!-)\S+(?= ))? )+(?=\w)/, (skipped) =>
        /(-d|--decrypt|-s|--show-secrets|-y|-e|-p)\b/.test(skipped) ? skipped : '',
      );
}

function exportsSecret(args: CommandFact['args']): boolean {
  return (
    hasLong(args, '--export-secret-keys', '--export-secret-subkeys', '--export-secret-ssh-key') ||
    args.some(({ value }) => /^--export-s/.test(value))
  );
}

const HARMLESS = /\/(known_hosts2?|known_hosts\.old|config|authorized_keys2?|[^/]*\.pub|[^/]*-cert\.pub|agent\.[^/]*)$/;
const PUBLIC =
  /(^|[/._-])(ca|cert|certs|certificate|chain|fullchain|bundle|cacert|cacerts|public|pub|csr|dh|dhparam|dhparams|root|rootca|isrgrootx1|intermediate)[^/]*\.pem$/i;

// Whatever lies in a folder of keys and has no public name; `*.pem` that does not say that it is a certificate.
function isKeyFile({ forms }: PathFact): boolean {
  const inSsh = forms.some((form) => form.startsWith(`${HOME}/.ssh/`) || form === `${HOME}/.ssh`);
  if (inSsh) return !forms.some((form) => HARMLESS.test(form));
  const [form = ''] = forms;
  return (
    form.endsWith('.pem') && !PUBLIC.test(form) && !/^\/(etc\/ssl\/certs|usr\/share\/ca-certificates)\//.test(form)
  );
}
