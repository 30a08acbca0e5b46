// What a few commands print, where the text alone tells: `echo`, `printf`, counts, listings. Everything else prints
// the unknown.
import type { Field } from '../facts/facts.ts';
import { ANY, DIGITS, isExact, SOME, STAR } from '../facts/unknowns.ts';
import type { Node, Word } from '../language/syntax.ts';
import { isAssign, plainName } from '../language/syntax.ts';
import { pathOfFound } from './found.ts';
import type { Values } from './scope.ts';

/** They print names of files, hosts, commits, dates: nothing that was written to be run. */
const LISTINGS = new Set(
  (
    'git find fd ls pwd date hostname whoami id groups basename dirname realpath readlink mktemp uname which whereis type ' +
    'nproc seq stat du df locate npm yarn pnpm pip node go cargo rustc docker kubectl podman helm jq yq uptime arch tty ' +
    'getconf lscpu free ps pgrep pidof lsof ss ip dpkg rpm apt brew tput rg grep uuidgen lsb_release systemctl sw_vers'
  ).split(' '),
);
/** They pass such names on. */
const FILTERS = new Set('head tail sort uniq grep wc rg tee nl column'.split(' '));
const COUNTS = new Set(['nproc', 'expr']);

/** The values that the last of these stages of a pipeline prints, as `$( )` would give them. */
export function outputValues(nodes: readonly Node[], expand: (word: Word) => readonly Field[]): Values {
  const stages = nodes.flatMap((node) => (node.kind === 'pipeline' && !node.negated ? node.stages : [node]));
  const commands = stages.map((stage) => command(stage, expand));
  const last = commands.at(-1);
  if (last === undefined) return [ANY];
  if (isCount(last)) return [DIGITS];
  if (stages.length === 1) {
    const text = copied(stages[0], expand) ?? echoed(last) ?? named(last) ?? folder(last, expand);
    if (text !== undefined) return [text];
  }
  // It prints what it was told to, or what it runs prints.
  if (commands.some((each) => each?.some(({ value }) => /^-(exec|execdir|ok|okdir|printf)$/.test(value)))) return [ANY];
  const found = foundPath(commands[0]) ?? trackedPath(commands[0]);
  const listing = commands.every((each, index) => {
    const name = each?.[0]?.value.replace(/^.*\//, '') ?? '';
    return LISTINGS.has(name) || (index > 0 && FILTERS.has(name));
  });
  return [listing ? (found ?? SOME) : ANY];
}

// `cat <<EOF` prints the document.
function copied(stage: Node | undefined, expand: (word: Word) => readonly Field[]): string | undefined {
  if (stage?.kind !== 'simple' || plainName(stage) !== 'cat' || stage.words.length !== 1) return undefined;
  const [redir, ...others] = stage.redirs;
  if (redir?.kind !== 'text' || others.length > 0 || (redir.fd ?? 0) !== 0) return undefined;
  const pieces = redir.body.pieces.map((piece) => ('quoted' in piece ? { ...piece, quoted: true } : piece));
  const [only, ...more] = expand({ pieces });
  return only === undefined || more.length > 0 || !only.exact ? undefined : only.value.replace(/\n+$/, '');
}

// What `find` prints: below the folder it starts from, by the name it looks for.
function foundPath(fields: readonly Field[] | undefined): string | undefined {
  const [name, ...args] = fields ?? [];
  return name?.value === 'find' ? pathOfFound(args) : undefined;
}

// `git ls-files` and the like print paths below the folder they run in, `grep -rl X DIR` below that folder.
function trackedPath(fields: readonly Field[] | undefined): string | undefined {
  const [name = '', ...args] = fields?.map(({ value }) => value) ?? [];
  const isListing =
    (name === 'git' && (args[0] === 'ls-files' || (args[0] === 'diff' && args.includes('--name-only')))) ||
    (/^(grep|rg|ag)$/.test(name) && args.some((word) => /^-[a-zA-Z]*[lL]|^--files/.test(word))) ||
    /^(fd|fdfind)$/.test(name);
  if (!isListing || args.some((word) => !isExact(word) || word.includes('..'))) return undefined;
  const operands = args.filter((word) => !word.startsWith('-'));
  const folders = name === 'git' ? [] : operands.slice(1);
  if (folders.length > 1 || operands.some((word) => word.startsWith('/'))) return undefined;
  return `${(folders[0] ?? '.').replace(/\/+$/, '')}/${SOME}`;
}

function command(stage: Node, expand: (word: Word) => readonly Field[]): Field[] | undefined {
  if (stage.kind === 'pipeline' && stage.stages.length === 1 && stage.stages[0] !== undefined) {
    return command(stage.stages[0], expand);
  }
  if (stage.kind !== 'simple' || stage.assigns.length > 0) return undefined;
  if (stage.redirs.some((redir) => redir.kind === 'file' && redir.op !== '<' && redir.fd !== 2)) return undefined;
  return stage.words.flatMap((item) => (isAssign(item) ? [] : [...expand(item)]));
}

function isCount(fields: readonly Field[] | undefined): boolean {
  const [name, ...args] = fields ?? [];
  if (name === undefined) return false;
  if (COUNTS.has(name.value)) return true;
  if (name.value === 'wc') return args.every((arg) => /^-[lcmw]$/.test(arg.value));
  if (name.value === 'grep') return args.some((arg) => arg.value === '-c');
  if (name.value === 'date') return args.length === 1 && /^\+%(s|Y|m|d|H|M|S|j|u|w)$/.test(args[0]?.value ?? '');
  return name.value === 'id' && args.length === 1 && /^-[ug]$/.test(args[0]?.value ?? '');
}

// `pwd` is the folder that `$PWD` holds.
function folder(fields: readonly Field[] | undefined, expand: (word: Word) => readonly Field[]): string | undefined {
  if (fields?.length !== 1 || fields[0]?.value !== 'pwd') return undefined;
  const piece = { kind: 'param', name: 'PWD', quoted: true, length: false, index: undefined, op: undefined } as const;
  const [only, ...others] = expand({ pieces: [piece] });
  return others.length === 0 ? only?.value : undefined;
}

/** Parts of a date that are digits, or digits with marks between. */
const DATES: Readonly<Record<string, string>> = { F: 'Y-m-d', T: 'H:M:S', R: 'H:M' };

// Names that commands make: of temporary files, of the day, the last part of a path.
function named(fields: readonly Field[] | undefined): string | undefined {
  const words = fields?.map(({ value }) => value) ?? [];
  const [name, first] = words;
  switch (name) {
    case 'mktemp': {
      const rest = words.slice(1).filter((word) => !/^(-[dqu]+|--directory|--quiet)$/.test(word));
      // Letters and digits, of which none means anything to bash.
      if (rest.length === 0) return `/tmp/tmp.${DIGITS}`;
      const [template] = rest;
      const isPlain =
        rest.length === 1 &&
        template !== undefined &&
        /^[\w./]*[a-z]/i.test(template.replace(/X{3,}/, '')) &&
        isExact(template);
      return isPlain ? template.replace(/X{3,}/, DIGITS) : undefined;
    }
    case 'date': {
      const formats = words.slice(1).filter((word) => word !== '-u' && word !== '--utc');
      const [format = ''] = formats;
      if (formats.length !== 1 || !isExact(format) || !format.startsWith('+')) return undefined;
      const spelled = format.slice(1).replace(/%([FTR])/g, (_, letter: string) => {
        return (DATES[letter] ?? '').replace(/\w/g, '%$&');
      });
      const known = spelled.replace(/%-?[YmdHMSsjuwyCNGVgI]/g, DIGITS);
      return known.includes('%') ? undefined : known;
    }
    case 'basename':
      // No slash is left in it.
      return fields?.length !== undefined && fields.length >= 2 && first?.startsWith('-') === false ? STAR : undefined;
    default:
      return undefined;
  }
}

// `echo` and `printf` of text without escapes.
function echoed(fields: readonly Field[] | undefined): string | undefined {
  const [name, ...args] = fields ?? [];
  const words = args.map((arg) => arg.value);
  // What may be several words, or none, leaves the blanks between them unknown.
  if (args.length > 1 && args.some(({ many }) => many)) return undefined;
  if (name?.value === 'echo') {
    const options = /^-[neE]+$/.exec(words[0] ?? '')?.[0];
    const rest = options === undefined ? words : words.slice(1);
    // `-e` reads escapes, and the echo of dash and zsh does so without it.
    if (rest.join('').includes('\\')) return undefined;
    return rest.join(' ').replace(/\n+$/, '');
  }
  if (name?.value !== 'printf') return undefined;
  const [format = '', ...values] = words;
  if (/^%s(\\n| )?$/.test(format)) return values.join(format === '%s' ? '' : format === '%s ' ? ' ' : '\n');
  return /[%\\]/.test(format) ? undefined : format;
}
