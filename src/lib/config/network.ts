// IP networks as a certificate's source-address takes them.
import { isIP } from 'node:net';

/**
 * True for an address, or a network whose bits after the prefix are zero. sshd refuses the whole certificate for
 * anything else ("invalid address list", addr_match_cidr_list in OpenSSH), and says so only in its log.
 */
export function isNetwork(text: string): boolean {
  const [address = '', prefix, rest] = text.split('/');
  const family = isIP(address);
  if (family === 0 || rest !== undefined || address.includes('%')) return false;
  if (prefix === undefined) return true;
  const width = family === 4 ? 32 : 128;
  if (!/^(0|[1-9]\d{0,2})$/.test(prefix) || Number(prefix) > width) return false;
  const hostBits = BigInt(width - Number(prefix));
  return addressBits(address, family) % (1n << hostBits) === 0n;
}

function addressBits(address: string, family: number): bigint {
  if (family === 4) return toBits(address.split('.').map(Number), 8n);
  // An IPv4 tail (::ffff:10.0.0.1) counts as the last two groups.
  const tail = /(\d+)\.(\d+)\.(\d+)\.(\d+)$/.exec(address);
  const groups = tail
    ? address.slice(0, tail.index) +
      [0, 2].map((at) => (Number(tail[at + 1]) * 256 + Number(tail[at + 2])).toString(16)).join(':')
    : address;
  const [head = '', after] = groups.split('::');
  const left = head === '' ? [] : head.split(':');
  const right = after === undefined || after === '' ? [] : after.split(':');
  const middle = after === undefined ? [] : Array<string>(8 - left.length - right.length).fill('0');
  return toBits(
    [...left, ...middle, ...right].map((group) => Number.parseInt(group, 16)),
    16n,
  );
}

function toBits(groups: readonly number[], bitsEach: bigint): bigint {
  return groups.reduce((bits, group) => (bits << bitsEach) | BigInt(group), 0n);
}
