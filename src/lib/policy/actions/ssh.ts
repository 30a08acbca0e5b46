// ssh and its kin: forwards and tunnels, and options with which the client itself runs commands here.
import type { Field } from '../facts/facts.ts';
import { isLongOption, type Option, type OptionSpec, parseOptions } from '../facts/options.ts';
import type { CommandFact } from './index.ts';

/** Every action this file names. */
export const SSH_ACTIONS: readonly string[] = [
  'ssh.forward',
  'ssh.local-command',
  'ssh.option',
  'ssh.session',
  'ssh.trust',
];

const CLIENTS = new Set(['ssh', 'autossh', 'slogin', 'ssh.exe', 'hpnssh', 'plink', 'dbclient', 'tsh']);
/** They run a command on many machines, or open a shell on one; nothing there is judged. */
const REMOTES =
  /^(pssh|parallel-ssh|pdsh|clush|dsh|mussh|cssh|csshx|clusterssh|rsh|rlogin|rexec|remsh|sshrc|ansible-console|fab)$/;
const COPIES = new Set(['scp', 'sftp', 'sshfs', 'pscp', 'psftp']);
const SSH: OptionSpec = { short: 'BbcDEeFIiJLlmOoPpQRSWw', posix: true };
const COPY: OptionSpec = { short: 'BbcDFiJloPRSsX', posix: true };

/** Settings, by name, that say how a connection is made and nothing else. */
const HARMLESS =
  /^(connecttimeout|batchmode|serveralive(interval|countmax)|loglevel|stricthostkeychecking|connectionattempts|compression|requesttty|port|user|identitiesonly|identityfile|addressfamily|tcpkeepalive|passwordauthentication|pubkeyauthentication|preferredauthentications|kbdinteractiveauthentication|numberofpasswordprompts|hostkeyalgorithms|kexalgorithms|ciphers|macs|pubkeyacceptedalgorithms|checkhostip|hashknownhosts|updatehostkeys|escapechar|visualhostkey|clearallforwardings|gssapiauthentication|hostname|bindaddress|ipqos|forwardagent=no|forwardx11=no|tunnel=no|permitlocalcommand=no|userknownhostsfile=\/dev\/null|globalknownhostsfile=\/dev\/null|proxycommand=none|proxyjump=none|controlmaster=no|controlpath=none)$/;
const RUNS =
  /^(proxycommand|localcommand|permitlocalcommand|knownhostscommand|match|include|pkcs11provider|securitykeyprovider|xauthlocation|identityagent|proxyusefdpass|sendenv|setenv)$/;
const FORWARDS =
  /^(localforward|remoteforward|dynamicforward|forwardagent|forwardx11|forwardx11trusted|tunnel|tunneldevice|gatewayports|exitonforwardfailure|proxyjump|permitremoteopen|streamlocalbind.*|controlmaster|controlpath|controlpersist|stdinnull|forkafterauthentication|sessiontype)$/;

/** `ssh.forward`, `.local-command`, `.option`, `.session` (a shell on the other side), `.trust` (who may log in there). */
export function sshActions({ name, args }: CommandFact): string[] {
  if (REMOTES.test(name)) return ['ssh.session'];
  if (name === 'ssh-copy-id') return ['ssh.trust'];
  if (name === 'mosh')
    return args.some(({ value }) => isLongOption(value, '--ssh')) ? ['ssh.local-command'] : ['ssh.session'];
  if (name === 'ssh-keygen' || name === 'ssh-add') return loadsLibrary(name, args) ? ['ssh.local-command'] : [];
  if (name === 'rsync') return remoteShell(args);
  if (COPIES.has(name)) return [...new Set(parseOptions(args, COPY).options.flatMap((each) => copyOption(each, name)))];
  if (!CLIENTS.has(name)) return [];
  const { options, operands } = parseOptions(args, SSH);
  const found = new Set(options.flatMap(sshOption));
  if (operands.length === 1 && !options.some(({ name: option }) => /^-[VGQNT]$/.test(option))) found.add('ssh.session');
  // `ssh host -o …`: options may stand behind the host as well.
  for (const each of parseOptions(operands.slice(1), SSH).options)
    for (const action of sshOption(each)) found.add(action);
  return [...found];
}

function sshOption({ name, value }: Option): string[] {
  if (name === '-o') return value === undefined ? [] : settingActions(value);
  if (/^-[LRDwWJAXYM]$/.test(name)) return ['ssh.forward'];
  if (name === '-F' && value?.value === '/dev/null') return [];
  if (name === '-F' || name === '-I' || name === '-E' || name === '-S') return ['ssh.local-command'];
  if (name === '-O' || name === '-f' || name === '-N') return ['ssh.option'];
  return [];
}

function copyOption({ name, value }: Option, client: string): string[] {
  if (name === '-o') return value === undefined ? [] : settingActions(value);
  if (name === '-S' || name === '-F' || (name === '-D' && client === 'sftp')) return ['ssh.local-command'];
  return name === '-J' || name === '-A' ? ['ssh.forward'] : [];
}

// `Key=value`, `Key value`, `Key = value`, in any case.
function settingActions({ value, exact }: Field): string[] {
  const [, key = '', setting = ''] = /^\s*"?(\w+)"?\s*[=\s]\s*([\s\S]*)$/.exec(value) ?? [];
  const name = key.toLowerCase();
  if (HARMLESS.test(name) || HARMLESS.test(`${name}=${setting.toLowerCase()}`)) return [];
  if (RUNS.test(name) || (!exact && key === '')) return ['ssh.local-command'];
  return [FORWARDS.test(name) ? 'ssh.forward' : 'ssh.option'];
}

// A library for tokens is code that the client loads.
function loadsLibrary(name: string, args: readonly Field[]): boolean {
  const spec = name === 'ssh-add' ? { short: 'eEHhsStTm' } : { short: 'abCDEFfIiJjKLMmNnOPRrSstVwYZz' };
  return parseOptions(args, spec).options.some(({ name: option }) =>
    name === 'ssh-add' ? option === '-s' || option === '-S' : option === '-D' || option === '-w',
  );
}

const RSYNC: OptionSpec = {
  short: 'eBTfM',
  long: ['rsh', 'rsync-path', 'exclude', 'include', 'filter', 'files-from', 'temp-dir'],
};

// The program that rsync starts to reach the other side, and the one it starts there.
function remoteShell(args: readonly Field[]): string[] {
  return parseOptions(args, RSYNC).options.flatMap(({ name, value }) => {
    if (name !== '-e' && name !== '--rsh' && name !== '--rsync-path') return [];
    if (name === '--rsync-path')
      return /^(sudo )?(\/usr\/bin\/)?rsync$/.test(value?.value ?? '') ? [] : ['ssh.local-command'];
    const [program, ...given] = (value?.value ?? '').trim().split(/\s+/);
    if (value?.exact !== true || !/^(\/usr\/bin\/)?ssh$/.test(program ?? '')) return ['ssh.local-command'];
    return parseOptions(
      given.map((word) => ({ value: word, exact: true, many: false })),
      SSH,
    ).options.flatMap(sshOption);
  });
}
