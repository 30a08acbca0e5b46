// What is kept of a program's streams in the cluster: everything but an archive that kubectl cp carries, in the direction it goes.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { readRequest } from '../../../src/lib/kubernetes/request/read-request.ts';
import { SessionMask } from '../../../src/lib/session/masking/session-mask.ts';
import { streamRecord } from '../../../src/lib/session/requests/stream-record.ts';
import { maskingWith } from '../../helpers/session-stage.ts';

const test = suite('stream-record');

const mask = new SessionMask(maskingWith(), { target: 'prod', kind: 'kubectl', principal: 'agent' });

/** `stream: text` of each marker, where each stream said its own name. */
async function kept(words: readonly string[], more = ''): Promise<string[]> {
  const marks: string[] = [];
  const command = words.map((word) => `command=${encodeURIComponent(word)}`).join('&');
  const request = readRequest('POST', `/api/v1/namespaces/default/pods/web/exec?${command}${more}`);
  const record = streamRecord(request, 1, mask, {
    mark: async (_name, { stream, text }) => void marks.push(`${stream}: ${text}`),
  });
  for (const stream of ['stdin', 'stdout', 'stderr'] as const) await record.record(stream, Buffer.from(stream));
  await record.end();
  return marks.sort();
}

const ALL = ['stderr: stderr', 'stdin: stdin', 'stdout: stdout'];

test('of an archive that kubectl cp carries only the other streams are kept', async () => {
  assert.equal(await kept(['tar', 'cf', '-', '/srv/data']), ['stderr: stderr', 'stdin: stdin']);
  const writes: readonly (readonly string[])[] = [
    ['tar', '-xmf', '-'],
    ['tar', '-xmf', '-', '-C', '/srv'],
    ['tar', '--no-same-permissions', '--no-same-owner', '-xmf', '-', '-C', '/srv'],
  ];
  for (const words of writes) assert.equal(await kept(words), ['stderr: stderr', 'stdout: stdout'], words.join(' '));
});

test('whatever else is called tar, or is told to do something else, is kept like any program', async () => {
  const programs: readonly (readonly string[])[] = [
    ['/tmp/tar'],
    ['tar'],
    ['/tmp/tar', 'cf', '-', '/srv'],
    ['tar', 'cf', '-', '--use-compress-program=sh'],
    ['tar', 'cf', '-', '/srv', '/etc'],
    ['tar', 'cf', '-'],
    ['tar', '-xmf', '-', '--to-command=sh'],
    ['tar', '-xmf', '-', '-C', '/srv', '--checkpoint-action=exec=sh'],
    ['tar -xmf', '-'],
    ['sh', '-c', 'tar cf - /srv'],
  ];
  for (const words of programs) assert.equal(await kept(words), ALL, words.join(' '));
});

test('behind a terminal there is no archive', async () => {
  assert.equal(await kept(['tar', 'cf', '-', '/srv'], '&tty=true'), ALL);
  assert.equal(await kept(['tar', 'cf', '-', '/srv'], '&tty=false'), ['stderr: stderr', 'stdin: stdin']);
});

test.run();
