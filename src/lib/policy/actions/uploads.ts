// What leaves the machine: files that are sent, and words that carry what a command printed.
import type { Field } from '../facts/facts.ts';
import { hasOption, type OptionSpec, parseOptions } from '../facts/options.ts';
import { ANY, SOME } from '../facts/unknowns.ts';
import type { CommandFact } from './index.ts';

/** Every action this file names. */
export const UPLOAD_ACTIONS: readonly string[] = ['network.upload'];

const CURL: OptionSpec = {
  short: 'AbcCdDeEFhHKmoPQrtTuUwxXyYzZ',
  long: [
    'data',
    'data-ascii',
    'data-binary',
    'data-raw',
    'data-urlencode',
    'form',
    'form-string',
    'json',
    'url-query',
    'config',
    'upload-file',
    'header',
    'output',
    'request',
    'user',
    'url',
    'user-agent',
    'cookie',
    'referer',
    'write-out',
    'proxy',
    'max-time',
    'connect-timeout',
    'retry',
  ],
};
const COPY: OptionSpec = {
  short: 'BcDFiJlMoPSTXef',
  long: [
    'rsh',
    'rsync-path',
    'exclude',
    'include',
    'filter',
    'exclude-from',
    'include-from',
    'files-from',
    'port',
    'bwlimit',
    'log-file',
    'temp-dir',
    'password-file',
    'chmod',
    'chown',
    'out-format',
    'info',
    'timeout',
  ],
};
const HTTPIE = new Set(['http', 'https', 'xh', 'xhs', 'curlie', 'httpie']);
const MAIL = new Set(
  'mail mailx s-nail nail mutt neomutt sendmail msmtp ssmtp swaks sendemail mpack metasend'.split(' '),
);
const PASTES = new Set(
  'pastebinit wgetpaste sprunge croc wormhole ffsend transfer onionshare onionshare-cli syncthing dufs-cli gdrive dropbox_uploader.sh'.split(
    ' ',
  ),
);
const LOOKUPS = new Set(
  'dig host nslookup drill kdig delv resolvectl systemd-resolve ping ping6 fping hping3 traceroute tracepath mtr'.split(
    ' ',
  ),
);
const TRANSFERS = new Set('ftp lftp ncftp ncftpput tftp smbclient curlftpfs davfs2 cadaver'.split(' '));

/** `network.upload`. */
export function uploadActions(command: CommandFact): string[] {
  return isUpload(command) ? ['network.upload'] : [];
}

function isUpload({ name, args, stdin }: CommandFact): boolean {
  if (HTTPIE.has(name))
    return (
      stdin.kind === 'pipe' ||
      stdin.kind === 'file' ||
      args.some(({ value }) => /^@|^[^-=][^=]*(@|=@)[^=]*$/.test(value))
    );
  if (MAIL.has(name) || PASTES.has(name) || TRANSFERS.has(name)) return !onlyTells(args);
  if (LOOKUPS.has(name)) return carriesWords(name, args);
  const operands = parseOptions(args, {}).operands.map(({ value }) => value);
  switch (name) {
    case 'curl':
      return curlSends(args, stdin.kind);
    case 'wget':
    case 'wget2':
      return (
        args.some(
          ({ value }, index) =>
            /^--(post-f|body-f)/.test(value) ||
            (/^--(post-d|body-d)/.test(value) && isComputed(value + (args[index + 1]?.value ?? ''))),
        ) || args.some(({ value }) => /^https?:/.test(value) && isComputed(value))
      );
    case 'scp':
    case 'pscp':
    case 'rsync':
      return sendsFiles(parseOptions(args, COPY).operands.map(({ value }) => value));
    case 'sftp':
      // With a file named it only gets that; otherwise it asks what to do, and `put` is one answer.
      return stdin.kind !== 'inherit' || hasOption(args, '-b') || !operands.some((word) => /^[^/]+:./.test(word));
    case 'rclone':
      return (
        /^(copy|copyto|sync|move|moveto|rcat|bisync)$/.test(operands[0] ?? '') &&
        /^[\w-]+:/.test(operands[2] ?? operands[1] ?? '')
      );
    case 'aws':
      return awsSends(operands);
    case 'gsutil':
      return (
        /^(cp|mv|rsync)$/.test(operands.find((word) => /^(cp|mv|rsync)$/.test(word)) ?? '') &&
        operands.slice(2).some((word) => /^gs:/.test(word))
      );
    case 'gcloud':
      return (
        operands[0] === 'storage' &&
        /^(cp|mv|rsync)$/.test(operands[1] ?? '') &&
        operands.slice(2).some((word) => /^gs:/.test(word))
      );
    case 'az':
      return operands[0] === 'storage' && operands.includes('upload');
    case 'git':
      return args.some(({ value }) => /:\/\/|^[\w.-]+@[\w.-]+:/.test(value) && isComputed(value));
    case 'azcopy':
      return /^https?:/.test(operands.at(-1) ?? '');
    case 's3cmd':
    case 's5cmd':
    case 'mc':
    case 'b2':
      return /^(put|sync|cp|mv|mirror|pipe|upload-file|file)$/.test(operands[0] ?? '');
    case 'gh':
    case 'glab':
      return /^(gist|snippet)$/.test(operands[0] ?? '') && operands[1] === 'create';
    case 'logger':
      return hasOption(args, '-n', '--server') || hasOption(args, '-d', '--udp');
    default:
      return false;
  }
}

// `aws [--profile p] s3 cp FROM TO`.
function awsSends(operands: readonly string[]): boolean {
  const at = operands.findIndex((word) => word === 's3' || word === 's3api');
  const verb = operands[at + 1] ?? '';
  if (operands[at] === 's3api') return /^(put-object|upload-part|put-bucket-(acl|policy))$/.test(verb);
  return /^(cp|mv|sync)$/.test(verb) && operands.slice(at + 3).some((word) => /^s3:/.test(word));
}

function onlyTells(args: readonly Field[]): boolean {
  return args.length > 0 && args.every(({ value }) => /^(-V|--version|-h|--help|version|help)$/.test(value));
}

// What is here goes to a place behind it that is not; what stands behind both may have been added by xargs.
function sendsFiles(operands: readonly string[]): boolean {
  const from = operands.findIndex((operand) => !isRemote(operand));
  return (from !== -1 && operands.slice(from + 1).some(isRemote)) || (operands.length > 1 && operands.every(isRemote));
}

/** `host:path`, `user@host:`, `rsync://host`, `host::module`; a Windows-like `C:` is no path here. */
function isRemote(operand: string): boolean {
  return /^[^/]*:/.test(operand);
}

// What a command printed stands in it; a variable of the environment does not count.
function isComputed(value: string): boolean {
  return value.includes(ANY);
}

function curlSends(args: readonly Field[], stdin: string): boolean {
  const { options, operands } = parseOptions(args, CURL);
  if (operands.some(({ value }) => isComputed(value))) return true;
  return options.some(({ name, value }) => {
    const text = value?.value ?? '';
    const is = (short: string, ...long: string[]) =>
      name === short || long.some((each) => name === each || (name.length > 3 && each.startsWith(name)));
    if (is('-T', '--upload-file')) return true;
    // Options from a file are not known here.
    if (is('-K', '--config')) return true;
    if (is('-o', '--output')) return false;
    if (isComputed(text)) return true;
    if (name === '--data-raw' || name === '--form-string') return false;
    if (is('-F', '--form'))
      return /=[@<]|;type=.*@/.test(text) || (value?.exact === false && text.includes(SOME) && /[@<]/.test(text));
    if (name === '--data-urlencode' || name === '--url-query') return /^[^=]*@/.test(text);
    if (is('-d', '--data', '--data-binary', '--data-ascii', '--json'))
      return text.startsWith('@') && (text !== '@-' || stdin !== 'text');
    return is('-H', '--header') && text.startsWith('@');
  });
}

/** A part that is not known, as the first label of a name. */
const LABEL = new RegExp(`${SOME}[\\w-]*\\.[a-z]`);

// A name that is made of what a command printed tells it to whoever answers for the domain; so does padding.
function carriesWords(name: string, args: readonly Field[]): boolean {
  if (args.some(({ value }) => isComputed(value) || LABEL.test(value))) return true;
  const { options } = parseOptions(args, { short: 'bcdefiIklmMnopqQrsStTVwWxy', posix: false });
  return options.some(
    ({ name: option }) => (/^ping/.test(name) && option === '-p') || (name === 'dig' && option === '-f'),
  );
}
