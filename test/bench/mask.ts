// How fast the mask is with every rule on: on plain logs, on text that is full of secrets, on a screen, on the worst 64 KiB that
// could be found; and what memory a session's mask takes. Processor time, in this process; ratios to what takes turns with it.
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { drawFrom, expandExample } from '../../src/lib/stream/mask/examples.ts';
import { newStage, RULES } from './built-mask.ts';
import { hostileTexts, spreadTexts } from './mask-hostile.ts';
import { quantile } from './turns.ts';

const MB = 1e6;
/** What a broker reads of a terminal at once comes in such pieces. */
const CHUNK_BYTES = 64 * 1024;
const ROUNDS = 5;
/** The regular expression gets less text: it is slow. */
const EXPRESSION_BYTES = 100_000;
const STAGES = 200;

setFlagsFromString('--expose-gc');
const collectGarbage: () => void = runInNewContext('gc');

export async function maskTimes(): Promise<readonly string[]> {
  return [...throughput(), ...slowest(), memory()];
}

export function throughput(): readonly string[] {
  const texts = {
    'plain log text': logText(4 * MB),
    'a secret in every line of about 100 bytes, of eight usual kinds': usualText(2 * MB),
    'a secret in every line of about 100 bytes, of every rule in turn': denseText(1 * MB),
    'manifests and tables of kubectl': manifestText(1 * MB),
    'coloured text': colouredText(2 * MB),
    'full-screen output': screenText(1 * MB),
  };
  const expression = oneRegExp();
  return Object.entries(texts).map(([name, text]) => {
    const string = text.toString('latin1', 0, EXPRESSION_BYTES);
    const ways = [() => mask(text), () => copy(text), () => string.replace(expression, '[masked]').length];
    const times = ways.map((): number[] => []);
    for (let round = -2; round < ROUNDS; round++) {
      for (const [index, way] of ways.entries()) {
        const used = processorMs(way);
        if (round >= 0) times[index]?.push(used);
      }
    }
    const [ours = [], copies = [], expressions = []] = times;
    const rate = (used: readonly number[], part: number, bytes = text.length) => {
      const megabytes = bytes / MB / (quantile(used, part) / 1000);
      return megabytes.toFixed(megabytes < 10 ? 2 : 0);
    };
    return (
      `mask, ${name}: ${rate(ours, 0.5)} MB/s (${rate(ours, 0.75)}–${rate(ours, 0.25)}); ` +
      `a copy ${rate(copies, 0.5)} MB/s, one big RegExp ${rate(expressions, 0.5, string.length)} MB/s`
    );
  });
}

/** The worst of texts written by hand, and of every anchor repeated and followed by runs. */
export function slowest(): readonly string[] {
  const timed = [...hostileTexts(), ...spreadTexts(RULES)].map(({ name, bytes }) => ({
    name,
    bytes,
    ms: processorMs(() => mask(bytes)),
  }));
  const worst = timed
    .sort((a, b) => b.ms - a.ms)
    .slice(0, 24)
    .map(({ name, bytes }) => ({
      name,
      ms: quantile(
        Array.from({ length: 5 }, () => processorMs(() => mask(bytes))),
        0.5,
      ),
    }))
    .sort((a, b) => b.ms - a.ms);
  const shown = worst.slice(0, 6).map(({ name, ms }) => `${name} ${ms.toFixed(1)} ms`);
  return [`mask, 64 KiB of hostile text, the slowest of ${timed.length}: ${shown.join(', ')}`];
}

export function memory(): string {
  const openings = [
    'ghp_',
    `${'-----BEGIN'} RSA PRIVATE KEY-----\nMIIEpAIBAAKCAQEA`,
    `apiVersion: v1\ndata:\n  password: ${'cGFz'.repeat(2000)}`,
    'postgres://app:',
    `\u001b]0;${'x'.repeat(4000)}`,
    `\u001b[?1049h\u001b[5;5Hhello`,
  ];
  // What all sessions share, such as compiled patterns, is no session's.
  for (const text of openings) mask(Buffer.from(text));
  mask(logText(100_000));
  const kib = openings.map((text) => {
    const bytes = Buffer.from(text);
    const before = usedBytes();
    const stages = Array.from({ length: STAGES }, () => {
      const stage = newStage();
      stage.push(logText(100_000));
      stage.push(bytes);
      return stage;
    });
    const used = (usedBytes() - before) / STAGES / 1024;
    // Alive until it was measured.
    return stages.length === STAGES ? used : Number.NaN;
  });
  return `mask, memory of a session with something open: at most ${Math.max(...kib).toFixed(0)} KiB (${kib.map((used) => used.toFixed(0)).join(', ')})`;
}

function usedBytes(): number {
  collectGarbage();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

/** Returns how much came out, so that nothing is left out as unused. */
export function mask(bytes: Uint8Array): number {
  const stage = newStage();
  let length = 0;
  for (let at = 0; at < bytes.length; at += CHUNK_BYTES) {
    for (const piece of stage.push(bytes.subarray(at, at + CHUNK_BYTES))) length += piece.length;
  }
  for (const piece of stage.flush()) length += piece.length;
  return length;
}

function copy(bytes: Uint8Array): number {
  let length = 0;
  for (let at = 0; at < bytes.length; at += CHUNK_BYTES)
    length += Buffer.from(bytes.subarray(at, at + CHUNK_BYTES)).length;
  return length;
}

export function processorMs(work: () => unknown): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

/** What people write when they do not think of speed: every rule as an alternative. */
function oneRegExp(): RegExp {
  const quoted = (text: string) => text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
  const parts = RULES.flatMap((rule) =>
    'secret' in rule
      ? [`(?:${rule.anchors.map(quoted).join('|')})(?:${rule.lead ?? ''})(?:${rule.secret})(?:${rule.tail ?? ''})`]
      : [],
  );
  return new RegExp(parts.join('|'), 'g');
}

function filled(bytes: number, line: (at: number) => string): Buffer {
  const lines: string[] = [];
  let length = 0;
  for (let at = 0; length < bytes; at++) {
    const text = line(at);
    lines.push(text);
    length += text.length;
  }
  return Buffer.from(lines.join(''), 'latin1');
}

export function logText(bytes: number): Buffer {
  const draw = drawFrom(7);
  const verbs = ['started', 'finished', 'retrying', 'connected to', 'closed', 'loaded', 'skipped', 'updated'];
  const things = ['worker', 'request', 'cache', 'index', 'session', 'upload', 'job', 'database'];
  return filled(bytes, (at) => {
    const time = new Date(1.76e12 + at * 137).toISOString();
    const words = `${verbs[draw(8)]} ${things[draw(8)]} ${draw(100000)} in ${draw(900)}ms`;
    switch (draw(4)) {
      case 0:
        return `${time} INFO  [main] c.e.shop.${things[draw(8)]}.Service: ${words}\n`;
      case 1:
        return `10.0.${draw(255)}.${draw(255)} - - [25/Nov/2026:10:00:00 +0000] "GET /api/v1/items/${draw(99999)}?page=${draw(9)} HTTP/1.1" 200 ${draw(99999)}\n`;
      case 2:
        return `{"level":"info","time":${1764064800 + at},"msg":"${words}","id":"${draw(2 ** 30).toString(16)}"}\n`;
      default:
        return `Nov 25 10:00:00 web-1 app[${draw(9999)}]: ${words} (attempt ${draw(5)} of 5)\n`;
    }
  });
}

/** What stands in logs and settings: a few rules, again and again. */
const USUAL: readonly string[] = [
  'cloning with ghp_${alnum:36} for the job, and going on with the next step',
  'export DB_PASSWORD=${alnum:20} # of the database of the shop, rotated weekly',
  'connecting to postgres://shop:${alnum:16}@db.internal:5432/shop?sslmode=require now',
  'aws_access_key_id = AKIA${upper:16} of the account of the build, in eu-west-1',
  'Authorization: Bearer ${alnum:40} was sent to the API of the payments',
  'a mail to ${lower:8}@example.org about the order, thank you very much for it',
  '{"level":"info","msg":"token renewed","apiKey":"${alnum:32}","region":"eu-west-1"}',
  'SLACK_BOT_TOKEN=xoxb-${digit:12}-${digit:12}-${alnum:24} is set',
];

function usualText(bytes: number): Buffer {
  return filled(
    bytes,
    (at) => `2026-11-25T10:00:00Z INFO ${expandExample(USUAL[at % USUAL.length] as string, at).text}\n`,
  );
}

/** One secret a line, of every rule in turn. */
function denseText(bytes: number): Buffer {
  const examples = RULES.flatMap((rule) => rule.tests.masks).filter((text) => !text.includes('\n'));
  return filled(bytes, (at) => {
    const { text } = expandExample(examples[at % examples.length] as string, at);
    return `2026-11-25T10:00:00Z INFO step ${at} ${text.slice(0, 300)} ${'.'.repeat(Math.max(0, 60 - text.length))}\n`;
  });
}

function manifestText(bytes: number): Buffer {
  return filled(bytes, (at) =>
    at % 2 === 0
      ? `apiVersion: v1\ndata:\n  mode: production\n  retries: "${at}"\nkind: ConfigMap\nmetadata:\n  name: app-${at}\n---\n`
      : `web-${at}-7d9c5b6f8-x2x${at % 10}   1/1     Running   0          ${at % 90}d\n`.repeat(8),
  );
}

function colouredText(bytes: number): Buffer {
  return filled(
    bytes,
    (at) =>
      `\u001b[32m-rw-r--r--\u001b[0m 1 root \u001b[1;34mfile-${at}\u001b[0m \u001b[33m${at * 17}\u001b[0m\u001b[K\r\n`,
  );
}

function screenText(bytes: number): Buffer {
  const frame = (at: number) =>
    Array.from(
      { length: 24 },
      (_, row) =>
        `\u001b[${row + 1};1H\u001b[3${row % 8}m${String(at + row).padStart(7)} process-${row} ${'x'.repeat(row)}\u001b[m\u001b[K`,
    ).join('');
  return Buffer.concat([Buffer.from('\u001b[?1049h'), filled(bytes, (at) => `\u001b[?25l${frame(at)}\u001b[?25h`)]);
}
