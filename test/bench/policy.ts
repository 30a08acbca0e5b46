// How long the policy takes to judge a command: parse, facts, rules, printed form. In this process, without a broker.
import { BUILT_IN_POLICY, compilePolicy, judgeCommand } from './built-policy.ts';
import { quantile } from './turns.ts';

const COMMANDS: Readonly<Record<string, string>> = {
  'one word': 'ls',
  'a pipeline': "journalctl -u app --since '1 hour ago' | grep -i error | sort | uniq -c | head -n 20",
  'wrappers and nesting':
    'sudo -n env LANG=C timeout 30 bash -c "for f in $(find /var/log -name *.log); do tail -n 5 $f; done"',
  'a script of 100 lines': Array.from(
    { length: 100 },
    (_, i) => `grep -c 'x${i}' /srv/app/file-${i}.txt || echo none`,
  ).join('\n'),
};
const WARM_UP = 200;
const RUNS = 500;

/** One line for each kind of command: median and 99th percentile, warm; and the very first one, cold. */
export async function policyTimes(): Promise<readonly string[]> {
  const policy = compilePolicy(BUILT_IN_POLICY, { approvalTtlMs: 60_000 });
  const context = { target: 'here', kind: 'shell', principal: 'unix:agent', cwd: '/srv/app', home: '/home/agent' };
  const judgeUs = (text: string): number => {
    const started = performance.now();
    judgeCommand(policy, { kind: 'text', text }, context);
    return (performance.now() - started) * 1000;
  };
  return Object.entries(COMMANDS).map(([name, text]) => {
    const cold = judgeUs(text);
    for (let i = 0; i < WARM_UP; i++) judgeUs(text);
    const runs = Array.from({ length: RUNS }, () => judgeUs(text));
    const [median, p99] = [quantile(runs, 0.5), quantile(runs, 0.99)].map((us) => us.toFixed(0));
    return `policy, ${name} (${text.length} characters): ${median} µs, p99 ${p99} µs, the first ${cold.toFixed(0)} µs`;
  });
}
