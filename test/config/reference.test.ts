// docs/config.md is what the schema says, and the table of defaults is what a config gets.
import { readFileSync } from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { builtInConfig } from '../../src/lib/config/built-in.ts';
import { DEFAULTS } from '../../src/lib/config/defaults.ts';
import { parseConfig } from '../../src/lib/config/load.ts';
import { renderConfigReference } from '../../src/lib/config/reference.ts';
import { BUILT_IN_POLICY, PACK_NAMES, PACKS } from '../../src/lib/policy/index.ts';
import { ed25519Line, FINGERPRINT } from './ed25519-line.ts';

function load(text: string) {
  const parsed = parseConfig(text, { file: 'f', knownPacks: PACK_NAMES });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  return parsed.config;
}

test('docs/config.md is what the schema says', () => {
  const page = readFileSync(new URL('../../docs/config.md', import.meta.url), 'utf8');
  assert.is(page, renderConfigReference(PACKS), 'write the text of renderConfigReference(PACKS) to docs/config.md');
});

test('the page has no gap: every key has a form and a meaning', () => {
  const rows = renderConfigReference(PACKS)
    .split('\n')
    .filter((line) => /^\| `/.test(line));
  assert.ok(rows.length > 60, `${rows.length} rows`);
  for (const row of rows) {
    const cells = row.split(/(?<!\\) \| /).map((cell) => cell.replace(/^\| | \|$/g, '').trim());
    assert.ok(cells[0] !== '' && cells[1] !== '' && cells.at(-1) !== '', row);
    assert.not.match(row, /undefined|\[object|a value/, row);
  }
});

test('every default of the table is in the page, with its reason', () => {
  const page = renderConfigReference(PACKS);
  for (const { key, reason } of Object.values(DEFAULTS)) {
    assert.match(page, `| \`${key.replace('*', 'NAME')}\` |`);
    assert.match(page, reason);
  }
});

test('the built-in config is what the same thing in YAML resolves to', () => {
  const { packs, default: fallback, opaque, rules } = BUILT_IN_POLICY;
  assert.equal(rules, []);
  const yaml = `targets: { local: { kind: shell } }
policy: { packs: [${packs.join(', ')}], default: ${fallback}, opaque: ${opaque} }
`;
  assert.equal(load(yaml), builtInConfig(BUILT_IN_POLICY));
});

test('every default of the table is what a config gets that says nothing', () => {
  const config = load(
    `targets: { s: { kind: shell }, b: { kind: shell, sandbox: read-only }, r: { kind: ssh, host: h, user: u, hostKey: "${FINGERPRINT}" }, k: { kind: kubectl, credential: { serviceAccount: a/b } } }
approvers: { ann: { keys: ["${ed25519Line()}"] } }
policy:
  exceptions: { approvers: ann }
  rules: [ { id: r, on: { when: { days: mon } }, match: { command: ls }, verdict: allow } ]
`,
  );
  const [shell, boxed, ssh, kube] = ['s', 'b', 'r', 'k'].map((name) => config.targets.get(name));
  if (shell?.kind !== 'shell' || boxed?.kind !== 'shell' || boxed.sandbox === 'off' || ssh?.kind !== 'ssh')
    throw new Error('no targets');
  if (kube?.kind !== 'kubectl') throw new Error('no targets');
  const got: Record<keyof typeof DEFAULTS, unknown> = {
    brokerMode: config.broker.mode,
    idleExitMs: config.broker.idleExitMs,
    env: shell.env,
    sandbox: shell.sandbox,
    sandboxNetwork: boxed.sandbox.network,
    port: ssh.port,
    connectTimeoutMs: ssh.connectTimeoutMs,
    credentialProvider: ssh.credential.provider,
    credentialTtlMs: ssh.credential.ttlMs,
    kubeProvider: kube.credential.provider,
    kubeTtlMs: kube.credential.ttlMs,
    apiServers: kube.apiServers,
    quotaDeletes: kube.quota.deletes,
    quotaWrites: kube.quota.writes,
    quotaExecs: kube.quota.execs,
    recordingMaxBytes: config.recording.maxBytes,
    hardMs: ssh.limits.hardMs,
    idleMs: shell.limits.idleMs,
    approvalWaitMs: config.limits.approvalWaitMs,
    policyDefault: config.policy.default,
    policyOpaque: config.policy.opaque,
    whenZone: config.policy.rules[0]?.on?.when?.zone,
    exceptionQuorum: config.policy.exceptions?.quorum,
    probingDenials: config.policy.probing?.denials,
    probingWithinMs: config.policy.probing?.withinMs,
    probingCoolDownMs: config.policy.probing?.coolDownMs,
  };
  assert.equal(got, Object.fromEntries(Object.entries(DEFAULTS).map(([name, { value }]) => [name, value])));
});

test.run();
