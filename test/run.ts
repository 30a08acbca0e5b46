// Runs every test file in a process of its own, with a time limit, and counts tests. uvu alone exits 0 when a hook
// throws, when `.run()` is missing and when a stray `.only` is left; here each of those is a failure.
import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const DEFAULT_TIMEOUT_S = 120;
const CONCURRENCY = Number(process.env.TEST_CONCURRENCY ?? 2);

interface FileResult {
  readonly file: string;
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  readonly problem: string | null;
  readonly output: string;
  readonly seconds: number;
}

function findTests(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return findTests(path);
    return entry.name.endsWith('.test.ts') ? [path] : [];
  });
}

/** A first-line comment such as `// timeout: 300` sets the file's limit in seconds. */
function timeoutOf(source: string): number {
  const match = /^\/\/ timeout: (\d+)/.exec(source);
  return match === null ? DEFAULT_TIMEOUT_S : Number(match[1]);
}

/** What uvu prints of each failed test, without its stack: the name, and up to 12 lines of the reason. */
function failuresIn(output: string): string[] {
  const blocks = output.split(/^(?=\s*FAIL {2})/m).slice(1);
  return blocks.map((block) => {
    const told = block.split(/^\s*at /m, 1)[0] ?? block;
    return told
      .split('\n')
      .filter((line) => line.trim() !== '')
      .slice(0, 13)
      .join('\n');
  });
}

function runFile(path: string): Promise<FileResult> {
  const source = readFileSync(path, 'utf8');
  const file = relative(process.cwd(), path);
  const started = performance.now();
  return new Promise((resolve) => {
    const child = spawn(process.execPath, ['--import', 'tsx', path], {
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
      env: { ...process.env, FORCE_COLOR: '0', NO_COLOR: '1', SALLYPORT_TEST: '1' },
    });
    let output = '';
    child.stdout.on('data', (chunk) => {
      output += chunk;
    });
    child.stderr.on('data', (chunk) => {
      output += chunk;
    });
    let timedOut = false;
    const timer = setTimeout(() => {
      timedOut = true;
      // The whole group: what the test started goes with it.
      process.kill(-(child.pid ?? 0), 'SIGKILL');
    }, timeoutOf(source) * 1000);
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      const count = (name: string) =>
        Number(new RegExp(`^\\s*${name}:\\s+(\\d+)`, 'm').exec(output)?.[1] ?? Number.NaN);
      const total = count('Total');
      const passed = count('Passed');
      const skipped = count('Skipped');
      const problem = timedOut
        ? `no end after ${timeoutOf(source)} s`
        : /\.only\(/.test(source)
          ? 'a stray .only'
          : Number.isNaN(total)
            ? `no summary (exit ${code ?? signal}): a hook threw, or .run() is missing`
            : total + skipped === 0
              ? 'no test'
              : code !== 0 || passed !== total
                ? `${total - passed} failed (exit ${code ?? signal})`
                : skipped > 0 && process.env.CI === 'true'
                  ? `${skipped} skipped, which CI does not allow`
                  : null;
      const failed = Number.isNaN(total) ? 1 : Math.max(total - passed, problem === null ? 0 : 1);
      const seconds = (performance.now() - started) / 1000;
      resolve({ file, passed: passed || 0, failed, skipped: skipped || 0, problem, output, seconds });
    });
  });
}

const filters = process.argv.slice(2);
const files = findTests(here)
  .filter((path) => filters.length === 0 || filters.some((filter) => path.includes(filter)))
  .sort();
const queue = [...files];
const results: FileResult[] = [];
await Promise.all(
  Array.from({ length: CONCURRENCY }, async () => {
    for (let path = queue.shift(); path !== undefined; path = queue.shift()) {
      const result = await runFile(path);
      results.push(result);
      const mark = result.problem === null ? 'ok  ' : 'FAIL';
      const skips = result.skipped > 0 ? `, ${result.skipped} skipped` : '';
      process.stdout.write(`${mark} ${result.file}  ${result.passed} passed${skips}  ${result.seconds.toFixed(1)}s\n`);
      if (result.problem !== null) process.stdout.write(`${result.problem}\n${result.output}\n`);
    }
  }),
);

for (const result of results) {
  for (const line of result.output.match(/^# skipped: .*$/gm) ?? [])
    process.stdout.write(`${line}  (${result.file})\n`);
}
// Once more at the end, in few words: thousands of lines may lie between a failure and the end of the output.
for (const result of results) {
  if (result.problem === null) continue;
  process.stdout.write(`\nFAIL ${result.file}: ${result.problem}\n`);
  for (const failure of failuresIn(result.output)) process.stdout.write(`${failure}\n`);
}
const sum = (pick: (result: FileResult) => number) => results.reduce((total, result) => total + pick(result), 0);
const [passed, failed, skipped] = [sum((r) => r.passed), sum((r) => r.failed), sum((r) => r.skipped)];
process.stdout.write(`\n${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}\n`);
process.exitCode = failed > 0 || passed === 0 ? 1 : 0;
