// Redirections: the files they read and write, and what a command gets as its input.
import { actionsOf } from '../actions/index.ts';
import type { PathFact, StdinFact } from '../facts/facts.ts';
import { pathFacts } from '../facts/paths.ts';
import { isExact, isNumeric } from '../facts/unknowns.ts';
import type { Assign, Redir, Word } from '../language/syntax.ts';
import { expandTarget, expandValue } from './expand.ts';
import { expanderOf } from './expander.ts';
import type { Scope } from './scope.ts';
import { type Call, note, type Walk } from './walk.ts';

/** Of the budget for files: one command has few of them. */
const REDIRECTION_COST = 4;

export interface RedirFacts {
  readonly reads: readonly PathFact[];
  readonly writes: readonly PathFact[];
  readonly stdin: StdinFact;
}

/** What the redirections of one command do; `outer` is the input it has without any. */
export function redirFacts(walk: Walk, scope: Scope, redirs: readonly Redir[], outer: StdinFact): RedirFacts {
  const reads: PathFact[] = [];
  const writes: PathFact[] = [];
  let stdin = outer;
  const expander = expanderOf(walk, scope);
  for (const redir of redirs) {
    if (redir.kind === 'text') {
      const [value, ...others] = expandValue(expander, redir.body);
      const known = value !== undefined && others.length === 0 && isExact(value);
      if (redir.fd === undefined || redir.fd === 0)
        stdin = known ? { kind: 'text', text: `${value}\n` } : { kind: 'pipe' };
      continue;
    }
    for (const value of expandTarget(expander, redir.target)) {
      if (/^[<>]&$/.test(redir.op) && (/^(\d+-?|-)$/.test(value) || isNumeric(value))) {
        // What the descriptor was opened for is not followed.
        if (redir.op === '<&' && (redir.fd ?? 0) === 0 && !/^0?-?$/.test(value)) stdin = { kind: 'pipe' };
        continue;
      }
      walk.budget.files -= REDIRECTION_COST;
      if (walk.budget.files < 0) {
        note(walk, 'more files than are looked at', value);
        return { reads, writes, stdin: { kind: 'pipe' } };
      }
      const facts = pathFacts(value, scope.place, { recursive: false, by: 'redirection' });
      if (redir.op === '<') {
        reads.push(...facts);
        if (redir.fd === undefined || redir.fd === 0) stdin = { kind: 'file' };
      } else if (redir.op === '<&') note(walk, 'a descriptor that only the run will know', value);
      else {
        writes.push(...facts);
        if (redir.op === '<>') reads.push(...facts);
      }
    }
  }
  return { reads, writes, stdin };
}

/** A redirection on its own, or of a whole group: a command without a name. */
export function emitRedirections(walk: Walk, redirs: RedirFacts, text: string, own: Pick<Call, 'env' | 'shows'>): void {
  const bare = {
    name: '',
    path: '',
    args: [],
    wrappers: walk.wrappers,
    env: own.env,
    shows: own.shows,
    reads: redirs.reads,
    writes: redirs.writes,
    removes: [],
    code: [],
    stdin: redirs.stdin,
    wraps: false,
    call: false,
    text,
  };
  walk.commands.push({ ...bare, does: actionsOf(bare) });
}

/** Variables that these parts expand and the text has not set: what they hold comes from outside. */
export function variablesIn(parts: readonly (Word | Assign | Redir)[], scope: Scope): string[] {
  const words = parts.flatMap((part): readonly Word[] => {
    if ('pieces' in part) return [part];
    if ('append' in part) return 'pieces' in part.value ? [part.value] : part.value;
    return [part.kind === 'text' ? part.body : part.target];
  });
  return words.flatMap(({ pieces }) =>
    pieces.flatMap((piece) => {
      if (piece.kind !== 'param' || piece.length || piece.op?.symbol.endsWith('+') === true) return [];
      const own = scope.vars.has(piece.name) ? [] : [piece.name];
      return [...own, ...variablesIn(piece.op?.operands ?? [], scope)];
    }),
  );
}
