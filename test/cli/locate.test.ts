// Where the broker is: said by the config, which is only read as a whole where it may say so.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { readEnvironment } from '../../src/lib/cli/environment.ts';
import { locateBroker } from '../../src/lib/cli/locate.ts';

const test = suite('locate');

async function stateOf(yaml: string): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'sp-locate-'));
  try {
    const file = join(folder, 'sallyport.yaml');
    writeFileSync(file, yaml, { mode: 0o600 });
    const environment = { ...readEnvironment(file), home: folder, xdgStateHome: undefined, stateOverride: undefined };
    const { boot } = await locateBroker(environment);
    return boot.state.replace(folder, '~');
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const USUAL = '~/.local/state/sallyport';
const MOVED = '/srv/sallyport';
const SAYS_SO = `broker: { state: ${MOVED} }`;

const CASES: readonly (readonly [string, string, string])[] = [
  ['nothing', 'targets: {}\n', USUAL],
  ['a comment', `# ${SAYS_SO}\ntargets: {}\n`, USUAL],
  ['a comment with blanks before it', `targets:\n  # the broker's\n\t # broker: x\n  here: { kind: shell }\n`, USUAL],
  ['the key', `${SAYS_SO}\n`, MOVED],
  ['the key with a comment behind it', `${SAYS_SO} # here\n`, MOVED],
  ['the key after a comment, with CRLF', `# broker\r\n${SAYS_SO}\r\n`, MOVED],
  ['the key after a lone CR in a comment', `# about\r${SAYS_SO}\n`, USUAL],
  // What is broken is not read.
  ['a path with the word in it', `targets: [ /srv/broker.d, my-broker, recordings`, USUAL],
  ['the key in JSON', `{"version":1,"broker":{"state":"${MOVED}"}}`, MOVED],
  ['the key without blanks', `{version: 1,broker: { state: ${MOVED} }}`, MOVED],
  ['the key in quotes, and blanks', `'broker' : { state: ${MOVED} }\n`, MOVED],
  ['the key on a line of its own', `? broker\n: { state: ${MOVED} }\n`, MOVED],
  ['the key with a mark and a colon on the next line', `{ version: 1, &a broker\n: { state: ${MOVED} } }\n`, MOVED],
  ['a key with an escape in it', `"bro\\x6ber": { state: ${MOVED} }\n`, MOVED],
  [
    'a key behind the end of a quoted text on a line like a comment',
    `{ masking: {}, ? "version\n# x" : 1, ${SAYS_SO} }`,
    'fails',
  ],
];

for (const [what, yaml, state] of CASES) {
  test(`finds what ${what} says`, async () => {
    assert.is(await stateOf(yaml).catch(() => 'fails'), state);
  });
}

test.run();
