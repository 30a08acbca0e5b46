// How many verdicts a second one core gives on typical one-line commands with all packs and 200 own rules, and how long
// 32 KiB of hostile text takes until it is judged or refused.
import { readFileSync } from 'node:fs';
import type { Rule } from '../../src/lib/core/policy-document.ts';
import type { CompiledPolicy } from '../../src/lib/policy/index.ts';
import { BUILT_IN_POLICY, compilePolicy, judgeCommand } from './built-policy.ts';
import { quantile } from './turns.ts';

const RULES = 200;
const ROUNDS = 20;
/** Measured is a broker that has judged some thousand commands. */
const WARM_UP = 12;
const HOSTILE_BYTES = 32 * 1024;
const CONTEXT = { target: 'here', kind: 'shell', principal: 'unix:agent', cwd: '/srv/app', home: '/home/agent' };

/** Lines to print: the rate, and one for the slowest kinds of hostile text. */
export async function policyRate(): Promise<readonly string[]> {
  const policy = compilePolicy({ ...BUILT_IN_POLICY, rules: ownRules() }, { approvalTtlMs: 60_000 });
  const commands = typicalCommands();
  const rates = Array.from({ length: WARM_UP + ROUNDS }, () => {
    const used = processorMs(() => {
      for (const text of commands) judge(policy, text);
    });
    return (commands.length / used) * 1000;
  }).slice(WARM_UP);
  const [low, median, high] = [0, 0.5, 1].map((part) => quantile(rates, part).toFixed(0));
  const slowest = Object.entries(hostile())
    .map(([name, text]) => ({ name, ms: quantile(timesOf(policy, text), 0.5) }))
    .sort((a, b) => b.ms - a.ms)
    .slice(0, 5)
    .map(({ name, ms }) => `${name} ${ms.toFixed(0)} ms`);
  return [
    `policy, verdicts a second of processor, all packs and ${RULES} rules, ${commands.length} one-line commands: ` +
      `${median} (${low}–${high})`,
    `policy, 32 KiB of hostile text, processor time, the slowest kinds: ${slowest.join(', ')}`,
  ];
}

function timesOf(policy: CompiledPolicy, text: string): number[] {
  return Array.from({ length: 5 }, () => processorMs(() => judge(policy, text)));
}

function processorMs(work: () => void): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

function judge(policy: CompiledPolicy, text: string): void {
  try {
    judgeCommand(policy, { kind: 'text', text }, CONTEXT);
  } catch (error) {
    // Refused before it is judged; the built error is not the class of the sources.
    if (!(error instanceof Error && 'exit' in error && error.exit === 64)) throw error;
  }
}

/** What people and agents run and nobody minds; hostile text is measured on its own. */
function typicalCommands(): readonly string[] {
  const file = new URL('../policy/corpus/look-alikes.txt', import.meta.url);
  return readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !/^#/.test(line) && !line.includes('⏎'));
}

function ownRules(): readonly Rule[] {
  return Array.from({ length: RULES }, (_, n): Rule => {
    const id = `own-${n}`;
    switch (n % 4) {
      case 0:
        return { id, match: { command: [`tool-${n}`], args: ['run', '**'] }, verdict: 'allow' };
      case 1:
        return { id, match: { writes: [`/srv/shared-${n}/**`] }, verdict: 'deny', reason: 'shared' };
      case 2:
        return { id, match: { command: ['make', 'npm'], args: [`task-${n}`] }, verdict: 'ask' };
      default:
        return { id, match: { command: ['git'], text: `git push .*release-${n}` }, verdict: 'ask' };
    }
  });
}

function hostile(): Readonly<Record<string, string>> {
  const fill = (part: string) => part.repeat(Math.floor(HOSTILE_BYTES / Buffer.byteLength(part)));
  const nest = (open: string, inside: string, close: string, depth: number) =>
    open.repeat(depth) + inside + close.repeat(depth);
  return {
    'eval after eval': fill("eval 'ls x'\n"),
    'assignments joined': fill('a=$a$a$a;'),
    'braces in braces': fill('{a,b{c,d}}'),
    'braces without end': `echo ${'{a,b}'.repeat(6000)}`.slice(0, HOSTILE_BYTES),
    'substitutions, 300 deep': nest('$(echo ', 'x', ')', 300),
    'parentheses without end': '('.repeat(HOSTILE_BYTES - 1),
    'sh -c in sh -c': nest('sh -c "', 'ls', '"', 8) + fill(' sh -c ls;').slice(0, HOSTILE_BYTES - 200),
    'wrappers around wrappers': fill('sudo env '),
    'here-documents': fill('cat <<E\n$(x)\nE\n'),
    'globs and paths': fill('rm -rf /*/?/[a-z]*/../x '),
    'functions that call functions': fill('f(){ g; };g(){ f; };f;'),
    'pipelines of sh': fill('echo ls|sh;'),
    'alternatives of a variable': fill('if x;then a=b;else a=c;fi;$a;'),
  };
}
