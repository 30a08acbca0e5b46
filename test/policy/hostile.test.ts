import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { judge, refusal } from './judged.ts';

const fill = (text: string, bytes = 32_000) => text.repeat(Math.floor(bytes / Buffer.byteLength(text)));

/** Input made to cost time. None of it may be allowed unseen, and each is judged in bounded work. */
const HOSTILE: Readonly<Record<string, string>> = {
  statements: `${fill('ls;')} rm x`,
  lines: `${fill('a\n')} rm x`,
  'background commands': `${fill('a& ')} rm x`,
  pipes: `${fill('ls|')}rm x`,
  chains: `${fill('ls&&')}rm x`,
  'changes of folder': `${fill('cd a || cd b;')}rm x`,
  'growing values': `${fill('x=a$x;')}rm x`,
  'values that double': `${fill('a=$a$a$a;')}rm x`,
  'branches that differ': `${fill('if a; then x=1; else x=2; fi;')}rm x`,
  'choices of a name': fill('if x;then a=b;else a=c;fi;$a;'),
  'loops in loops': `${'for a in 1 2 3 4; do '.repeat(12)}ls; ${'done; '.repeat(12)}rm x`,
  'choices in choices': `a=(1 2 3 4 5 6 7 8); for b in 1 2 3 4 5 6 7 8; do ${'echo $b$b$b$b$b;'.repeat(300)} done; rm x`,
  'functions that call functions': `${fill('f(){ g; };g(){ f; };f;')}rm x`,
  'functions that fork': 'f(){ f | f & f; f; }; f; rm x',
  'wrappers in wrappers': `${fill('sudo ')}rm x`,
  'wrappers of two kinds': `${fill('sudo env ')}rm x`,
  'shells in shells': `${'sh -c "eval '.repeat(1)}${fill('ls;', 20_000)}"; rm x`,
  'many shells': `${fill("sh -c 'a;b';")}rm x`,
  'many evals': `${fill("eval 'ls';")}rm x`,
  'evals of evals': `${'eval '.repeat(5000)}rm x`,
  'many finds': `find ${fill('-exec ls {} + ')}; rm x`,
  'here-documents': `${fill('cat <<E\n$(x)\nE\n')}rm x`,
  'here-strings': `cat ${fill('<<< a ')}; rm x`,
  redirections: `rm x ${fill('> b ')}`,
  globs: `rm ${fill('*a')}`,
  'globs and paths': `rm -rf ${fill('/*/?/[a-z]*/../x ')}`,
  'many files': `rm ${fill('a/b ')}`,
  'dots in paths': `rm ${fill('../')}`,
  braces: `rm ${fill('{a,b}')}`,
  substitutions: `rm ${'$('.repeat(12)}ls${')'.repeat(12)}`,
  '300 substitutions in one another': `rm ${'$(echo '.repeat(300)}x${')'.repeat(300)}`,
  'open brackets': '('.repeat(32_000),
  'open quotes': `rm ${fill(`'"`)}`,
  'words with variables': `rm ${fill('A$x=b ')}`,
  'cases of cases': `${fill('case a in a) b;; esac;')}rm x`,
  tests: `${fill('[[ a == b ]];')}rm x`,
  'arguments of arguments': `${fill('set -- $@ a;')}rm x`,
  traps: `${fill("trap 'a' X;")}rm x`,
  'a program for awk': `awk '${fill('"a"/')}' x; rm x`,
  'patterns for awk': `awk '${fill('/a/{print $1}')}' x; rm x`,
  'a script for sed': `sed '${fill('s/a')}' x; rm x`,
  'code for python': `python3 -c '${fill('print(1);')}'`,
  'strings for python': `python3 -c '${fill('f"{x}"', 8000)}'`,
  'many pythons': `${fill("python3 -c 'exec(1)';")}rm x`,
  'patterns for perl': `perl -e '${fill('/a$/,', 8000)}'; rm x`,
  'patterns for ruby': `ruby -e '${fill('puts(/a/,', 8000)}'; rm x`,
  'brackets for javascript': `node -e '${fill('(a,(b)=>', 8000)}'; rm x`,
  'declarations for javascript': `node -e 'let a${fill(',a', 8000)}'; rm x`,
  sql: `psql -c "${fill('select 1;')}"; rm x`,
};

/** What any of it may take. The least of some runs counts: the machine has other work, too. */
const MOST_MS = 100;

for (const [title, text] of Object.entries(HOSTILE)) {
  test(`never allows what it gave up on, and gives up soon: ${title}`, () => {
    const refused = refusal(text);
    if (refused === 'none') assert.is.not(judge(text).decision.verdict, 'allow');
    else assert.match(refused, /^(command-too-(deep|long)|syntax-error)$/);
    const times: number[] = [];
    while (times.length < 12 && Math.min(...times, Number.POSITIVE_INFINITY) >= MOST_MS) {
      const before = process.cpuUsage();
      refusal(text);
      times.push(process.cpuUsage(before).user / 1000);
    }
    assert.ok(Math.min(...times) < MOST_MS, `${times.map((ms) => ms.toFixed(0)).join(' ')} ms`);
  });
}

test.run();
