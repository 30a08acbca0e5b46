// Programs that run what one of their words names, by the text of their arguments. Data only: `escapes.ts` reads it.

/** They run their words as a command, and no table of wrappers takes them off. */
export const RUNS_ITS_WORDS: ReadonlySet<string> = new Set(
  `ssh-agent logsave distcc aa-exec choom cpulimit softlimit multitime pexec genie aoss setlock envdir chronic dtach abduco
    sshpass dbus-launch lxc-attach`.split(/\s+/),
);

const NODE = /(^| )--?(script-shell|node-options|shell|git)(=| )|^(exec|x) (.* )?(-c|--call)/;
const MACHINE = /^(ssh|shell|exec)( |$)/;
const CLOUD_SHELL = /^(run|run:\S*|ps:exec|ssh|console)( |$)/;
const CONTAINER = /^(exec|shell|console)( |$)/;
const SALT = /(^| )(cmd|state|cp|file)\.\w+/;

/** Matched against the arguments, joined by blanks. */
export const ESCAPE_WORDS: Readonly<Record<string, RegExp>> = {
  service: /^\S*\//,
  openssl: /^engine( |$)/,
  m4: /syscmd/,
  npm: NODE,
  pnpm: NODE,
  yarn: NODE,
  npx: /(^| )(-c|--call|--shell)( |=|$)/,
  gem: /^(open|exec) /,
  bundle: /^open /,
  rails: /^(runner|r) /,
  cpan: /^[!-]/,
  ip: /(^| )(netns|vrf) (.* )?exec( |$)/,
  lxc: CONTAINER,
  incus: CONTAINER,
  machinectl: CONTAINER,
  vagrant: MACHINE,
  minikube: MACHINE,
  multipass: MACHINE,
  limactl: MACHINE,
  colima: MACHINE,
  wp: /^(eval|eval-file|shell)( |$)/,
  drush: /^(php-eval|ev|php:eval|php:script|scr|php-script|ssh)( |$)/,
  salt: SALT,
  'salt-call': SALT,
  'salt-ssh': SALT,
  repo: /^forall /,
  mvn: /(^| )-Dexec\.(executable|args)/,
  gcloud: /(^| )compute ssh( |$)/,
  aws: /(^| )(start-session|execute-command|send-command)( |$)/,
  heroku: CLOUD_SHELL,
  fly: CLOUD_SHELL,
  flyctl: CLOUD_SHELL,
  java: /(^| )-(javaagent|agentlib|agentpath)|OnOutOfMemoryError|OnError/,
};
