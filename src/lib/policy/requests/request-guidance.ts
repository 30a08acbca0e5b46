// A ruling about a request → a decision: what whoever sent it can do now. There is no command that asks for a request: one that is asked
// about waits for a person by itself, and of one that is denied nobody makes an exception.
import type { Decision, Guidance, Retry, Ruling } from '../../core/decision.ts';
import type { RequestFacts } from './request-facts.ts';

export function withRequestGuidance({ instead, ...ruling }: Ruling, facts: RequestFacts): Decision {
  if (ruling.verdict === 'allow') return { ...ruling, guidance: null };
  const guidance: Guidance = {
    code: codeOf(ruling, facts),
    rule: ruling.rule,
    retry: retryOf(ruling, facts),
    instead,
    exception: ruling.verdict === 'ask' ? WAITS : proposal(ruling, facts),
  };
  return { ...ruling, guidance };
}

const WAITS = 'nothing to do: the request waits for a person by itself';

type Ruled = Omit<Ruling, 'instead'>;

// A free terminal is refused by the name of no rule, as everywhere.
const isTerminal = ({ rule, verdict, program }: Ruled, { subresource }: RequestFacts): boolean =>
  rule === 'default' && verdict === 'deny' && program === null && (subresource === 'exec' || subresource === 'attach');

function codeOf(ruling: Ruled, facts: RequestFacts): string {
  const { verdict, rule, divided } = ruling;
  if (verdict === 'ask') return 'approval-needed';
  if (divided === true) return 'divided';
  if (rule === 'opaque') return 'opaque';
  if (isTerminal(ruling, facts)) return 'no-free-terminal';
  return rule === 'default' ? 'denied-by-default' : 'denied-by-rule';
}

function retryOf(ruling: Ruled, facts: RequestFacts): Retry {
  const { verdict, rule, opaque, divided } = ruling;
  if (verdict === 'ask') return 'after-approval';
  const isHowItIsWritten = rule === 'opaque' || divided === true || (opaque && rule === 'default');
  return isHowItIsWritten || isTerminal(ruling, facts) || rule === 'kubernetes/host-access' ? 'after-change' : 'never';
}

/** What holds until a rule names the request. */
const LIFTED = new Set(['kubernetes/pillars', 'kubernetes/host-access']);

/** What no rule can lift. */
const FIXED = new Set(['kubernetes/tokens', 'kubernetes/proxy']);

/** What would have to change. */
function proposal(ruling: Ruled, facts: RequestFacts): string {
  const { rule, divided, program } = ruling;
  if (divided === true || rule === 'opaque') return 'none: nobody can approve it as it is written';
  if (FIXED.has(rule)) return 'none: no rule can allow it';
  if (isTerminal(ruling, facts)) return propose('a rule with match: { terminal: free }, verdict: ask');
  if (program !== null && rule === 'default') {
    return propose(`{ id: ${idOf(program)}, match: { command: ${JSON.stringify(program)} }, verdict: ask }`);
  }
  const isOurs = rule === 'default' || LIFTED.has(rule);
  if (program !== null || !isOurs) return `none: ask the owner of the policy about rule "${rule}"`;
  const { verb, qualified, pods } = facts;
  const traits = rule === 'kubernetes/host-access' ? `, pod: [${pods.traits.join(', ')}]` : '';
  const match = `{ verb: ${verb}, resource: ${JSON.stringify(qualified)}${traits} }`;
  return propose(`{ id: ${idOf(`${verb}-${qualified}`)}, match: ${match}, verdict: ask }`);
}

const propose = (what: string): string => `propose to the owner of the policy: ${what}`;

const idOf = (what: string): string => `ask-${what.toLowerCase().replace(/[^a-z0-9._-]+/g, '-')}`.slice(0, 63);
