// Lowers redirections. Here-documents become here-strings, which print on one line and mean the same bytes.
import type { Redirection } from 'unbash';
import { type Lowering, lowerBody, lowerWord } from './lower-words.ts';
import type { Piece, Redir } from './syntax.ts';

/** The redirection, or none where it is opaque. */
export function lowerRedirect(lowering: Lowering, redirect: Redirection): Redir[] {
  if (redirect.descriptor?.type === 'FileDescriptorVariable') {
    lowering.opaque('a descriptor kept in a variable', redirect.descriptor.name);
    return [];
  }
  const fd = redirect.descriptor?.value;
  switch (redirect.type) {
    case 'HereString':
      if (redirect.target === undefined) return [];
      // Tildes in it expand as they do in an assignment.
      return [{ kind: 'text', fd, body: lowerWord(lowering, redirect.target, 'value') }];
    case 'HereDoc':
      return [lowerHereDoc(lowering, redirect, fd)];
    case 'Redirect':
      if (redirect.target === undefined) return [];
      // There a tilde ends at a colon as well, but only the first one.
      if (/^~[^/]*:/.test(redirect.target.text)) lowering.opaque('a tilde before a colon', redirect.target.text);
      return [{ kind: 'file', fd, op: redirect.operator, target: lowerWord(lowering, redirect.target) }];
  }
}

/** A here-document is the here-string of its body without the last newline, which bash puts back. */
function lowerHereDoc(
  lowering: Lowering,
  doc: Extract<Redirection, { type: 'HereDoc' }>,
  fd: number | undefined,
): Redir {
  const raw = doc.body.text;
  if (doc.closing === undefined) lowering.opaque('a here-document without its end', doc.delimiter?.text ?? '<<');
  const stripped = doc.operator === '<<-' ? raw.replace(/^\t+/gm, '') : raw;
  const quoted = doc.delimiter?.quoted === true;
  let pieces: Piece[] = [{ kind: 'text', text: stripped }];
  if (!quoted && /[\\$`]/.test(raw)) {
    if (doc.operator === '<<-' && stripped !== raw) lowering.opaque('an expanding here-document with tabs', '<<-');
    if (/\\\n/.test(raw)) lowering.opaque('a line continuation in a here-document', '<<');
    pieces =
      doc.body.parts === undefined
        ? [{ kind: 'text', text: raw.replace(/\\([\\$`])/g, '$1') }]
        : lowerBody(lowering, doc.body.parts);
  }
  if (stripped === '') return { kind: 'file', fd, op: '<', target: { pieces: [{ kind: 'text', text: '/dev/null' }] } };
  const last = pieces.at(-1);
  if (last?.kind !== 'text' || !last.text.endsWith('\n')) {
    lowering.opaque('a here-document that does not end with a newline', '<<');
  } else {
    pieces = [...pieces.slice(0, -1), { kind: 'text', text: last.text.slice(0, -1) }];
  }
  return { kind: 'text', fd, body: { pieces: mergeText(pieces) } };
}

function mergeText(pieces: readonly Piece[]): Piece[] {
  const merged: Piece[] = [];
  for (const piece of pieces) {
    const last = merged.at(-1);
    if (piece.kind === 'text' && last?.kind === 'text') {
      merged[merged.length - 1] = { kind: 'text', text: last.text + piece.text };
    } else if (piece.kind !== 'text' || piece.text !== '') merged.push(piece);
  }
  return merged;
}
