// The machine as a whole: switching it off, its kernel, its clock, what is mounted where.
import { hasOption, isLongOption, parseOptions } from '../facts/options.ts';
import type { CommandFact } from './index.ts';
import { hasLong, onlyTells, verbsOf, words } from './words.ts';

/** Every action this file names. */
export const MACHINE_ACTIONS: readonly string[] = [
  'kernel.change',
  'system.bus',
  'system.clock',
  'system.mount',
  'system.stop',
];

const STOPS =
  words(`reboot halt poweroff fasthalt fastboot pm-suspend pm-hibernate pm-suspend-hybrid pm-powersave uadmin
  openrc-shutdown runit-init s6-poweroff s6-reboot s6-halt kexec hibernate s2ram s2disk
  zzz ZZZ`);
const KERNEL = words(`insmod modprobe rmmod depmod dkms update-initramfs mkinitramfs dracut mkinitcpio
  grub-install grub2-install update-grub grub-mkconfig grub2-mkconfig grub-reboot grub-set-default grubby efibootmgr
  mokutil kextload kextunload nvram kldload kldunload lilo bpftrace stap`);
const NEW_ROOTS = words('pivot_root switch_root umount fusermount fusermount3 swapoff swapon losetup kpartx sshfs');

/** `system.stop`, `.clock`, `.mount`, `.bus`, `kernel.change`. */
export function machineActions({ name, args, wraps }: CommandFact): string[] {
  if (onlyTells(args)) return [];
  const values = args.map(({ value }) => value);
  if (STOPS.has(name)) return values.some((value) => /^(-w|--wtmp-only|-l|--help)$/.test(value)) ? [] : ['system.stop'];
  if (KERNEL.has(name)) return tellsOfKernel(name, args) ? [] : ['kernel.change'];
  if (NEW_ROOTS.has(name)) return looksOnly(name, args) ? [] : ['system.mount'];
  if (wraps) return [];
  switch (name) {
    case 'shutdown':
      return values.some((value) => /^(-c|--show)$/.test(value)) ? [] : ['system.stop'];
    case 'init':
    case 'telinit':
      return /^([0156sSuUqQ]|.*[^\w-].*)$/.test(values[0] ?? '') ? ['system.stop'] : [];
    case 'rtcwake':
      return values.some((value) => /^(-m?no|no|show|disable)$/.test(value)) ? [] : ['system.stop'];
    case 'loginctl':
      return /\b(poweroff|reboot|halt|suspend|hibernate|hybrid-sleep|kexec)\b/.test(values.join(' '))
        ? ['system.stop']
        : [];
    case 'dbus-send':
    case 'busctl':
    case 'gdbus':
    case 'qdbus':
    case 'qdbus-qt5':
      return bus(name, values);
    case 'xfce4-session-logout':
    case 'stress':
    case 'stress-ng':
      return ['system.stop'];
    case 'gnome-session-quit':
      return hasLong(args, '--power-off', '--reboot', '--logout') ? ['system.stop'] : [];
    case 'ipmitool':
      return /\b(power|chassis power) (off|cycle|reset|soft|diag)\b/.test(values.join(' ')) ? ['system.stop'] : [];
    case 'date':
      return setsClock(args) ? ['system.clock'] : [];
    case 'hwclock':
    case 'timedatectl':
    case 'ntpdate':
    case 'chronyc':
    case 'rdate':
    case 'sntp':
      return changesClock(name, args) ? ['system.clock'] : [];
    case 'mount':
      return mounts(args) ? ['system.mount'] : [];
    case 'sysctl':
      return values.some((value) => value.includes('=') || /^(-[a-zA-Z]*[wpf]|--(write|load|system))/.test(value))
        ? ['kernel.change']
        : [];
    case 'kmod':
      return /^(load|unload|insert|remove)$/.test(values[0] ?? '') ? ['kernel.change'] : [];
    case 'bpftool':
      return /\b(load|loadall|attach|pin|update|delete|detach)\b/.test(values.join(' ')) ? ['kernel.change'] : [];
    case 'udevadm':
      return /^(control|trigger|hwdb)$/.test(values[0] ?? '') ? ['kernel.change'] : [];
    case 'bootctl':
      return /^(install|remove|update|set-default|set-oneshot|unlink|cleanup)$/.test(verbsOf(args)[0] ?? '')
        ? ['kernel.change']
        : [];
    default:
      return [];
  }
}

const ENDS = /PowerOff|Reboot|Suspend|Hibernate|Halt|KExec|logout|Shutdown/;
const ASKS_THE_BUS = /\.(Introspect|Get|GetAll|ListNames|ListActivatableNames|Ping|GetNameOwner|NameHasOwner)$/;

// What services of the system are asked to do over the bus can be anything.
function bus(name: string, values: readonly string[]): string[] {
  if (values.some((value) => ENDS.test(value))) return ['system.stop'];
  const [verb = ''] = values.filter((value) => !value.startsWith('-'));
  if (name === 'busctl') return /^(call|set-property|emit)$/.test(verb) ? ['system.bus'] : [];
  if (name === 'gdbus' && verb !== 'call') return [];
  if (name.startsWith('qdbus') && values.length < 3) return [];
  return values.some((value) => ASKS_THE_BUS.test(value)) ? [] : ['system.bus'];
}

// `losetup -a` and `swapon --show` list what there is.
function looksOnly(name: string, args: CommandFact['args']): boolean {
  if (name === 'swapon') return args.some(({ value }) => /^(-s|--show.*|--summary)$/.test(value));
  return (
    name === 'losetup' && args.every(({ value }) => /^(-a|-l|-j|--all|--list|--json|-n|--noheadings)$/.test(value))
  );
}

function tellsOfKernel(name: string, args: CommandFact['args']): boolean {
  const values = args.map(({ value }) => value);
  switch (name) {
    case 'modprobe':
      return values.some((value) => /^(-n|--dry-run|--show|-c|--showconfig|--show-depends|-D)$/.test(value));
    case 'efibootmgr':
      return args.length === 0 || values.every((value) => /^(-v|--verbose)$/.test(value));
    case 'dkms':
      return values[0] === 'status';
    case 'mokutil':
      return values.every((value) => /^--(sb-state|list-.*)$/.test(value));
    case 'grubby':
      return values.some((value) => /^--(info|default-kernel|default-index).*/.test(value));
    case 'grub-mkconfig':
    case 'grub2-mkconfig':
      return !values.some((value) => /^(-o|--output)/.test(value));
    case 'nvram':
      return values[0] === '-p';
    case 'bpftrace':
      return values[0] === '-l' || values[0] === '--info';
    default:
      return false;
  }
}

// `date MMDDhhmm` sets it as well.
function setsClock(args: CommandFact['args']): boolean {
  // `-Is` is a format, not `-I -s`.
  const plain = args.filter(({ value }) => !/^-I[a-z]*$/.test(value));
  const { options, operands } = parseOptions(plain, { short: 'dfrs', long: ['date', 'file', 'reference', 'set'] });
  return (
    options.some(({ name }) => name === '-s' || isLongOption(name, '--set')) ||
    operands.some(({ value }) => !value.startsWith('+'))
  );
}

function changesClock(name: string, args: CommandFact['args']): boolean {
  const [verb = ''] = verbsOf(args);
  switch (name) {
    case 'hwclock':
      return hasOption(args, '-w', '-s', '-a', '--set', '--systohc', '--hctosys', '--systz', '--adjust', '--param-set');
    case 'timedatectl':
      return verb.startsWith('set-');
    case 'chronyc':
      return /^(makestep|settime|add|delete|offline|manual)$/.test(verb);
    case 'ntpdate':
      return !hasOption(args, '-q');
    case 'sntp':
      return hasOption(args, '-S', '-s', '-a');
    default:
      return true;
  }
}

function mounts(args: CommandFact['args']): boolean {
  if (args.length === 0) return false;
  const { options, operands } = parseOptions(args, { short: 'tOoLULN', long: ['types', 'options', 'label', 'uuid'] });
  const shows =
    operands.length === 0 &&
    options.every(({ name }) => /^(-l|-t|-v|-h|-V|--types|--show-labels|--verbose)$/.test(name));
  return !shows;
}
