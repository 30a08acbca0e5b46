// Files that a command no table knows may read: every word of it that could be a path. Rules see them as a perhaps.
import type { Field } from '../facts/facts.ts';
import { ANY, SOME } from '../facts/unknowns.ts';
import { wrapperOf } from '../walk/wrappers.ts';

/** Commands that name files without showing what is in them, or whose own rules say what they do. */
const NAMES_ONLY = new Set(
  `: true false test [ [[ echo printf cd pushd popd dirs export unset set shift local declare typeset readonly return exit
  break continue type hash alias unalias trap wait jobs fg bg kill let getopts umask ulimit times shopt complete compgen
  bind history fc disown suspend enable command builtin eval exec
  ls dir vdir exa eza lsd stat which whereis locate basename dirname realpath readlink df man info apropos whatis tldr logger
  mdadm smartctl hdparm nvme blockdev blkid parted fdisk sfdisk gdisk sgdisk lvs vgs pvs cryptsetup partprobe eject wipefs
  say notify-send wall cowsay figlet toilet banner expr seq sleep date id groups getent namei mountpoint findmnt lsattr
  getfattr getcap fuser lsof inotifywait inotifywatch watchman entr
  ssh ssh-keygen sftp mosh autossh ssh-copy-id docker podman nerdctl docker-compose kubectl oc helm kustomize k9s
  node nodejs deno bun php lua npm npx yarn pnpm pnpx bunx pip pip3 pipx uv uvx poetry cargo go rustc make cmake ninja
  gradle mvn java javac dotnet bundle rake gem composer terraform tofu ansible ansible-playbook pulumi
  aws gcloud az gh glab vault psql mysql mariadb sqlite3 mongosh redis-cli
  git hg svn apt apt-get dpkg yum dnf rpm brew
  systemctl service journalctl crontab sh bash dash zsh ksh ash fish dotenv direnv
  useradd usermod passwd mkfs mount umount tsc eslint prettier biome jest vitest pytest mocha tox`.split(/\s+/),
);

/** What an unknown command names; nothing where the command is known to show no file. */
export function mentionsOf(name: string, args: readonly Field[]): readonly Field[] {
  if (NAMES_ONLY.has(name) || wrapperOf(name) !== undefined || /^(python|pypy|perl|ruby)[\d.]*$/.test(name)) return [];
  return args.flatMap(pathIn);
}

const UNSEEN = new RegExp(`^[${ANY}${SOME}]`);

// `/a`, `--config=/a`, `-f/a`, `@/a`, `if=/a`, `file:///a`.
function pathIn(arg: Field): Field[] {
  const value = arg.value
    .replace(/^-[A-Za-z](?=[~/.])/, '')
    .replace(/^-*[\w-]+=/, '')
    .replace(/^[@<]/, '')
    .replace(/^file:\/\//i, '');
  // What begins unknown may be anything, mostly no file: `ping "$HOST"`.
  return value === '' || value.startsWith('-') || /\s/.test(value) || UNSEEN.test(value) ? [] : [{ ...arg, value }];
}
