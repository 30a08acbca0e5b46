// Editors and pagers: commands that they are given at their start, and scripts that they read.
import type { Field, StdinFact } from '../facts/facts.ts';

const VI = new Set(
  `vi vim rvim view rview vim.basic vim.tiny vim.nox vim.gtk3 nvi nvim gvim rgvim mvim vimdiff nvimdiff gvimdiff ex elvis vile evim
    eview`.split(/\s+/),
);
const PAGER = new Set('less more most pg zless zmore bzless xzless'.split(' '));
const LINE_EDITOR = new Set(
  `ed red ex ftp sftp lftp telnet gnuplot smbclient tdbtool ginsh psftp dc mail mailx mutt octave scanmem gdb crash minicom gs
    bconsole virsh nslookup tftp fdisk debugfs cfdisk parted m4`.split(/\s+/),
);

/** Commands of vi that move, set how it looks, save and leave. */
const VI_PLAIN =
  /^[^\S\n]*:?(\d+|\$|\/[^/|]*\/?|\?[^?|]*\??|set?(l|local|global)?\s+[\w=,:.?& -]+|syn(tax)?\s+(on|off|enable)|filetype( plugin)?( indent)? (on|off)|noh(lsearch)?|colo(rscheme)?\s+\w+|(w|wq|wqa|x|xa|xit|q|qa|quit|qall|wa|wall|up|update|e|bn|bp|n|N|prev|cq|sp|vs|split|vsplit|only|undo|redo)!?|[%\d,$]*(d|y|>|<|j|sort|retab)!?( [nru]+)?|goto \d+|norm(al)?!? (gg|G|zz|dd)+=?G?|startinsert|stopinsert|foldopen|edit\s+[\w./-]+)\s*$/;
/** `%s/a/b/g`; what follows `\=` would be an expression. */
const VI_SUBSTITUTE = /^\s*:?[%\d,$.'<>]*s([/#,@])((?!\1)[^\\|]|\\[^=])*\1((?!\1)[^\\=|]|\\[^=])*(\1[gicIne&]*)?\s*$/;

/** True where an editor or pager is told to run something, or told what is not known. */
export function editorRuns(name: string, args: readonly Field[], stdin: StdinFact): boolean {
  if (VI.has(name) && args.some((arg, index) => viRuns(arg, args[index + 1]))) return true;
  if (PAGER.has(name) && args.some(pagerRuns)) return true;
  if (
    name === 'dc' &&
    args.some(
      ({ value }, index) => /!(?![<>=])/.test(value) && /^-[a-zA-Z]*e|^--expr/.test(args[index - 1]?.value ?? value),
    )
  )
    return true;
  if (!LINE_EDITOR.has(name) && !(VI.has(name) && args.some(({ value }) => /^-(e|es|s)/.test(value)))) return false;
  if (stdin.kind === 'text') return lineRuns(name, stdin.text);
  return stdin.kind === 'pipe' && /^(ed|red|ex|ftp|lftp|gnuplot|m4|gdb|vim?|nvim)$/.test(name);
}

function viRuns({ value, exact }: Field, next: Field | undefined): boolean {
  const given = /^(-c|--cmd)(.*)$/s.exec(value);
  if (given !== null) return !isPlainVi(given[2] === '' ? next : { value: given[2] ?? '', exact, many: false });
  if (/^-[A-Za-z]+c$/.test(value)) return !isPlainVi(next);
  if (/^-[A-Za-z]+[uUSi]$/.test(value)) return !/^(NONE|NORC|DEFAULTS)$/.test(next?.value ?? '');
  if (value.startsWith('+') && value.length > 1) return !isPlainVi({ value: value.slice(1), exact, many: false });
  if (/^(-S|-u|-U|-s|-i)/.test(value) && !/^-(es|is)/.test(value))
    return (
      !/^(NONE|NORC|DEFAULTS)$/.test(value.length > 2 ? value.slice(2) : (next?.value ?? '')) &&
      !(value === '-s' && next === undefined)
    );
  return (
    /^--(remote-(send|expr|wait|silent)|servername|startuptime|listen|headless-run|luamod)/.test(value) ||
    /^-l$/.test(value)
  );
}

function isPlainVi(command: Field | undefined): boolean {
  return (
    command === undefined ||
    (command.exact && command.value.split('|').every((part) => VI_PLAIN.test(part) || VI_SUBSTITUTE.test(part)))
  );
}

// `less +!id`, `less -k keys`, `less '+|$sh'`.
function pagerRuns({ value, exact }: Field): boolean {
  if (value.startsWith('+')) return !exact || !/^\+\+?(\d+|G|g|F|\/[^!|]*|\?[^!|]*)?[pg%]?$/.test(value);
  return /^(-k|--lesskey|--lesskey-file|--lesskey-src|--lesskey-content)/.test(value);
}

function lineRuns(name: string, text: string): boolean {
  switch (name) {
    case 'gnuplot':
      return /\bsystem\b|^[^\S\n]*!|`|popen|\bload\b/m.test(text);
    case 'm4':
      return /syscmd|esyscmd|\binclude\b/.test(text);
    case 'gdb':
    case 'crash':
      return /^[^\S\n]*(!|shell|python|pipe|make|source|run|call|compile)/m.test(text);
    case 'dc':
      return /!(?![<>=])/.test(text);
    case 'mail':
    case 'mailx':
    case 'mutt':
      return /^~[!|<]/m.test(text);
    case 'debugfs':
    case 'virsh':
    case 'fdisk':
      return /^[^\S\n]*(!|cd|shell)/m.test(text) && /!/.test(text);
    default:
      return /^[^\S\n]*[%\d,;$.]*[^\S\n]*([rweE]|W|g\/[^/]*\/[rwe])?[^\S\n]*!|\bso(urce)?\s|\|\s*!/m.test(text);
  }
}
