// Options with which ordinary programs run another program, load a library or read code. A table, and nothing else:
// `escapes.ts` reads it.

export interface EscapeOptions {
  /** Options are whole words after one dash or two; nothing is bundled. */
  readonly words?: boolean;
  /** Letters that take a value, so that bundles are read as the program reads them. */
  readonly short?: string;
  readonly long?: readonly string[];
  /** Long options that begin like a harmful one, and are none. */
  readonly others?: readonly string[];
  /** Options that run what their value says, and values that are nothing to mind. */
  readonly runs: Readonly<Record<string, RegExp>>;
}

const NOTHING = /^$/;
const COMPRESSORS =
  /^(\/usr(\/local)?\/bin\/|\/bin\/)?(gzip|pigz|bzip2|pbzip2|lbzip2|xz|pixz|zstd|zstdmt|lz4|lzip|lzma|lzop|compress|brotli)( -[\w=]+| --[a-z-]+(=\w+)?)*$/;
const PAGERS = /^(|cat|less|more|never|less -[A-Za-z]+|bat)$/;

/** Commands of gdb that look, or run the program that is debugged. */
const DEBUGS =
  /^(bt|bt full|where|backtrace|info [\w ]+|list|thread apply all bt( full)?|quit|q|run|r|continue|c|frame( \d+)?|up|down|set (pagination|confirm) off)$/;

/** `--long` and `-x` by name; `word` stands for an operand, `-word` for a word after one dash. */
function runs(names: string, options: Omit<EscapeOptions, 'runs'> = {}, harmless: RegExp = NOTHING): EscapeOptions {
  const all = names.split(' ');
  return {
    ...options,
    long: [...(options.long ?? []), ...all.filter((name) => name.startsWith('--')).map((name) => name.slice(2))],
    runs: Object.fromEntries(all.map((name) => [name, harmless])),
  };
}

const TAR: EscapeOptions = {
  others: ['--checkpoint', '--info', '--to'],
  short: 'bCfFgHIKLNTVX',
  long: 'checkpoint-action to-command use-compress-program info-script new-volume-script rsh-command rmt-command file directory exclude files-from'.split(
    ' ',
  ),
  runs: {
    '--checkpoint-action': /^(dot|echo|ttyout|bell|totals)(=.*)?$/,
    '--to-command': NOTHING,
    '-I': COMPRESSORS,
    '--use-compress-program': COMPRESSORS,
    '-F': NOTHING,
    '--info-script': NOTHING,
    '--new-volume-script': NOTHING,
    '--rsh-command': NOTHING,
    '--rmt-command': NOTHING,
  },
};
const EVAL = (names: string, short = '') => runs(names, { short });
const GCC = runs('-wrapper -fplugin -specs -B', { short: 'oILlDU' });

const TEX = runs('-shell-escape --shell-escape -enable-write18 --enable-write18');

export const ESCAPES: Readonly<Record<string, EscapeOptions>> = {
  ...Object.fromEntries(
    'tex etex pdftex xetex luatex latex pdflatex xelatex lualatex'.split(' ').map((name) => [name, TEX]),
  ),
  curl: runs('--engine', {}, /^\w+$/),
  tar: TAR,
  gtar: TAR,
  bsdtar: { ...TAR, runs: { ...TAR.runs, '--use-compress-program': COMPRESSORS } },
  star: runs('rsh= -compress-program'),
  cpio: runs('--rsh-command', { short: 'CEFHIMOR' }),
  zip: runs('-TT --unzip-command', { short: 'bnitxP' }),
  man: {
    short: 'CRLmMsSeEPHTp',
    long: ['pager', 'html', 'preprocessor', 'config-file'],
    runs: {
      '-P': PAGERS,
      '--pager': PAGERS,
      '-H': /^(w3m|lynx|links)?$/,
      '--html': NOTHING,
      '-C': NOTHING,
      '--config-file': NOTHING,
    },
  },
  bat: runs('--pager --config-file', {}, PAGERS),
  batcat: runs('--pager', {}, PAGERS),
  delta: runs('--pager', {}, PAGERS),
  info: runs('--init-file --restore', {}),
  tcpdump: runs(
    '-z --postrotate-command',
    { short: 'BcCDEFGijmMrsTVwWyz', long: ['postrotate-command'] },
    /^(gzip|bzip2|xz|zstd)$/,
  ),
  tshark: runs('-X -G', { short: 'abBcCdeEfFGhHijKmMNoOrRsStTuUwWXyYz' }),
  nmap: runs('--script --script-args-file --interactive --datadir --resume --servicedb --versiondb', {
    long: ['script', 'datadir'],
  }),
  gdb: {
    words: true,
    runs: {
      ...runs('-x -command --command -ix -iex --init-command --init-eval-command').runs,
      '-ex': DEBUGS,
      '-eval-command': DEBUGS,
      '--eval-command': DEBUGS,
    },
  },
  lldb: runs('-o -O -s -S -k -K --one-line --one-line-before-file --source --source-before-file', {
    short: 'oOsSkKfpn',
  }),
  split: runs('--filter', { short: 'abCnlt' }, /^(gzip|xz|zstd|bzip2)( -c)?( > \$FILE(\.\w+)?)?$/),
  sort: runs('--compress-program', { short: 'koStT' }, COMPRESSORS),
  rg: runs('--pre --hostname-bin', { short: 'ABCefgjmMrtTdE' }, /^(zcat|xzcat)$/),
  ripgrep: runs('--pre --hostname-bin'),
  fd: runs('-x -X --exec --exec-batch', { short: 'deEtSoxXcj' }),
  fdfind: runs('-x -X --exec --exec-batch', { short: 'deEtSoxXcj' }),
  aria2c: runs(
    '--on-download-complete --on-download-start --on-download-error --on-download-stop --on-download-pause --on-bt-download-complete --conf-path',
    {},
  ),
  wget: runs('--use-askpass -e --execute --config', { short: 'aoOiPUTtQlAeDI' }, /^robots *= *off$/),
  gcc: GCC,
  'g++': GCC,
  cc: GCC,
  'c++': GCC,
  c89: GCC,
  c99: GCC,
  clang: runs('-fplugin -Xclang -B -fpass-plugin', { short: 'oILlDU' }),
  ld: runs('-plugin --dynamic-linker-run', {}),
  openssl: runs('-engine -provider-path', {}, /^$/),
  hg: runs(
    '--config --cwd-hook',
    { short: 'R' },
    /^(ui\.(username|interactive|color|verbose|paginate)|diff\.git|phases\.\w+)=[^!]*$/,
  ),
  svn: runs('--diff-cmd --diff3-cmd --editor-cmd --config-option --config-dir', {}, /^(diff|colordiff|vim|nano)$/),
  latexmk: runs('-e -r -pdflatex -latex -shell-escape --shell-escape', {}),
  groff: runs('-U', { short: 'dDfFIKLmMnoPrTwW' }),
  troff: runs('-U', { short: 'dfFmMnorTwW' }),
  pic: runs('-U', {}),
  pandoc: runs(
    '--filter --lua-filter -F -L --pdf-engine',
    { short: 'ftrwoFLMVTHBAc' },
    /^(pdflatex|xelatex|lualatex|tectonic|weasyprint|pandoc-citeproc|pandoc-crossref|wkhtmltopdf)$/,
  ),
  certbot: runs('--pre-hook --post-hook --deploy-hook --renew-hook --manual-auth-hook --manual-cleanup-hook', {}),
  restic: runs('--password-command -o --option', { short: 'rpo' }, /^(?!sftp\.command|rclone\.program)[\w.-]+=.*$/),
  borg: runs('--rsh --remote-path', {}, /^ssh( -[ip] ?\S+)*$/),
  rclone: runs('--password-command --sftp-ssh', {}),
  nano: runs('-s --speller', { short: 'CJoQrsTY' }),
  pico: runs('-s', { short: 'nosr' }),
  mutt: runs('-e -F', { short: 'aAbcDeEfFHimQs' }),
  mail: runs('--exec -A', {}),
  rpm: runs('-E --eval --pipe --define --macros --root --dbpath', { short: 'ED' }),
  rpmquery: runs('--eval -E --pipe', {}),
  apt: runs(
    '-o --option -c --config-file',
    { short: 'toca' },
    /^(?!.*(invoke|::cmd|method|hook|dpkg::options::=--(pre|post)|dir::bin|proxy-auto|plugins)).*$/i,
  ),
  'apt-get': runs(
    '-o --option -c --config-file',
    { short: 'toca' },
    /^(?!.*(invoke|::cmd|method|hook|dir::bin|proxy-auto|plugins)).*$/i,
  ),
  dpkg: runs('--pre-invoke --post-invoke --status-logger', {}),
  pacman: runs('--hookdir --config --gpgdir --dbpath', {}),
  yum: runs('--setopt-plugin -c --config', { short: 'cdeRx' }),
  dnf: runs('--setopt-plugin -c --config', { short: 'cdeRx' }),
  flatpak: runs('--command', {}),
  'run-parts': runs('--regex --arg', {}),
  'start-stop-daemon': runs('-S --start -x --exec -a --startas', {}),
  openvpn: runs('--up --down --script-security --plugin --config --route-up --tls-verify', {}),
  ansible: runs('-a --args -m --module-name', { short: 'aBCefilmMPtTu' }, /^(ping|setup|ping.*)$/),
  'ansible-playbook': runs('--vault-password-script', {}),
  pidstat: runs('-e', { short: 'CGTUp' }),
  bpftrace: runs('-e -c --unsafe', {}),
  stap: runs('-e -g -c', {}),
  perf: runs('--exec-path', {}),
  iptables: runs('--modprobe', {}),
  ip6tables: runs('--modprobe', {}),
  neofetch: runs('--config --ascii', {}, /^(none|off|auto)$/),
  cowsay: runs('-f', { short: 'efTW' }, /^[\w-]+$/),
  cowthink: runs('-f', { short: 'efTW' }, /^[\w-]+$/),
  facter: runs('--custom-dir --external-dir', {}),
  puppet: runs('-e --execute', {}),
  blender: runs('--python --python-expr -P', {}),
  gimp: runs('-b --batch', {}),
  msfconsole: runs('-x -r', {}),
  sqlmap: runs('--eval --os-shell --os-cmd --os-pwn', {}),
  dosbox: runs('-c', {}),
  ab: runs('-p', { short: 'bcCgHiknpPsStTuvwxXyz' }),
  plymouth: runs('--command', {}),
  gtester: runs('-o', {}),
  go: runs('-toolexec -exec -vettool -overlay', {}),
  cargo: runs('--config', {}, /^(?!.*(runner|linker|rustc|credential|alias|registr|source)).*$/),
  gradle: runs('-I --init-script', { short: 'IbcpP' }),
  gradlew: runs('-I --init-script', { short: 'IbcpP' }),
  bazel: runs('--run_under --action_env --bazelrc', {}, /^\w+=\w*$/),
  gnuplot: EVAL('-e', 'e'),
  octave: EVAL('--eval'),
  R: runs(
    '-e --args-file -f --file',
    { short: 'ef' },
    /^(print\("?[\w .]*"?\)|sessionInfo\(\)|R\.version.*|[\d+*/ -]+)$/,
  ),
  julia: EVAL('-e -E --eval --print -L --load', 'eELJpt'),
  groovy: EVAL('-e', 'e'),
  scala: EVAL('-e', 'e'),
  kotlin: EVAL('-e -expression', 'e'),
  kotlinc: EVAL('-e -script', 'e'),
  clojure: EVAL('-e --eval -M -X -Sdeps', 'e'),
  clj: EVAL('-e --eval -Sdeps', 'e'),
  bb: EVAL('-e', 'e'),
  elixir: EVAL('-e --eval --rpc-eval -r', 'er'),
  iex: EVAL('-e --eval', 'e'),
  erl: EVAL('-eval -run -s', ''),
  ghc: EVAL('-e', 'e'),
  ocaml: EVAL('-e', 'e'),
  swift: EVAL('-e', 'e'),
  nim: EVAL('--eval e', ''),
  raku: EVAL('-e -M', 'eMI'),
  perl6: EVAL('-e', 'e'),
  guile: EVAL('-c -l', 'clL'),
  sbcl: EVAL('--eval --load --script', ''),
  clisp: EVAL('-x -i', 'xi'),
  ecl: EVAL('-eval --eval -load', ''),
  racket: EVAL('-e --eval', 'efrtlp'),
  csi: EVAL('-e -eval -p -P', 'epP'),
  gsi: EVAL('-e', 'e'),
  slsh: EVAL('-e', 'e'),
  luajit: EVAL('-e -l', 'el'),
  coffee: EVAL('-e --eval', 'e'),
  'ts-node': EVAL('-e --eval -p --print -r', 'epr'),
  tsx: EVAL('-e --eval -p --print --import --require', 'ep'),
  jrunscript: EVAL('-e', 'e'),
  jjs: EVAL('-e', 'e'),
  maxima: EVAL('--batch-string --run-string', ''),
  sage: EVAL('-c', 'c'),
  irb: EVAL('-r', 'r'),
  pry: EVAL('-e -r', 'er'),
  ipython: EVAL('-c', 'c'),
  rake: EVAL('-p -e --execute --execute-print --execute-continue -E', 'pefrIEj'),
  emacs: EVAL('--eval -eval --batch -batch --script -script -l --load -load -f --funcall -funcall -x', 'lfuqx'),
  emacsclient: EVAL('--eval -e', 'afs'),
};
