// No regular expression of the mask may go back and forth: whoever writes to a stream chooses the text that it reads.
// Each one is tried on what it is made of, over and over, and then something else: one that is exponential takes seconds for that.
import { readdirSync, readFileSync } from 'node:fs';
import { createSourceFile, forEachChild, isRegularExpressionLiteral, type Node, ScriptTarget } from 'typescript';
import { test } from 'uvu';
import * as assert from 'uvu/assert';

const SOURCES = new URL('../../../src/lib/stream/mask/', import.meta.url);
const REPEATED = 28;
/** Others take some ten microseconds for that; the rest is for a machine that is busy. */
const SLOWEST_MS = 20;
const PARTS = [
  'a',
  'A',
  '0',
  '.',
  '-',
  '_',
  ' ',
  '/',
  '"',
  'x',
  '=',
  '\\',
  ':',
  '(',
  '{',
  'a-',
  'a ',
  'a.',
  'a1',
  'X-',
];
const ENDS = ['\u0001', '!', '\n1'];

const literalsIn = (path: string): readonly string[] => {
  const literals: string[] = [];
  const visit = (node: Node): void => {
    if (isRegularExpressionLiteral(node)) literals.push(node.text);
    forEachChild(node, visit);
  };
  visit(createSourceFile(path, readFileSync(new URL(path, SOURCES), 'utf8'), ScriptTarget.Latest, true));
  return literals;
};

const expressions = new Map(
  (readdirSync(SOURCES, { recursive: true }) as string[])
    .filter((path) => path.endsWith('.ts'))
    .flatMap((path) => literalsIn(path).map((literal) => [literal, path] as const)),
);

/** `/your|enter/i` → your, enter: what has to stand before the slow part comes to it. */
function wordsOf(literal: string): readonly string[] {
  const words = literal.match(/[A-Za-z]{2,}/g) ?? [];
  return [...new Set(words)].slice(0, 20);
}

function slowestOf(literal: string): { readonly ms: number; readonly text: string } {
  const end = literal.lastIndexOf('/');
  const expression = new RegExp(literal.slice(1, end), literal.slice(end + 1).replace('y', ''));
  const words = wordsOf(literal);
  let slowest = { ms: 0, text: '' };
  const texts = ['', ...words].flatMap((begin) =>
    [...PARTS, ...words].flatMap((part) => ENDS.map((last) => begin + part.repeat(REPEATED) + last)),
  );
  for (const text of texts) {
    const first = timeOf(expression, text);
    const ms = first > SLOWEST_MS && first < 500 ? Math.min(first, timeOf(expression, text)) : first;
    if (ms > slowest.ms) slowest = { ms, text };
    if (ms > SLOWEST_MS) break;
  }
  return slowest;
}

function timeOf(expression: RegExp, text: string): number {
  expression.lastIndex = 0;
  const begun = performance.now();
  expression.test(text);
  return performance.now() - begun;
}

test('every expression of the mask is through with a repetitive text at once', () => {
  assert.ok(expressions.size > 200, `${expressions.size} expressions`);
  const slow = [...expressions].flatMap(([literal, path]) => {
    const { ms, text } = slowestOf(literal);
    return ms > SLOWEST_MS ? [`${path}: ${literal} takes ${ms.toFixed(0)} ms for ${JSON.stringify(text)}`] : [];
  });
  assert.equal(slow, []);
});

test.run();
