// What an approver reads first of a request.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { digestOf } from '../../../src/lib/core/digest.ts';
import { readRequest } from '../../../src/lib/kubernetes/request/read-request.ts';
import { requestText } from '../../../src/lib/session/requests/assess-request.ts';

const test = suite('request-text');

const textOf = (path: string): string => {
  const question = {
    request: readRequest('DELETE', path),
    body: null,
    parsed: { kind: 'none' },
    preview: undefined,
  } as const;
  const decision = { verdict: 'ask', rule: 'r', reason: 'x', guidance: null, program: null, opaque: false } as const;
  const assessed = { decision, isDryRun: false, preview: undefined } as const;
  const digest = (bytes: Uint8Array) => digestOf(Buffer.from(bytes).toString());
  return requestText(question, assessed, { digest: null, digestOf: digest, mask: (text) => text });
};

test('is the request itself', () => {
  assert.match(textOf('/api/v1/namespaces/a/pods/web'), /^DELETE \/api\/v1\/namespaces\/a\/pods\/web\n/);
});

test('is never so long that what it does is out of sight, and still tells two requests apart', () => {
  const [one, other] = ['a', 'b'].map((end) => textOf(`/api/v1/pods?labelSelector=${'x'.repeat(20_000)}${end}`));
  const [line = ''] = (one ?? '').split('\n');
  assert.ok(line.length < 2_200, String(line.length));
  assert.match(line, /… \(20\d\d\d characters, sha256:[0-9a-f]{64}\)$/);
  assert.is.not(line, (other ?? '').split('\n')[0]);
});

test.run();
