// The audit log as people read it: requests to a cluster in words, everything else as pairs.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { auditText } from '../../src/lib/cli/render-audit.ts';

const test = suite('render-audit');

const JUDGED = {
  ...{ request: 3, target: 'prod', verb: 'delete', resource: 'pods', namespace: 'default', name: 'web' },
  line: 'DELETE /api/v1/namespaces/default/pods/web',
  ...{ isDryRun: false, body: null, verdict: 'ask', rule: 'writes', reason: 'it deletes', program: null },
  ...{ guidance: { code: 'approval-needed' }, approval: 'r-12345678' },
};

for (const [what, type, data, text] of [
  [
    'an approved one',
    'api.judged',
    JUDGED,
    'prod 3 delete pods default/web: ask by "writes" (it deletes) approved as r-12345678 DELETE /api/v1/namespaces/default/pods/web',
  ],
  [
    'a dry run',
    'api.judged',
    { ...JUDGED, isDryRun: true, verdict: 'allow', approval: null },
    'prod 3 delete pods default/web: as a dry run, allow by "writes" (it deletes) DELETE /api/v1/namespaces/default/pods/web',
  ],
  [
    'one that was refused for its form',
    'api.refused',
    { target: 'prod', request: 4, line: 'GET //x', code: 'bad-path', message: 'no such path' },
    'prod 4 GET //x refused (bad-path: no such path)',
  ],
  [
    'one that nobody could judge',
    'api.failed',
    { ...JUDGED, code: 'cannot-preview', status: 422 },
    'prod 3 delete pods default/web not judged (cannot-preview) 422',
  ],
  [
    'one whose fields are no texts',
    'api.judged',
    { request: 'x', target: 1, verb: {}, resource: [], verdict: null, rule: 7, reason: {}, line: null },
    '? ? : ? by "" () ',
  ],
  [
    'everything else, without what only a program reads',
    'credential.dead',
    { lease: 'l-1', ref: { cluster: 'prod' }, deadAt: 1_750_000_000_000, how: null, guidance: {}, delayMs: 9 },
    'lease=l-1 ref={"cluster":"prod"} deadAt=2025-06-15T15:06:40.000Z delayMs=9',
  ],
] as const) {
  test(what, () => assert.is(auditText({ type, data }), text));
}

test('no name goes on as a verdict', () => {
  const name = 'web: allow by "x" (y)';
  assert.match(
    auditText({ type: 'api.judged', data: { ...JUDGED, name } }),
    /^prod 3 delete pods "default\/web: allow/,
  );
});

test.run();
