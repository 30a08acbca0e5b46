// The client of a cluster: what it asks of the cluster is judged request by request, so that the client itself always may run.
import type { Decision } from '../core/decision.ts';
import { printClient } from '../policy/index.ts';
import type { Judge } from '../session/deps.ts';

const DECISION: Decision = {
  verdict: 'allow',
  rule: 'kubectl',
  reason: 'each of its requests is judged',
  guidance: null,
  program: null,
  opaque: false,
};

/** Throws what `printClient` throws (64). */
export const judgeClient: Judge['client'] = (input) => ({
  decision: DECISION,
  printed: input === null ? null : printClient(input),
});
