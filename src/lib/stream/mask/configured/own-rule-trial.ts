// Tries one rule on whole texts, before any stream has it: on its own examples, and on text that no rule should touch much.

import { type Expanded, expandExample } from '../examples.ts';
import { compileRules } from '../finding/compiled-rules.ts';
import { findSecrets } from '../finding/find-secrets.ts';
import { indexNeedles } from '../known/known-finder.ts';
import type { PatternRule, Span } from '../rule.ts';
import type { OwnRuleProblem } from './own-rules.ts';

/** What an example leaves open is drawn this often. */
const DRAWS = 3;

/** What of the rule's own examples does not hold. */
export function* tryExamples(rule: PatternRule): Generator<OwnRuleProblem> {
  for (const what of ['masks', 'leaves'] as const) {
    for (const [index, example] of rule.tests[what].entries()) {
      const path = ['tests', what, index];
      try {
        const got = what === 'masks' ? failureToMask(rule, example) : failureToLeave(rule, example);
        if (got !== undefined) yield { path, expected: EXPECTED[what], got };
      } catch (error) {
        if (!(error instanceof RangeError)) throw error;
        yield { path, expected: 'an example that can be drawn', got: error.message };
      }
    }
  }
}

const EXPECTED = { masks: 'a text in which the rule masks the secret', leaves: 'a text that the rule leaves alone' };

function failureToMask(rule: PatternRule, example: string): string | undefined {
  for (let seed = 1; seed <= DRAWS; seed++) {
    const { text, secrets, publicParts } = drawExample(example, seed);
    const shown = shownTexts(text, spansOf(rule, text));
    if (shown.length === 1) return 'one in which it finds nothing';
    if (secrets.some((secret) => shown.some((part) => part.includes(secret)))) return 'one with a secret left';
    if (secrets.length > 0 && !isInOrder(publicParts, shown.join('\0')))
      return 'one in which it masks more than the secret';
  }
  return undefined;
}

function failureToLeave(rule: PatternRule, example: string): string | undefined {
  for (let seed = 1; seed <= DRAWS; seed++) {
    const { text } = drawExample(example, seed);
    if (spansOf(rule, text).length > 0) return 'one in which it finds something';
  }
  return undefined;
}

/** The example as a stream has it: a character for each byte of UTF-8. */
function drawExample(example: string, seed: number): Expanded {
  const { text, secrets, publicParts } = expandExample(example, seed);
  const asBytes = (part: string) => Buffer.from(part, 'utf8').toString('latin1');
  return { text: asBytes(text), secrets: secrets.map(asBytes), publicParts: publicParts.map(asBytes) };
}

/** How much of ordinary text the rule masks: 0 for nothing, 1 for all of it. */
export function ordinaryShare(rule: PatternRule): number {
  const text = ORDINARY.join('\n');
  return spansOf(rule, text).reduce((sum, { from, to }) => sum + to - from, 0) / text.length;
}

function shownTexts(text: string, spans: readonly Span[]): string[] {
  const edges = [0, ...spans.flatMap(({ from, to }) => [from, to]), text.length];
  return edges.flatMap((edge, index) => (index % 2 === 0 ? [text.slice(edge, edges[index + 1])] : []));
}

function isInOrder(parts: readonly string[], text: string): boolean {
  let at = 0;
  for (const part of parts) {
    at = text.indexOf(part, at);
    if (at === -1) return false;
    at += part.length;
  }
  return true;
}

/** What the mask finds in a text of Latin-1 characters with this rule alone: ascending, not overlapping. */
function spansOf(rule: PatternRule, text: string): readonly Span[] {
  return findSecrets(compileRules([rule]), indexNeedles([]), Buffer.from(text, 'latin1'));
}

const ORDINARY: readonly string[] = [
  '2026-03-04T05:06:07.089Z INFO  [http-8080-exec-3] c.e.shop.OrderService - order 48213 created in 12 ms',
  'Mar  4 05:06:07 web-1 systemd[1]: Started Daily apt upgrade and clean activities.',
  '127.0.0.1 - - [04/Mar/2026:05:06:07 +0000] "GET /static/app.js HTTP/1.1" 200 5316 "-" "curl/8.5.0"',
  '{"level":"info","ts":1772600767.0891,"msg":"reconciled","controller":"node","name":"worker-2","duration":0.031}',
  'total 48',
  'drwxr-xr-x  5 root root  4096 Mar  4 05:06 src',
  '-rw-r--r--  1 root root 14592 Mar  4 05:06 package-lock.json',
  'commit 3f2a9c81e0b7d6451c02f8a96e7b3d50412c9a8e (HEAD -> main, origin/main)',
  'Author: Alex Example <alex@example.com>',
  '    server: close idle connections after the configured time',
  'NAME                     READY   STATUS    RESTARTS   AGE',
  'web-7c9f6d5b8-x2k4q      1/1     Running   0          3d4h',
  'CONTAINER ID   IMAGE          COMMAND                  CREATED        STATUS        PORTS',
  'Get:1 http://deb.example.org/debian bookworm-updates InRelease [55.4 kB]',
  'npm warn deprecated inflight@1.0.6: This module is not supported.',
  'The quick brown fox jumps over the lazy dog, and the dog does not mind; it sleeps until the evening.',
  'To begin, install the package and run the program once. Its settings are written to your home directory.',
  '  if (user === undefined) return response.status(404).json({ error: "no such user" });',
  'def main(argv: list[str]) -> int:',
  'Filesystem      Size  Used Avail Use% Mounted on',
  '/dev/nvme0n1p2  468G  211G  234G  48% /',
  'PING example.com (192.0.2.10) 56(84) bytes of data.',
  '64 bytes from 192.0.2.10: icmp_seq=1 ttl=57 time=9.31 ms',
  'Traceback (most recent call last):',
  '  File "/srv/app/worker.py", line 128, in handle',
  'ValueError: invalid literal for int() with base 10: "abc"',
  'Successfully tagged registry.example.com/shop/web:1.24.3',
  'sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
];
