// What listens on the machine, what opens a way in, and what talks to the network past every tool made for it.
import type { Field, PathFact } from '../facts/facts.ts';
import { type OptionSpec, parseOptions } from '../facts/options.ts';
import type { CommandFact } from './index.ts';

/** Every action this file names. */
export const NETWORK_ACTIONS: readonly string[] = [
  'network.listen',
  'network.raw-socket',
  'network.shell',
  'network.tunnel',
];

const words = (text: string): ReadonlySet<string> => new Set(text.trim().split(/\s+/));

const NETCAT = words('nc ncat netcat nc.openbsd nc.traditional nc.exe ncat.exe pwncat cryptcat sbd dbd nc6 pnetcat');
const NETCAT_SPEC: OptionSpec = { short: 'DeGgiIMmOopPqQsSTVwWxXcd', long: ['proxy', 'proxy-type', 'wait', 'source'] };
/** Programs that carry bytes between a socket and whatever else: asked for, whatever the options. */
const SOCKETS = words(
  'rcat rustcat telnet gnutls-cli websocat wscat ztcp zmodload mosquitto_pub kcat kafkacat tcpclient',
);
/** Programs that give a shell, a screen or a folder to whoever comes. */
const SERVERS =
  words(`httpd ftpd systemd-socket-activate darkhttpd webfsd thttpd mini_httpd lighttpd miniserve dufs goshs updog http-server uploadserver
  simplehttpserver twistd pyftpdlib vsftpd proftpd in.tftpd uftpd sshd dropbear tcpserver tcpsvd udpsvd inetd xinetd telnetd
  rshd ttyd gotty wetty shellinaboxd tmate upterm teleconsole x11vnc vncserver Xvnc gdbserver code-server rsyncd smbd nfsd
  microsocks sockd danted 3proxy tinyproxy mitmproxy mitmdump mitmweb`);
/** Programs that are a way around a firewall and nothing else. */
const TUNNELS =
  words(`ngrok cloudflared chisel frpc frps bore localtunnel lt gost tailscale tailscaled sshuttle zerotier-cli
  zerotier-one wg-quick openvpn openconnect vpnc stunnel stunnel4 rinetd redir simpleproxy iodine iodined dnscat dnscat2 dns2tcpc
  dns2tcpd ptunnel ptunnel-ng hans icmpsh proxytunnel corkscrew ligolo ligolo-agent rathole pagekite pagekite.py loclx
  localxpose inlets playit holesail netbird nebula tor i2pd revsocks gsocket gs-netcat devtunnel kubefwd telepresence
  expose pinggy proxychains-ng v2ray xray sing-box hysteria brook trojan-go naive ssserver sslocal earthworm ew nps npc`);
/** What these only tell. */
const TELLS =
  /^(--?(version|help|V|h|T|t)|version|help|status|ip|ping|whois|netcheck|show|list|licenses|completion|check)$/;

/** `network.listen`, `.shell`, `.raw-socket`, `.tunnel`. */
export function networkActions(command: CommandFact): string[] {
  const { name, args, reads, writes } = command;
  const found = [...reads, ...writes].some(isSocket) ? ['network.raw-socket'] : [];
  if (NETCAT.has(name)) found.push(...netcat(args));
  else if (name === 'socat' || name === 'socat1') found.push(...socat(args));
  else if (name === 'openssl') found.push(...openssl(command));
  else if (SOCKETS.has(name)) found.push('network.raw-socket');
  else if (SERVERS.has(name) && !onlyTells(args)) found.push('network.listen');
  else if (TUNNELS.has(name) && !onlyTells(args)) found.push('network.tunnel');
  else if (listens(name, args)) found.push('network.listen');
  return found;
}

function onlyTells(args: readonly Field[]): boolean {
  return args.length > 0 && TELLS.test(args[0]?.value ?? '');
}

function isSocket({ forms }: PathFact): boolean {
  return forms.some((form) => /^\/dev\/(tcp|udp)\//.test(form));
}

function netcat(args: readonly Field[]): string[] {
  if (args.some(({ value }) => /^-[a-zA-Z]*[ec]/.test(value) || /^--(sh|ex|lua)/.test(value))) return ['network.shell'];
  const { options } = parseOptions(args, NETCAT_SPEC);
  const names = options.map(({ name }) => name);
  if (names.some((name) => name === '-l' || name === '-L' || /^--li/.test(name))) return ['network.listen'];
  return names.some((name) => /^(-z|-h|--version|--help)$/.test(name)) ? [] : ['network.raw-socket'];
}

function socat(args: readonly Field[]): string[] {
  if (args.every(({ value }) => /^-(V|h|\?+|hh|hhh)$/.test(value))) return [];
  if (args.some(({ value, exact }) => /EXEC|SYSTEM|SHELL/i.test(value) || !exact)) return ['network.shell'];
  return args.some(({ value }) => /LISTEN|RECV/i.test(value)) ? ['network.listen'] : ['network.raw-socket'];
}

// `openssl s_client -connect host:443 < /dev/null` shows a certificate; with input from elsewhere it sends that.
function openssl({ args, stdin, reads }: CommandFact): string[] {
  const verb = args[0]?.value;
  if (verb === 's_server') return ['network.listen'];
  const isSilent =
    (stdin.kind === 'text' && stdin.text.trim() === '') ||
    (stdin.kind === 'file' && reads.some(({ by, forms }) => by === 'redirection' && forms[0] === '/dev/null'));
  return verb === 's_client' && !isSilent ? ['network.raw-socket'] : [];
}

// A server that another program holds: what it shows is open to whoever comes.
function listens(name: string, args: readonly Field[]): boolean {
  const values = args.map(({ value }) => value);
  const has = (pattern: RegExp) => values.some((value) => pattern.test(value));
  switch (name.replace(/[\d.]+$/, '')) {
    case 'python':
    case 'pypy':
      return has(
        /^(-[a-zA-Z]*m)?(http\.server|SimpleHTTPServer|CGIHTTPServer|pyftpdlib|uploadserver|xmlrpc\.server|wsgiref.*|pydoc|aiohttp\.web|twisted|smtpd|aiosmtpd)$/,
      );
    case 'php':
      return has(/^-[a-zA-Z]*S/);
    case 'ruby':
      return has(/^-run$|^-r(un|webrick)/) || has(/^httpd$/);
    case 'node':
      return has(/^--inspect(-brk)?=(?!127\.|localhost)/);
    case 'npx':
    case 'bunx':
    case 'pnpx':
      return has(/^(http-server|serve|localtunnel|live-server|ngrok|wetty)(@.*)?$/);
    case 'rsync':
      return has(/^--daemon$/);
    case 'git':
      return values[0] === 'daemon';
    case 'caddy':
      return values[0] === 'file-server' || values[0] === 'reverse-proxy';
    case 'rclone':
      return values[0] === 'serve' || values[0] === 'rcd';
    case 'code':
      return values[0] === 'tunnel' || values[0] === 'serve-web';
    case 'ipfs':
      return values[0] === 'daemon';
    case 'adb':
      return has(/^(tcpip|reverse|forward)$/);
    case 'jupyter':
      return has(/^--(ip|ServerApp\.ip|NotebookApp\.ip)/);
    default:
      return false;
  }
}
