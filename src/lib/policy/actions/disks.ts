// Programs that make, resize, encrypt or take away what files lie on. What is written to a disk by path is a path fact.
import { isNoFile } from '../facts/no-file.ts';
import type { CommandFact } from './index.ts';
import { hasLong, onlyTells, verbsOf, words } from './words.ts';

/** Every action this file names. */
export const DISK_ACTIONS: readonly string[] = ['disk.format', 'disk.change', 'disk.fill'];

const FORMATS = words(`mke2fs mkswap mkdosfs mkntfs mkudffs newfs newfs_msdos newfs_hfs wipefs blkdiscard
  lvremove vgremove pvremove lvreduce lvconvert pvcreate vgcreate vgreduce nwipe scrub cfdisk cgdisk
  fdformat sfill sswap zerofree partclone.restore ddrescue tune2fs resize2fs
  xfs_growfs xfs_repair xfs_admin reiserfstune make-bcache ntfsresize
  growpart partprobe e2image bmaptool`);

/** `disk.format`: what was there is gone; `disk.change`: it may be; `disk.fill`: it writes without an end. */
export function diskActions(command: CommandFact): string[] {
  const { name, args } = command;
  if (onlyTells(args)) return [];
  if (fills(command)) return ['disk.fill'];
  const values = args.map(({ value }) => value);
  const text = values.join(' ');
  if (FORMATS.has(name) || /^mkfs(\.|$)/.test(name)) {
    if (name === 'wipefs' && !values.some((value) => /^-[a-z]*[ao]|^--(all|offset|force)/.test(value))) return [];
    if (/^(tune2fs)$/.test(name) && /^(-l |--list )/.test(`${text} `)) return [];
    return ['disk.format'];
  }
  switch (name) {
    case 'fdisk':
    case 'sfdisk':
    case 'gdisk':
    case 'sgdisk':
    case 'parted':
      return partitions(name, args) ? ['disk.format'] : [];
    case 'hdparm':
      return /--(security|yes-i-know|trim|write|make-bad|fwdownload|dco|repair|sanitize)/.test(text)
        ? ['disk.format']
        : [];
    case 'nvme':
      return /^(format|sanitize|delete-ns|write|fw-|security|reset|subsystem-reset)/.test(values[0] ?? '')
        ? ['disk.format']
        : [];
    case 'sg_format':
    case 'sg_sanitize':
    case 'sg_write_same':
    case 'sg_unmap':
      return ['disk.format'];
    case 'cryptsetup':
      return /\b(luksFormat|erase|luksErase|reencrypt|luksRemoveKey|luksKillSlot|luksAddKey|luksChangeKey|luksHeaderRestore|luksDump --dump|luksHeaderBackup)\b/.test(
        text,
      )
        ? ['disk.format']
        : /\b(open|luksOpen|close|luksClose|resize|luksSuspend)\b/.test(text)
          ? ['disk.change']
          : [];
    case 'mdadm':
      return /(--zero-superblock|--create|-C|--stop|-S|--fail|-f|--remove|-r|--grow|-G)(?=[ =]|$)/.test(text)
        ? ['disk.format']
        : [];
    case 'zpool':
      return /^(destroy|labelclear|create|export|offline|detach|remove|split|replace)$/.test(values[0] ?? '')
        ? ['disk.format']
        : [];
    case 'zfs':
      return /^(destroy|rollback|receive|recv|promote)$/.test(values[0] ?? '') ? ['disk.format'] : [];
    case 'btrfs':
    case 'btrfstune':
      return /\b(delete|del|format|device (remove|add|replace)|check --repair|rescue|balance)\b/.test(text)
        ? ['disk.format']
        : [];
    case 'diskutil':
      return /^(erase|partition|zero|random|secureErase|apfs delete|apfs erase|reformat|unmount|eject|cs delete)/i.test(
        text,
      )
        ? ['disk.format']
        : [];
    case 'badblocks':
      return values.some((value) => /^-[a-z]*[wn]/.test(value)) ? ['disk.format'] : [];
    case 'debugfs':
      return values.some((value) => /^-[a-z]*w/.test(value)) ? ['disk.format'] : [];
    case 'fsck':
    case 'e2fsck':
      return values.some((value) => /^-[a-z]*[ypaf]/.test(value)) ? ['disk.change'] : [];
    case 'dmsetup':
      return /^(remove|remove_all|wipe_table|create|load|suspend|reload|clear)$/.test(values[0] ?? '')
        ? ['disk.format']
        : [];
    case 'vgchange':
    case 'lvchange':
    case 'lvresize':
    case 'lvextend':
    case 'lvcreate':
      return ['disk.change'];
    case 'mknod':
      return values.some((value) => /^[bcu]$/.test(value)) ? ['disk.change'] : [];
    case 'qemu-nbd':
      return values.some((value) => value.startsWith('/dev/')) || hasLong(args, '--connect') ? ['disk.change'] : [];
    case 'flashrom':
    case 'flashcp':
    case 'flash_erase':
    case 'nandwrite':
    case 'mtd_debug':
      return ['disk.format'];
    case 'fwupdmgr':
      return /^(install|update|downgrade|reinstall)$/.test(verbsOf(args)[0] ?? '') ? ['disk.change'] : [];
    default:
      return [];
  }
}

const ENDLESS = /^\/dev\/(zero|u?random|full)$/;

// `cat /dev/zero > a`, `dd if=/dev/zero of=a` without a count, `yes > a`.
function fills({ name, args, reads, writes }: CommandFact): boolean {
  if (!/^(cat|dd|cp|tee|pv|yes|tr|base64|xxd|od)$/.test(name) || writes.every(isNoFile)) return false;
  if (name === 'yes') return true;
  return (
    reads.some(({ forms }) => forms.some((form) => ENDLESS.test(form))) &&
    !args.some(({ value }) => /^(count=|-[a-zA-Z]*[NlS])/.test(value))
  );
}

function partitions(name: string, args: CommandFact['args']): boolean {
  const values = args.map(({ value }) => value);
  if (values.length === 0) return name !== 'fdisk';
  if (name === 'parted') {
    const commands = verbsOf(args).slice(1);
    return (
      !values.some((value) => /^(-l|--list)$/.test(value)) &&
      !(
        commands.length > 0 &&
        commands.every((value) =>
          /^(print|free|all|devices|list|unit|[kKMGTsB]i?B?|align-check|help|quit)$/.test(value),
        )
      )
    );
  }
  if (name === 'sgdisk')
    return !values.every((value) => /^(-p|--print|-i|-v|--verify|--info.*|-i\d+|\/dev\/.*|\d+)$/.test(value));
  const looks = /^(-[lLxsdJ]+|--(list|dump|json|show-size|show-geometry|bytes|verify|list-free|list-types).*|-o.*)$/;
  return !values.some((value) => looks.test(value));
}
