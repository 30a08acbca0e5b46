// Wraps a judged bash text so that sshd runs exactly it: the result goes through the account's login shell, which may be
// sh, dash, bash, zsh, fish, csh or tcsh, and must reach bash untouched. Pure text; it judges nothing.
import { BrokerError } from '../core/errors.ts';
import { EXIT } from '../core/exit-codes.ts';
import type { Carried } from '../ports/target.ts';
import { NO_PAGER } from './environment.ts';

/** What the broker asks for on a second channel of the same connection; see `DELIVER_SIGNAL`. */
export const SIGNAL_REQUEST = 'sallyport:signal:';

/** The whole life of a jump host's session: every shell knows it, and it runs nothing. */
export const NO_COMMAND = 'exit 1';

// sshd refuses the protocol's own signal request in a session with a forced command (session_signal_req in OpenSSH's
// session.c), and without a terminal it leaves the program running when the connection closes. So the forced command
// delivers signals itself: asked for one, it sends it to the process group of every other session of *this very
// connection* (they share sshd's connection process as parent) and ends, with 0 where it reached one. On another
// connection it has no siblings. Where that parent has just died, another process has taken its place, whose children
// are anybody's: hence its number and name are checked. Linux only, by /proc and bash's builtins alone. No backslash,
// single quote or exclamation mark: see `passesUntouched`.
// biome-ignore-start lint/suspicious/noTemplateCurlyInString: bash's own expansions
const DELIVER_SIGNAL = [
  `if [[ \${SSH_ORIGINAL_COMMAND-} = ${SIGNAL_REQUEST}* ]]; then`,
  'read -r n < /proc/$PPID/comm; [[ $PPID -gt 1 && $n = sshd* ]] || exit 1;',
  'n=1; for f in /proc/[0-9]*/status; do while read -r k v; do if [[ $k = PPid: ]]; then',
  'f=${f//[^0-9]/}; if [[ $v = $PPID && $f -ne $$ ]]; then for t in "-$f" "$f"; do kill -s "${SSH_ORIGINAL_COMMAND##*:}" -- "$t" && n=0 && break; done; fi; break;',
  'fi; done < "$f"; done 2> /dev/null; exit $n; fi;',
].join(' ');
// biome-ignore-end lint/suspicious/noTemplateCurlyInString: bash's own expansions

// Variables and start-up files through which an account's environment could change what a bash text means.
// They are unset for what the text itself starts, too; -p makes this bash import no functions the account exported.
const BASH = 'bash --noprofile --norc -p -c --';
const CLEAN_ENV = [
  'env -u BASH_ENV -u ENV -u SHELLOPTS -u BASHOPTS -u POSIXLY_CORRECT -u EXECIGNORE -u CDPATH -u GLOBIGNORE -u LOCPATH',
  ...Object.entries(NO_PAGER).map(([name, value]) => `${name}=${value}`),
].join(' ');

// In an account's GBK or Shift-JIS the second byte of a character can be a backslash or a bar: what was judged as UTF-8
// is read as UTF-8. Text of plain ASCII means the same in all of them, and keeps the account's own locale.
function cleanBashFor(text: string): string {
  return `${CLEAN_ENV} ${/^[\x00-\x7f]*$/.test(text) ? '' : 'LC_ALL=C.UTF-8 '}${BASH}`;
}

// sshd answers a login with the whole certificate in one packet, and ssh2 takes none over 35,000 bytes; what else is in
// the certificate and the packet stays under 1,500.
const MAX_FORCED_BYTES = 33_500;

/**
 * The text for `force-command` and for the exec request: bash runs `text` with the program's own standard input, exit
 * code and signals, in `cwd` where one is given (exit 1 where it does not exist). Throws `command-too-long` (exit 64)
 * for a text that no certificate can carry: over about 32 KiB, or 24 KiB where it has to be encoded.
 */
export function forcedCommandFor(text: string, cwd?: string): string {
  return limited(wrap(text, cwd, `${DELIVER_SIGNAL} `));
}

/**
 * The text for the exec request of one command of a gated session, whose certificate forces nothing: as above, with
 * `carried` before it. Throws `command-too-long` (exit 64).
 */
export function lineCommandFor(text: string, cwd: string | undefined, carried: Carried | undefined): string {
  const [set, unset]: [string[], string[]] = [[], []];
  for (const [name, value] of carried?.env ?? []) {
    if (value === null) unset.push(name);
    else set.push(`${name}=${quote(value)}`);
  }
  const variables = [
    set.length === 0 ? '' : `export -- ${set.join(' ')}; `,
    unset.length === 0 ? '' : `unset -v -- ${unset.join(' ')}; `,
  ].join('');
  const { folder } = carried ?? {};
  return limited(wrap(`${variables}${text}`, folder ?? cwd, '', folder === undefined ? goTo : goToReal));
}

/** Asks for a signal, named without SIG, on another channel of a connection whose certificate forces nothing. */
export function lineSignalRequest(name: string): string {
  return `exec ${BASH} ${quote(`SSH_ORIGINAL_COMMAND=${SIGNAL_REQUEST}${name}; ${DELIVER_SIGNAL}`)}`;
}

function limited(forced: string): string {
  if (forced.length <= MAX_FORCED_BYTES) return forced;
  throw new BrokerError({
    code: 'command-too-long',
    exit: EXIT.usage,
    message: `the command takes "${forced.length}" bytes of a certificate, more than ${MAX_FORCED_BYTES}`,
    hint: "put a long script into a file on the target and run that, or send it to a program's standard input",
  });
}

function wrap(text: string, cwd: string | undefined, before: string, enter = goTo): string {
  // Not `cd … && text`: in `cd /gone && a; b` the b would run in the wrong folder.
  const source = cwd === undefined ? text : `${enter(cwd)} || exit 1; ${text}`;
  const plain = `${before}${source}`;
  if (passesUntouched(plain)) return `exec ${cleanBashFor(source)} ${quote(plain)}`;
  // Base64 holds no character any shell looks at. The `x` keeps trailing newlines through $(…); a server without
  // base64 runs nothing. A second exec, not eval, so that $0, variables and error messages are the plain form's.
  const decode = `_t=$(printf %s "$0" | base64 -d && printf x) || exit 126; exec ${BASH} "\${_t%x}"`;
  const encoded = Buffer.from(source, 'utf8').toString('base64');
  return `exec ${cleanBashFor(source)} ${quote(`${before}${decode}`)} ${encoded}`;
}

const goTo = (folder: string) => `cd -- ${quote(folder)}`;

/** What was a real path when it was judged must be one now: somebody may have put a link there. */
const goToReal = (folder: string) => `{ cd -P -- ${quote(folder)} && [[ $PWD = ${quote(folder)} ]]; }`;

/**
 * True where single quotes keep the text whole in every login shell: fish knows `\\` and `\'` inside them, csh expands
 * `!` and ends a string at a newline; other control bytes and bytes over 127 depend on a terminal or a locale.
 */
function passesUntouched(text: string): boolean {
  return /^[\x20-\x7e]*$/.test(text) && !/[\\!]/.test(text);
}

/** Single quotes, each inner one as '\'': understood alike by every shell named above. */
function quote(text: string): string {
  return /^[\w/.:@%+,-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
