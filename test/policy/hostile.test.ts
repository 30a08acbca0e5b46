import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { judge, refusal } from './judged.ts';

const fill = (text: string, bytes = 32_000) => text.repeat(Math.floor(bytes / Buffer.byteLength(text)));

/** Input made to cost time. None of it may be allowed unseen, and each is judged in bounded work. */
const HOSTILE: Readonly<Record<string, string>> = {
  statements: `${fill('ls;')} rm x`,
  pipes: `${fill('ls|')}rm x`,
  chains: `${fill('ls&&')}rm x`,
  'changes of folder': `${fill('cd a || cd b;')}rm x`,
  'growing values': `${fill('x=a$x;')}rm x`,
  'branches that differ': `${fill('if a; then x=1; else x=2; fi;')}rm x`,
  'loops in loops': `${'for a in 1 2 3 4; do '.repeat(12)}ls; ${'done; '.repeat(12)}rm x`,
  'choices in choices': `a=(1 2 3 4 5 6 7 8); for b in 1 2 3 4 5 6 7 8; do ${'echo $b$b$b$b$b;'.repeat(300)} done; rm x`,
  'wrappers in wrappers': `${fill('sudo ')}rm x`,
  'shells in shells': `${'sh -c "eval '.repeat(1)}${fill('ls;', 20_000)}"; rm x`,
  'many evals': `${fill("eval 'ls';")}rm x`,
  'evals of evals': `${'eval '.repeat(5000)}rm x`,
  'many finds': `find ${fill('-exec ls {} + ')}; rm x`,
  globs: `rm ${fill('*a')}`,
  'dots in paths': `rm ${fill('../')}`,
  substitutions: `rm ${'$('.repeat(12)}ls${')'.repeat(12)}`,
  'a program for awk': `awk '${fill('"a"/')}' x; rm x`,
  'a script for sed': `sed '${fill('s/a')}' x; rm x`,
  sql: `psql -c "${fill('select 1;')}"; rm x`,
};

for (const [title, text] of Object.entries(HOSTILE)) {
  test(`never allows what it gave up on: ${title}`, () => {
    const before = process.cpuUsage();
    const refused = refusal(text);
    if (refused === 'none') assert.is.not(judge(text).decision.verdict, 'allow');
    else assert.is(refused, 'command-too-deep');
    const { user } = process.cpuUsage(before);
    // Far above what it takes, far below what unbounded work would take.
    assert.ok(user < 1_500_000, `${user} µs`);
  });
}

test.run();
