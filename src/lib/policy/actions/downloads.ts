// Code that comes from elsewhere and runs here: packages by their address, remote scripts, other registries.
import type { Field } from '../facts/facts.ts';
import { hasOption, isLongOption, parseOptions } from '../facts/options.ts';
import type { CommandFact } from './index.ts';

/** Every action this file names. */
export const DOWNLOAD_ACTIONS: readonly string[] = ['download.package', 'download.package-run', 'download.registry'];

/** Addresses of code: `https://…`, `git+ssh://…`, `git@host:…`, `github:user/repo`, and short forms of these. */
const ADDRESS =
  /^(?:[\w.[\],-]+\s*@\s*|[\w-]+=)?(?:(?:git|hg|svn|bzr)\+)?(?:https?|git|ssh|ftp|file|s3|gs|oci|tarball|flake):|^git@|^\/(?:tmp|var\/tmp|dev\/shm)\/|^(?:github|gitlab|bitbucket|gist):/i;
/** `user/repo`, as npm and deno read it: neither a scope nor a path. */
const SHORT_ADDRESS = /^[A-Za-z0-9][\w.-]*\/[\w.-]+(#.*)?$/;

/** Verbs with which a manager of packages gets and runs code. */
const INSTALLERS: Readonly<Record<string, RegExp>> = {
  pip: /^(install|download|wheel)$/,
  pip3: /^(install|download|wheel)$/,
  pipx: /^(install|run|inject|upgrade)$/,
  uv: /^(pip|add|tool|run|install)$/,
  uvx: /./,
  poetry: /^add$/,
  pdm: /^add$/,
  rye: /^add$/,
  pipenv: /^install$/,
  conda: /^(install|create)$/,
  mamba: /^(install|create)$/,
  easy_install: /./,
  npm: /^(i|in|ins|inst|install|install-test|it|add|exec|x|create|init|link|ci)$/,
  pnpm: /^(i|install|add|dlx|exec|create)$/,
  yarn: /^(add|dlx|create|global)$/,
  bun: /^(i|install|add|x|create|run)$/,
  npx: /./,
  pnpx: /./,
  bunx: /./,
  gem: /^(install|i|fetch)$/,
  bundle: /^(add|install|config)$/,
  cargo: /^(install|add|binstall)$/,
  go: /^(run|install|get)$/,
  deno: /^(run|install|eval|test|cache|serve|task)$/,
  composer: /^(global|require|create-project|config)$/,
  cpan: /./,
  cpanm: /./,
  luarocks: /^install$/,
  opam: /^(install|pin)$/,
  cabal: /^install$/,
  stack: /^(install|script)$/,
  brew: /^(install|reinstall|tap)$/,
  apt: /^install$/,
  'apt-get': /^install$/,
  dpkg: /^(-i|--install)$/,
  rpm: /./,
  yum: /^(install|localinstall)$/,
  dnf: /^(install|localinstall)$/,
  zypper: /^(install|in)$/,
  apk: /^add$/,
  pacman: /./,
  snap: /^install$/,
  flatpak: /^install$/,
  nix: /^(run|shell|develop|build|profile)$/,
  'nix-env': /./,
  'nix-shell': /./,
  guix: /^(install|package|shell)$/,
  helm: /^(install|upgrade|template|plugin|repo|pull)$/,
  kustomize: /^build$/,
  ansible: /./,
  'ansible-galaxy': /^(install|collection|role)$/,
  'ansible-pull': /./,
  terraform: /^(init|get)$/,
  docker: /^(build|buildx|compose|import|plugin)$/,
  podman: /^(build|import|kube|play)$/,
  nodemon: /./,
  vagrant: /^(box|init|plugin)$/,
  krew: /^install$/,
  code: /./,
  R: /./,
};
/** Options that say from whose registry. */
const REGISTRIES = [
  '--index-url',
  '--extra-index-url',
  '--index',
  '--find-links',
  '--trusted-host',
  '--registry',
  '--source',
  '--repository',
  '--repository-url',
  '--repo',
  '--nogpgcheck',
  '--no-gpg-checks',
  '--allow-unauthenticated',
  '--allow-untrusted',
  '--force-yes',
  '--dangerous',
  '--allow-insecure-repositories',
];
const KNOWN_REGISTRIES =
  /^https:\/\/(pypi\.org|registry\.npmjs\.org|registry\.yarnpkg\.com|rubygems\.org|repo\.packagist\.org|download\.pytorch\.org|test\.pypi\.org|proxy\.golang\.org)(\/|$)/;

/** Runners of packages that are fetched for it, and the words with which nobody is asked first. */
const FETCHING: Readonly<Record<string, RegExp>> = {
  npx: /^(-\S+ )*(-y|--yes)( |$)/,
  npm: /^(exec|x)( -\S+)* (-y|--yes)( |$)/,
  pnpx: /^[^-]/,
  bunx: /^[^-]/,
  uvx: /^[^-]/,
  pnpm: /^dlx /,
  yarn: /^dlx /,
  pipx: /^run /,
};

function fetchesAndRuns(name: string, args: readonly Field[]): boolean {
  const says = Object.hasOwn(FETCHING, name) ? FETCHING[name] : undefined;
  if (says === undefined) return false;
  return says.test(args.map(({ value }) => value).join(' '));
}

/**
 * `download.package`: code from an address of its own; `download.registry`: packages from another registry;
 * `download.package-run`: a package that is fetched and run at once.
 */
export function downloadActions(command: CommandFact): string[] {
  const fetched = fetchesAndRuns(command.name, command.args) ? ['download.package-run'] : [];
  return [...fetched, ...installActions(command)];
}

function installActions({ name, args }: CommandFact): string[] {
  const plain = name.replace(/(?<=\D)[\d.]+$/, '');
  const [words, manager] = managerOf(Object.hasOwn(INSTALLERS, name) ? name : plain, args);
  const verbs = Object.hasOwn(INSTALLERS, manager) ? INSTALLERS[manager] : undefined;
  if (verbs === undefined) return [];
  const operands = parseOptions(words, { short: 'CricetfIw' }).operands;
  const isInstall =
    verbs.source === '.' ||
    operands.slice(0, 3).some(({ value }) => verbs.test(value)) ||
    words.some(({ value }) => /^-/.test(value) && verbs.test(value));
  if (!isInstall) return [];
  return [
    ...(words.some((word) => isAddress(manager, word)) ? ['download.package'] : []),
    ...(words.some((word, index) => isRegistry(word, words[index + 1], manager)) ? ['download.registry'] : []),
  ];
}

// `python -m pip …` is pip, `kubectl krew …` is krew.
function managerOf(name: string, args: readonly Field[]): [readonly Field[], string] {
  const at = args.findIndex(({ value }) => value === '-m');
  if (name === 'python' && at !== -1) return [args.slice(at + 2), args[at + 1]?.value ?? ''];
  return name === 'kubectl' && args[0]?.value === 'krew' ? [args.slice(1), 'krew'] : [args, name];
}

function isAddress(manager: string, { value, exact }: Field): boolean {
  const text = value.replace(/^--?[\w-]+=/, '');
  if (/^(docker|podman)$/.test(manager) && /^--/.test(value)) return false;
  if (manager === 'helm' || manager === 'vagrant' || manager === 'code')
    return /^https?:|^git/.test(text) && !/charts|^--/.test(value);
  if (/^(deno|R)$/.test(manager) && /^(https:\/\/(deno\.land|jsr\.io|esm\.sh)\/|jsr:|npm:)/.test(text)) return false;
  if (isRegistry({ value, exact, many: false }, undefined, manager) || KNOWN_REGISTRIES.test(text)) return false;
  if (/^(npm|npx|pnpm|pnpx|yarn|bun|bunx)$/.test(manager) && SHORT_ADDRESS.test(text)) return true;
  if (manager === 'go') return /^[\w.-]+\.[a-z]+\/.+@/.test(text);
  return ADDRESS.test(text) && !/^file:\.{0,2}\//.test(text);
}

function isRegistry({ value }: Field, next: Field | undefined, manager: string): boolean {
  if (!value.startsWith('-')) return false;
  const given = value.includes('=') ? value.slice(value.indexOf('=') + 1) : (next?.value ?? '');
  if (/^pip3?$/.test(manager) && /^-[if]/.test(value) && !value.startsWith('--'))
    return (
      !KNOWN_REGISTRIES.test(value.length > 2 ? value.slice(2) : (next?.value ?? '')) &&
      !/^\.{0,2}\/?[\w-]*$/.test(next?.value ?? '')
    );
  const isNamed = REGISTRIES.some((name) => value.length > 5 && isLongOption(value, name));
  return isNamed && !KNOWN_REGISTRIES.test(given) && !(/^(pip3?|uv)$/.test(manager) && /^[./]/.test(given));
}

const GETTERS = new Set(
  `curl curlie wget wget2 aria2c axel fetch http https xh xhs lwp-request lwp-download GET lynx w3m links elinks sftp ftp tftp
    gsutil nc ncat netcat socat telnet svn rclone youtube-dl yt-dlp certutil bitsadmin`.split(/\s+/),
);

/** True for a command that gets something from the network. */
export function downloads({ name, args }: Pick<CommandFact, 'name' | 'args'>): boolean {
  if (name === 'rsync' || name === 'scp') return args.some(({ value }) => /^[^/]*:/.test(value));
  if (name === 'aws') return args.some(({ value }) => value.startsWith('s3:'));
  if (name === 'openssl') return args[0]?.value === 's_client';
  return GETTERS.has(name) && !hasOption(args, '--version', '--help');
}
