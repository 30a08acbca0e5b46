// What leaves the machine, what listens on it, and what opens a way in.
import type { PathFact } from '../facts.ts';
import { hasOption, parseOptions } from '../options.ts';
import type { CommandFact } from './index.ts';

/** Every action this file names. */
export const NETWORK_ACTIONS: readonly string[] = [
  'network.listen',
  'network.raw-socket',
  'network.shell',
  'network.tunnel',
  'network.upload',
];

const NETCAT = new Set(['nc', 'ncat', 'netcat', 'nc.openbsd', 'nc.traditional']);
const SOCKET = /^\/dev\/(tcp|udp)\//;
const SSH_TUNNEL = /^-(L|R|D|w|W|J|A|M|S|o|F|E)$/;
const SSH_HARMLESS =
  /^(ConnectTimeout|BatchMode|ServerAliveInterval|ServerAliveCountMax|LogLevel|StrictHostKeyChecking|ConnectionAttempts|Compression|RequestTTY)\s*[= ]/i;

/** `network.listen`, `.shell`, `.raw-socket`, `.upload`, `.tunnel`. */
export function networkActions(command: CommandFact): string[] {
  const { name, args, reads, writes } = command;
  const found: string[] = [];
  if ([...reads, ...writes].some((file) => isSocket(file))) found.push('network.raw-socket');
  if (NETCAT.has(name)) found.push(...netcat(args));
  if (name === 'socat')
    found.push(args.some(({ value }) => /EXEC|SYSTEM|SHELL/i.test(value)) ? 'network.shell' : 'network.raw-socket');
  if (['telnet', 'openssl'].includes(name) && args.some(({ value }) => value === 's_client' || value === 's_server'))
    found.push('network.raw-socket');
  if (isUpload(command)) found.push('network.upload');
  if (['ssh', 'autossh', 'slogin', 'mosh'].includes(name) && tunnels(args)) found.push('network.tunnel');
  if (
    ['ngrok', 'cloudflared', 'chisel', 'frpc', 'bore', 'localtunnel', 'lt', 'gost', 'tailscale', 'sshuttle'].includes(
      name,
    )
  )
    found.push('network.tunnel');
  return found;
}

function isSocket({ forms }: PathFact): boolean {
  return forms.some((form) => SOCKET.test(form));
}

function netcat(args: CommandFact['args']): string[] {
  if (args.some(({ value }) => /^-[a-zA-Z]*[ec]/.test(value) || /^--(sh-)?exec|^--lua-exec/.test(value)))
    return ['network.shell'];
  if (hasOption(args, '-l', '--listen')) return ['network.listen'];
  return hasOption(args, '-z') ? [] : ['network.raw-socket'];
}

function isUpload({ name, args, stdin }: CommandFact): boolean {
  switch (name) {
    case 'curl':
    case 'curlie':
    case 'xh':
      return (
        hasOption(args, '-T', '--upload-file') ||
        args.some(
          ({ value }, index) =>
            /^(-d|-F|--data|--data-binary|--data-raw|--data-urlencode|--form|--json)/.test(value) &&
            sends(value, args[index + 1]?.value ?? '', stdin.kind),
        )
      );
    case 'wget':
      return args.some(({ value }) => /^--(post|body|method)/.test(value));
    case 'scp':
    case 'rsync':
    case 'rclone':
    case 'sftp':
    case 'ftp':
    case 'lftp':
      return true;
    case 'aws':
      return args[0]?.value === 's3' && /^(cp|mv|sync)$/.test(args[1]?.value ?? '');
    case 'gsutil':
      return /^(cp|mv|rsync)$/.test(args.find(({ value }) => !value.startsWith('-'))?.value ?? '');
    default:
      return false;
  }
}

// A file, or what comes through a pipe; plain data in the text is only what the agent already knows.
function sends(option: string, next: string, stdin: string): boolean {
  return /[@<]/.test(option) || /[@<]/.test(next) || (stdin === 'pipe' && /-$/.test(next));
}

function tunnels(args: CommandFact['args']): boolean {
  const { options } = parseOptions(args, { short: 'BbcDEeFIiJLlmOoPpQRSWw', posix: true });
  return options.some(({ name, value }) => {
    if (name === '-o') return value?.exact !== true || !SSH_HARMLESS.test(value.value);
    return SSH_TUNNEL.test(name);
  });
}
