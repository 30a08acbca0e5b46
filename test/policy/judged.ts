// Judges text with the built-in policy, or one given, and shows facts the short way tests compare them.
import type { Decision } from '../../src/lib/core/decision.ts';
import type { PolicyDocument } from '../../src/lib/core/policy-document.ts';
import type { SimpleCommand } from '../../src/lib/policy/facts/facts.ts';
import { showValue } from '../../src/lib/policy/facts/unknowns.ts';
import { BUILT_IN_POLICY, compilePolicy, type Judgement, judgeCommand } from '../../src/lib/policy/index.ts';

export const HERE = {
  target: 'local',
  kind: 'shell',
  principal: 'unix:agent',
  cwd: '/srv/app',
  home: '/home/me',
} as const;

const BUILT_IN = compilePolicy(BUILT_IN_POLICY, { approvalTtlMs: 60_000 });

export function judge(text: string, document?: Partial<PolicyDocument>, context: object = {}): Judgement {
  const policy =
    document === undefined
      ? BUILT_IN
      : compilePolicy({ packs: [], rules: [], default: 'ask', opaque: 'deny', ...document }, { approvalTtlMs: 60_000 });
  return judgeCommand(policy, { kind: 'text', text }, { ...HERE, ...context });
}

export function decide(text: string, document?: Partial<PolicyDocument>, context: object = {}): Decision {
  return judge(text, document, context).decision;
}

/** The code of the error that refuses the text. */
export function refusal(text: string): string {
  try {
    judge(text);
  } catch (error) {
    if (error instanceof Error && 'code' in error) return String(error.code);
    throw error;
  }
  return 'none';
}

/** Everything that would run, wrappers before what they run: `sudo > rm -rf /x`. */
export function ran(text: string): string[] {
  return judge(text)
    .facts.commands.filter((command) => command.name !== '' && !command.wraps && !command.call)
    .map(shown);
}

export function reasons(text: string): string[] {
  return judge(text).facts.opaque.map(({ reason }) => reason);
}

export function files(text: string, kind: 'reads' | 'writes' | 'removes', context: object = {}): string[] {
  const all = judge(text, undefined, context).facts.commands.flatMap((command) => command[kind]);
  return [...new Set(all.map(({ forms, recursive }) => showValue(forms[0] ?? '') + (recursive ? '/**' : '')))].sort();
}

export function does(text: string): string[] {
  return [...new Set(judge(text).facts.commands.flatMap((command) => command.does))].sort();
}

function shown({ name, args, wrappers }: SimpleCommand): string {
  const words = [name, ...args.map(({ value, many }) => (value === '' ? "''" : showValue(value)) + (many ? '…' : ''))];
  return [...wrappers, words.join(' ')].join(' > ');
}
