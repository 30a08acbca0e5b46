// Releases of helm's: what a client is shown of them, and what becomes of them when they are written back.
import { createHash, randomBytes } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Json, JsonObject } from '../../src/lib/core/json.ts';
import { maskRelease } from '../../src/lib/kubernetes/masking/helm/mask-release.ts';
import { releaseBook } from '../../src/lib/kubernetes/masking/helm/release-book.ts';
import { packRelease, RELEASE_TYPE, unpackRelease } from '../../src/lib/kubernetes/masking/helm/release-data.ts';
import { releaseWriteIn } from '../../src/lib/kubernetes/masking/helm/release-write.ts';
import { maskSecrets } from '../../src/lib/kubernetes/masking/mask-secrets.ts';
import { bytesField } from '../../src/lib/kubernetes/request/protobuf.ts';
import { PROTOBUF, readBody } from '../../src/lib/kubernetes/request/read-body.ts';
import { readRequest } from '../../src/lib/kubernetes/request/read-request.ts';
import { knownMask } from '../helpers/known-mask.ts';

const test = suite('kubernetes: releases of helm');

const SECRET = `pw-${randomBytes(12).toString('hex')}`;
const TOKEN = `tk-${randomBytes(12).toString('hex')}`;
const label = (value: Uint8Array) =>
  `[kubernetes-secret:${createHash('sha256').update(value).digest('hex').slice(0, 4)}]`;
/** A text mask that knows one value. */
const text = (said: string) => {
  const mask = knownMask(TOKEN);
  return Buffer.concat([...mask.push(Buffer.from(said)), ...mask.flush()]).toString();
};
const masks = { label, text };
const base64 = (value: string) => Buffer.from(value).toString('base64');

const WEB = `
# Source: shop/templates/web.yaml
apiVersion: apps/v1
kind: Deployment
metadata: { name: web }
spec:
  replicas: 3
  image: "shop:1.2.3"
  mode: 0420
`;
const secretDocument = (body: string) => `\n# Source: shop/templates/login.yaml\napiVersion: v1\n${body}\n`;
const aRelease = (manifest: string, more: JsonObject = {}): JsonObject => ({
  name: 'web',
  info: { status: 'deployed', last_deployed: '2026-01-01T00:00:00Z', notes: '', description: 'Install complete' },
  manifest,
  version: 1,
  ...more,
});
const shows = (release: JsonObject): JsonObject => maskRelease(release, masks);

test('what is no Secret is shown as it is written', () => {
  const release = aRelease(`---${WEB}---${WEB}`);
  assert.equal(shows(release), release);
});

const HIDDEN: readonly (readonly [string, string])[] = [
  ['stringData', secretDocument(`kind: Secret\nstringData:\n  password: ${SECRET}`)],
  ['data', secretDocument(`kind: Secret\ndata:\n  password: ${base64(SECRET)}`)],
  ['a kind in quotes', secretDocument(`"kind": "Secret"\nstringData: { password: "${SECRET}" }`)],
  [
    'a kind in letters that stand for others',
    secretDocument(`kind: "\\x53ecret"\nstringData: { password: "${SECRET}" }`),
  ],
  ['a kind on a line of its own', secretDocument(`kind:\n  Secret\nstringData:\n  password: ${SECRET}`)],
  ['a kind in a block', secretDocument(`kind: >-\n  Secret\nstringData:\n  password: ${SECRET}`)],
  ['a kind with a tag', secretDocument(`kind: !!str Secret\nstringData:\n  password: ${SECRET}`)],
  ['a kind by way of an alias', secretDocument(`a: &a Secret\nkind: *a\nstringData:\n  password: ${SECRET}`)],
  ['a kind that is merged', secretDocument(`a: &a { kind: Secret }\n<<: *a\nstringData:\n  password: ${SECRET}`)],
  [
    'a field that stands there twice',
    secretDocument(`kind: ConfigMap\nkind: Secret\nstringData:\n  password: ${SECRET}`),
  ],
  [
    'a field that stands there twice, the other way',
    secretDocument(`kind: Secret\nkind: ConfigMap\nstringData:\n  password: ${SECRET}`),
  ],
  ['a list', secretDocument(`kind: List\nitems:\n  - kind: Secret\n    stringData: { password: ${SECRET} }`)],
  ['JSON', JSON.stringify({ kind: 'Secret', stringData: { password: SECRET } })],
  ['what is no YAML', secretDocument(`kind: Secret\nstringData: {{ password: ${SECRET}`)],
  ['a block of text', secretDocument(`kind: Secret\nstringData:\n  a: |\n    first\n    ${SECRET}\n    last`)],
  ['two documents where one is expected', secretDocument(`kind: Secret\n...\n--- !!map\nstringData: { a: ${SECRET} }`)],
  [
    'an annotation',
    secretDocument(`kind: Secret\nmetadata: { annotations: { a: ${SECRET} } }\nstringData: { a: ${SECRET} }`),
  ],
];

for (const [what, document] of HIDDEN) {
  test(`${what}: the value is nowhere`, () => {
    const release = aRelease(`---${WEB}---${document}`, {
      config: {
        login: { secret: SECRET, url: `postgres://web:${SECRET}@db` },
        list: [SECRET, 'shop:1.2.3'],
        replicas: 3,
      },
      chart: {
        metadata: { name: 'shop', version: '1.2.3' },
        values: { fallback: SECRET, encoded: base64(SECRET) },
        templates: [{ name: 'a', data: base64(`password: ${SECRET}`) }],
        files: [{ name: 'b', data: base64(SECRET) }],
        schema: base64(`{"default":"${SECRET}"}`),
      },
      hooks: [{ name: 'h', manifest: document, last_run: { phase: 'Succeeded' } }],
    });
    const shown = shows(release);
    const all = JSON.stringify(shown);
    assert.not.ok(all.includes(SECRET), all);
    assert.not.ok(all.includes(base64(SECRET)), all);
    assert.not.ok(all.includes(base64(`password: ${SECRET}`)), all);
    assert.match(String(shown.manifest), 'image: "shop:1.2.3"');
    const config = shown.config as { list: string[]; replicas: number; login: { secret: string } };
    assert.equal([config.list[1], config.replicas], ['shop:1.2.3', 3]);
    assert.is(config.login.secret, label(Buffer.from(SECRET)));
    assert.equal((shown.chart as JsonObject).metadata, { name: 'shop', version: '1.2.3' });
  });
}

test('what is said of it is shown without the values', () => {
  const document = secretDocument(`kind: Secret\nstringData:\n  password: ${SECRET}\n  user: deployed`);
  const info = { status: 'deployed', notes: `log in with ${SECRET}`, description: `failed: ${SECRET}` };
  const shown = shows(aRelease(`---${document}`, { info })).info as JsonObject;
  assert.not.match(JSON.stringify(shown), SECRET);
  // A word of helm's that is also somebody's password stays: helm lives by it.
  assert.is(shown.status, 'deployed');
});

test('texts are masked as any text is', () => {
  const shown = shows(aRelease(`---${WEB}  token: ${TOKEN}\n`, { config: { any: `shop:1.2.3 ${TOKEN}` } }));
  assert.not.match(JSON.stringify(shown), TOKEN);
  assert.match(String(shown.manifest), '[known:0000]');
});

test('a value that is nowhere to be read is hidden, and one that is, is not', () => {
  const config = { tag: '1.2.3', pin: 4711, replicas: 3, on: true, nothing: null, empty: '', other: 'swordfish' };
  assert.equal(shows(aRelease(`---${WEB}`, { config })).config, {
    ...config,
    pin: label(Buffer.from('4711')),
    other: label(Buffer.from('swordfish')),
  });
});

const HOSTILE: readonly (readonly [string, string])[] = [
  ['lists in lists', `kind: Secret\na: ${'['.repeat(100_000)}`],
  ['columns', `kind: Secret\n${Array.from({ length: 3000 }, (_, i) => `${' '.repeat(i)}a:`).join('\n')}`],
  [
    'aliases without end',
    `kind: Secret\na: &a [x,x,x,x,x,x,x,x,x]\n${[...'bcdefghij'].map((c, i) => `${c}: &${c} [${`*${'abcdefghi'[i]},`.repeat(9)}x]`).join('\n')}`,
  ],
  ['an alias of itself', 'kind: Secret\na: &a [*a]'],
  ['more than anybody renders', `kind: ConfigMap\ndata:\n${'  a: Secret\n'.repeat(120_000)}`],
  ['directives', '%YAML 9.9\n---\nkind: Secret\nstringData: { a: b }'],
];

for (const [what, document] of HOSTILE) {
  test(`${what}: a label, in time`, () => {
    const started = performance.now();
    const shown = String(shows(aRelease(`---\n${document}\n`)).manifest);
    assert.match(shown, /\[kubernetes-secret:\w{4}/);
    assert.ok(performance.now() - started < 5000);
  });
}

const secretOf = (release: string, more: JsonObject = {}): JsonObject => ({
  apiVersion: 'v1',
  kind: 'Secret',
  type: RELEASE_TYPE,
  metadata: { name: 'sh.helm.release.v1.web.v1', namespace: 'shop' },
  data: { release },
  ...more,
});
const replied = async (book: ReturnType<typeof releaseBook>, reply: Json): Promise<JsonObject> =>
  (await book.shown(reply, maskSecrets(reply, label) as Json)) as JsonObject;
const releaseOf = (secret: Json): JsonObject =>
  unpackRelease(String(((secret as JsonObject).data as JsonObject).release)) as JsonObject;

test('tens of thousands of fields are read in time', () => {
  const fields = Array.from({ length: 60_000 }, (_, at) => `  a${at}: Secret\n`).join('');
  const started = performance.now();
  shows(aRelease(`---\nkind: ConfigMap\ndata:\n${fields}`));
  assert.ok(performance.now() - started < 10_000, `${performance.now() - started} ms`);
});

const KEPT = aRelease(`---${WEB}---${secretDocument(`kind: Secret\nstringData:\n  password: ${SECRET}`)}`, {
  config: { password: SECRET },
  chart: { metadata: { name: 'shop' }, templates: [{ name: 'a', data: base64('text') }], files: [], lock: null },
});

test('in an object, a list and an event of a watch', async () => {
  const secret = secretOf(packRelease(KEPT));
  const book = releaseBook(masks);
  const list = await replied(book, { kind: 'SecretList', items: [secretOf('x', { type: 'Opaque' }), secret] });
  const all = [
    await replied(book, secret),
    (list.items as Json[])[1] as Json,
    (await replied(book, { type: 'MODIFIED', object: secret })).object as Json,
  ];
  for (const shown of all) assert.equal(releaseOf(shown), shows(KEPT));
});

test('only what is a release whole is opened; all else is a label', async () => {
  const packed = packRelease(KEPT);
  const bomb = base64(gzipSync(`{"a":"${'x'.repeat(17_000_000)}"}`).toString('base64'));
  const twice = base64(gzipSync('{"manifest":"","manifest":"x"}').toString('base64'));
  const book = releaseBook(masks);
  for (const secret of [
    secretOf(packed, { type: 'Opaque' }),
    ...['', base64('no release'), packed.slice(0, -40), bomb, twice, base64(gzipSync('[1]').toString('base64'))].map(
      (data) => secretOf(data),
    ),
  ]) {
    assert.equal(await replied(book, secret), maskSecrets(secret, label));
  }
  const deep = `kind: Secret\na: ${'['.repeat(100)}${']'.repeat(100)}`;
  const tooDeep = secretOf(packRelease(aRelease(`---\n${deep}\n`)));
  assert.equal(await replied(book, tooDeep), maskSecrets(tooDeep, label));
  const broken = secretOf(packRelease({ ...KEPT, name: `"${TOKEN}` }));
  const breaking = { label, text: (said: string) => said.replaceAll('"', '') };
  assert.equal(await replied(releaseBook(breaking), broken), maskSecrets(broken, label));
  const more = secretOf(packed, { data: { release: packed, other: base64(SECRET) }, stringData: { a: SECRET } });
  const shown = await replied(book, more);
  assert.equal(releaseOf(shown), shows(KEPT));
  assert.not.match(JSON.stringify(shown), SECRET);
  assert.not.match(JSON.stringify(shown), base64(SECRET));
});

/** What helm makes of a release that it read: its own order of fields, and nothing that is empty. */
const throughHelm = ({ manifest, chart, config, ...rest }: JsonObject, info: JsonObject): JsonObject => {
  const { lock: _, files: __, ...kept } = chart as JsonObject;
  return { ...rest, config: config as Json, chart: kept, manifest: manifest as Json, info };
};

interface Written {
  readonly name?: string;
  readonly namespace?: string;
  readonly change?: (shown: JsonObject) => JsonObject;
}

async function writtenBack({
  name = 'sh.helm.release.v1.web.v2',
  namespace = 'shop',
  change,
}: Written): Promise<JsonObject | undefined> {
  const book = releaseBook(masks);
  const shown = releaseOf(await replied(book, secretOf(packRelease(KEPT))));
  const written = change?.(shown) ?? throughHelm(shown, { status: 'superseded', description: 'x' });
  const release = book.restored({ name, data: packRelease(written) }, namespace);
  return release === undefined ? undefined : unpackRelease(release);
}

test('a release that is written back is what it was, with what helm says of it', async () => {
  const { info, ...release } = (await writtenBack({})) as JsonObject;
  const { info: _, ...before } = KEPT;
  assert.equal(release, before);
  assert.equal(info, { status: 'superseded', description: 'x' });
});

const ELSEWHERE: readonly (readonly [string, Written])[] = [
  ['of another name', { name: 'sh.helm.release.v1.other.v1' }],
  ['in another namespace', { namespace: 'other' }],
  ['without the Secret that says what is secret', { change: (shown) => ({ ...shown, manifest: `---${WEB}` }) }],
  [
    'with a value in another place',
    { change: (shown) => ({ ...shown, config: { open: (shown.config as JsonObject).password as Json } }) },
  ],
  ['with other notes', { change: (shown) => ({ ...shown, info: { notes: 'x' } }) }],
  ['with another hook', { change: (shown) => ({ ...shown, hooks: [{ manifest: 'x' }] }) }],
  ['with another chart', { change: (shown) => ({ ...shown, chart: { metadata: { name: 'x' } } }) }],
];

for (const [what, written] of ELSEWHERE) {
  test(`a release ${what} gets no value back`, async () => assert.is(await writtenBack(written), undefined));
}

test('another session knows nothing of it', async () => {
  const shown = releaseOf(await replied(releaseBook(masks), secretOf(packRelease(KEPT))));
  assert.is(
    releaseBook(masks).restored({ name: 'sh.helm.release.v1.web.v1', data: packRelease(shown) }, 'shop'),
    undefined,
  );
});

test('what is shown again is the newest again', async () => {
  const book = releaseBook(masks);
  const large = (at: number) =>
    secretOf(
      packRelease(
        aRelease(`---${WEB}`, { chart: { files: [{ data: randomBytes(800_000).toString('base64') }], at: `${at}` } }),
      ),
    );
  const first = large(0);
  const shown = packRelease(releaseOf(await replied(book, first)));
  for (let at = 1; at < 60; at++) {
    await replied(book, large(at));
    if (at % 5 === 0) await replied(book, first);
  }
  assert.ok(book.restored({ name: 'sh.helm.release.v1.web.v1', data: shown }, 'shop'));
});

test('more than there is room for is forgotten, the oldest first', async () => {
  const book = releaseBook(masks);
  const many = Array.from({ length: 40 }, (_, at) =>
    aRelease(`---${WEB}`, {
      config: { at: `n${at}` },
      chart: { files: [{ data: randomBytes(800_000).toString('base64') }] },
    }),
  );
  const list = await replied(book, { items: many.map((release) => secretOf(packRelease(release))) });
  const shown = (list.items as Json[]).map(releaseOf);
  const back = shown.map((release) =>
    book.restored({ name: 'sh.helm.release.v1.web.v1', data: packRelease(release) }, 'shop'),
  );
  assert.is(back[0], undefined);
  assert.equal(unpackRelease(String(back.at(-1))), many.at(-1));
});

const POST = readRequest('POST', '/api/v1/namespaces/shop/secrets');
const field = (number: number, value: string | Uint8Array) => bytesField(number, Buffer.from(value as string));
const envelope = (object: Uint8Array, kind = 'Secret', more: readonly Uint8Array[] = []) =>
  Buffer.concat([
    Buffer.from('k8s\0'),
    field(1, Buffer.concat([field(1, 'v1'), field(2, kind)])),
    field(2, object),
    ...more,
  ]);
const secretFields = (release: string) => [
  field(1, field(1, 'sh.helm.release.v1.web.v1')),
  field(2, Buffer.concat([field(1, 'other'), field(2, 'kept')])),
  field(2, Buffer.concat([field(1, 'release'), field(2, Buffer.from(release, 'base64'))])),
  field(3, RELEASE_TYPE),
];

function writeOf(bytes: Uint8Array, type = PROTOBUF) {
  const body = { type, bytes };
  return releaseWriteIn(readBody(POST, body), body);
}

test('in JSON and in protobuf, with all else as it was', () => {
  const [one, other] = [packRelease(KEPT), packRelease(aRelease('x'))];
  const json = writeOf(Buffer.from(JSON.stringify(secretOf(one))), 'application/json');
  assert.equal([json?.name, json?.data], ['sh.helm.release.v1.web.v1', one]);
  assert.equal(JSON.parse(String(json?.with(other).body.bytes)), secretOf(other));
  const proto = writeOf(envelope(Buffer.concat(secretFields(one)), 'Secret', [field(4, 'x/y')]));
  assert.equal([proto?.name, proto?.data], ['sh.helm.release.v1.web.v1', one]);
  const expected = envelope(Buffer.concat(secretFields(other)), 'Secret', [field(4, 'x/y')]);
  assert.ok(expected.equals(Buffer.from(proto?.with(other).body.bytes ?? [])));
});

test('what two readers could understand differently is nothing that is written back', () => {
  const fields = secretFields(packRelease(KEPT));
  for (const bytes of [
    envelope(Buffer.concat([...fields, fields[2] as Buffer])),
    envelope(Buffer.concat([...fields, field(3, 'Opaque')])),
    envelope(Buffer.concat([...fields, field(1, field(1, 'other'))])),
    envelope(Buffer.concat(fields), 'ConfigMap'),
    envelope(Buffer.concat(fields), 'Secret', [field(2, 'x')]),
    envelope(Buffer.concat(fields), 'Secret', [field(3, 'gzip')]),
    envelope(Buffer.concat(fields)).subarray(0, -3),
    Buffer.from('k8s\0\xff\xff\xff\xff\xff', 'latin1'),
  ]) {
    assert.is(writeOf(bytes), undefined);
  }
});

test.run();
