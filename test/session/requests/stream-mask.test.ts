// Which mask a program's output goes through: that of archives for what `kubectl cp` runs alone, and whatever it is, a secret is masked.
import { randomBytes } from 'node:crypto';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { readRequest } from '../../../src/lib/kubernetes/request/read-request.ts';
import { SessionMask } from '../../../src/lib/session/masking/session-mask.ts';
import { streamMask } from '../../../src/lib/session/requests/stream-mask.ts';
import { maskingWith } from '../../helpers/session-stage.ts';

const test = suite('stream-mask');

const KNOWN = `kn-${randomBytes(30).toString('base64url')}`;
const masking = maskingWith([{ name: 'value', value: KNOWN }]);
const mask = new SessionMask(masking, { target: 'prod', kind: 'kubectl', principal: 'agent' });
const TEXT = `it is ${KNOWN}.\n`;

function shown(words: readonly string[], stream: 'stdout' | 'stderr' = 'stdout', more = ''): string {
  const command = words.map((word) => `command=${encodeURIComponent(word)}`).join('&');
  const request = readRequest('POST', `/api/v1/namespaces/default/pods/web/exec?${command}${more}`);
  const stage = streamMask(request, stream, mask);
  return Buffer.concat([...stage.push(Buffer.from(TEXT)), ...stage.flush()]).toString();
}

const READS = ['tar', 'cf', '-', '/srv'];

test('an archive that kubectl cp reads keeps its length', () => {
  for (const more of ['', '&tty=false', '&tty=0', '&stdout=true']) {
    const text = shown(READS, 'stdout', more);
    assert.match(text, /^it is \[known-value:[0-9a-f]{4}\]\*+\.\n$/, more);
    assert.is(text.length, TEXT.length);
  }
});

test('what else runs, and what tar says beside it, is masked as text', () => {
  const isText = (text: string) => assert.match(text, /^it is \[known-value:[0-9a-f]{4}\]\.\n$/);
  isText(shown(READS, 'stderr'));
  isText(shown(READS, 'stdout', '&tty=true'));
  for (const words of [
    ['/tmp/tar', 'cf', '-', '/srv'],
    ['tar', 'czf', '-', '/srv'],
    ['tar', '-xmf', '-'],
    ['cat', 'x'],
  ]) {
    isText(shown(words));
  }
});

test.run();
