// Completion of paths on the target, for a person's line editor. It lists as the account of the session, and only what
// policy would let the session list without asking anybody.
import { BrokerError } from '../../core/errors.ts';
import type { GatedSession } from './gated-session.ts';

/** Names in one answer, at most; who sees more types on. */
const MAX_NAMES = 200;
const MAX_ANSWER_BYTES = 256 * 1024;
const TIMEOUT_MS = 2_000;

/**
 * Paths that begin with `text`, as it was typed (`~/` is the home folder), folders with a slash at the end. Empty while a
 * command runs, and where `ls` of them would not be allowed. Rejects with what the line fails with.
 */
export async function complete(session: GatedSession, text: string, signal: AbortSignal): Promise<readonly string[]> {
  const pattern = `${quotePath(text)}*`;
  if (!session.wouldAllow(`ls -d -- ${pattern}`)) return [];
  const limit = AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]);
  const program = await session.startUnseen(listing(pattern), limit);
  if (program === undefined) return [];
  await using _ = program;
  const chunks: Uint8Array[] = [];
  let byteCount = 0;
  const stop = () => void program[Symbol.asyncDispose]();
  limit.addEventListener('abort', stop, { once: true });
  try {
    for await (const { stream, bytes } of program.output) {
      byteCount += bytes.length;
      if (stream === 'stdout' && byteCount <= MAX_ANSWER_BYTES) chunks.push(bytes);
    }
    await program.exited;
  } catch (error) {
    if (!(error instanceof BrokerError)) throw error;
  } finally {
    limit.removeEventListener('abort', stop);
  }
  const prefix = text.startsWith('~/') ? '~/' : '';
  const names = Buffer.concat(chunks).toString('utf8').split('\0').slice(0, -1);
  await session.noteCompletion(text, names.length);
  return names.filter((name) => isPlain(name) && session.isShown(name)).map((name) => `${prefix}${name}`);
}

/** Names that would move the cursor, or look like others, are not offered. */
function isPlain(name: string): boolean {
  return !/[\p{Cc}\p{Cf}\p{Co}\ufffd]/u.test(name);
}

function quotePath(text: string): string {
  const [home, rest] = text.startsWith('~/') ? ['~/', text.slice(2)] : ['', text];
  return `${home}${rest === '' ? '' : `'${rest.replaceAll("'", `'"'"'`)}'`}`;
}

/** Bash source: the matches, each followed by a NUL, those below the home folder without it. */
function listing(pattern: string): string {
  const strip = pattern.startsWith('~/') ? STRIP_HOME : '';
  return `shopt -s nullglob; for f in ${pattern}; do (( ++n > ${MAX_NAMES} )) && break; [[ -d $f ]] && f+=/; ${strip}printf '%s\\0' "$f"; done`;
}

// biome-ignore lint/suspicious/noTemplateCurlyInString: bash's own expansion
const STRIP_HOME = 'h=~; f="${f#"$h"/}"; ';
