// Redirections: the files they read and write, and what a command gets as its input.
import { expandValue } from './expand.ts';
import { expanderOf } from './expander.ts';
import type { EnvFact, PathFact, StdinFact } from './facts.ts';
import { pathFacts } from './paths.ts';
import type { Scope } from './scope.ts';
import type { Redir } from './syntax.ts';
import { isExact } from './unknowns.ts';
import { note, type Walk } from './walk.ts';

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
    for (const value of expandValue(expander, redir.target)) {
      if (/^[<>]&$/.test(redir.op) && /^(\d+-?|-)$/.test(value)) continue;
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
export function emitRedirections(walk: Walk, redirs: RedirFacts, text: string, env: readonly EnvFact[] = []): void {
  walk.commands.push({
    name: '',
    path: '',
    args: [],
    wrappers: walk.wrappers,
    env,
    reads: redirs.reads,
    writes: redirs.writes,
    removes: [],
    code: [],
    does: [],
    stdin: redirs.stdin,
    wraps: false,
    call: false,
    text,
  });
}
