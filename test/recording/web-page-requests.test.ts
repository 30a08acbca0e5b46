// The page of a kubectl session: its requests and what programs in pods wrote stand among the markers, and none of it becomes part of the page.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { encodeEvent, encodeHeader, encodeMarker } from '../../src/lib/recording/asciicast.ts';
import { summarise } from '../../src/lib/recording/read.ts';
import { renderPage } from '../../src/lib/recording/web-page-content.ts';
import { chunked } from './samples.ts';

const line = (name: string, data: Record<string, unknown>) => encodeEvent(10, 'm', encodeMarker(name, data)).toString();

async function pageOf(command: string | null, ...lines: string[]): Promise<string> {
  const facts = { session: 's-000000000000', target: 'prod', kind: 'kubectl', principal: 'unix:agent', task: null };
  const header = encodeHeader({
    ...{ size: { cols: 80, rows: 24 }, startedAt: 0, term: null, shell: null, title: 'a title' },
    facts: { ...facts, command, terminal: false },
  });
  const summary = await summarise(chunked(Buffer.from(header + lines.join('')), 1 << 16));
  return renderPage({ name: 's-000000000000', summary, verification: null });
}

const LIST = {
  ...{ request: 3, verb: 'list', resource: 'pods', namespace: 'default', name: null, line: 'GET /x' },
  ...{ verdict: 'allow', rule: 'kubernetes/look', status: 200, bytes: 7, ms: 12 },
};

test('requests read as sentences, and those that were denied are counted', async () => {
  const page = await pageOf(
    null,
    line('command.judged', { verdict: 'allow' }),
    line('api.request', LIST),
    line('api.request', { ...LIST, request: 4, verdict: 'deny', rule: 'no-pods', status: 0 }),
    line('api.refused', { request: 5, line: 'GET //x', code: 'bad-path', message: 'no' }),
  );
  assert.match(page, '<h1>prod: request by request</h1>');
  assert.match(page, '<b>api.request</b><span>3 list pods default 200 12 ms</span>');
  assert.match(page, '<span>4 list pods default denied by rule &quot;no-pods&quot;</span>');
  assert.match(page, '<span class="chip bad">2 requests denied</span>');
  assert.not.match(await pageOf('kubectl get pods', line('api.request', LIST)), 'denied');
  assert.match(await pageOf('kubectl get pods', line('api.request', LIST)), '<h1>kubectl get pods</h1>');
});

test('what a program wrote is text, a line of it, and no element', async () => {
  const text = `<script>alert(1)</script>"'\u001b[2J\u202e${'x'.repeat(100_000)}`;
  const page = await pageOf(
    null,
    line('api.stream', { request: 4, stream: 'stdout', text }),
    line('api.request', { ...LIST, name: text, verdict: text, rule: text, verb: text }),
  );
  assert.not.match(page, '<script>alert');
  assert.not.match(page, /[\u001b\u202e]/);
  assert.match(page, 'data-label="api.stream: 4 stdout: &lt;script&gt;alert(1)&lt;/script&gt;&quot;&#39;\\u{1b}[2J');
  assert.ok(page.length < 10_000, String(page.length));
});

test.run();
