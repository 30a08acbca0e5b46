// timeout: 120
// Evidence of real sessions, one bit of it changed: whoever verifies finds it. What SQLite keeps beside the audit rows
// (free pages, indices, other tables) is not the log's to vouch for, and is told apart here by what a reader sees.
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { recordingInfo } from '../../src/lib/api/evidence-routes.ts';
import type { Call, RouteDeps } from '../../src/lib/api/route.ts';
import { localDirectoryArchive } from '../../src/lib/archive/local-directory.ts';
import { verifyAuditLog } from '../../src/lib/audit/verify.ts';
import type { SessionId } from '../../src/lib/core/ids.ts';
import type { AuditEntry } from '../../src/lib/ports/store.ts';
import { openSqliteStore } from '../../src/lib/store/sqlite.ts';
import { ALLOW_ALL, type CliWorld, cliWorld } from '../helpers/cli.ts';

const test = suite('invariants: evidence');

/** Reproducible positions: an xorshift with a fixed seed. */
function positions(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}

/** A state folder with five sessions, one of them cut off by kill -9, and no broker. */
async function lived(world: CliWorld): Promise<void> {
  for (const command of ['echo one', 'printf "\\xff\\x00"; echo two >&2', 'exit 3', 'seq 200']) {
    await world.run(['shell', 'local', '--', command]);
  }
  const cut = world.start(['shell', 'local', '--', 'echo begun; sleep 60']);
  await cut.says(/begun/);
  await world.killBrokers();
  await cut.done;
  await world.run(['session', 'list']);
  const stopped = await world.run(['broker', 'stop']);
  assert.is(stopped.exit, 0, stopped.stderr);
}

function flip(file: string, next: (below: number) => number): string {
  const bytes = readFileSync(file);
  const [at, bit] = [next(bytes.length), next(8)];
  bytes[at] = (bytes[at] ?? 0) ^ (1 << bit);
  rmSync(file, { force: true });
  writeFileSync(file, bytes);
  return `byte ${at} of ${bytes.length}, bit ${bit}`;
}

/** What `recordings verify` answers for a session of that state folder. */
async function outcomeOf(state: string, session: string): Promise<string> {
  const store = await openSqliteStore(join(state, 'sallyport.db'));
  try {
    const call = { params: { id: session } } as unknown as Call;
    const deps = { store, archive: localDirectoryArchive(join(state, 'recordings')) } as unknown as RouteDeps;
    const { verification } = (await recordingInfo(call, deps)) as { verification: { outcome: string } };
    return verification.outcome;
  } finally {
    await store.close();
  }
}

function inCopy<T>(world: CliWorld, work: (state: string) => Promise<T>): Promise<T> {
  const copy = mkdtempSync(join(world.folder, 'copy-'));
  cpSync(world.state, copy, { recursive: true, filter: (path) => !path.endsWith('.sock') });
  return work(copy).finally(() => rmSync(copy, { recursive: true, force: true }));
}

test('finds every flipped bit of a recording and of its manifest, also where the broker was killed', async () => {
  await using world = cliWorld(ALLOW_ALL);
  await lived(world);
  const folder = join(world.state, 'recordings');
  const sessions = readdirSync(folder).filter((name) => name.endsWith('.cast'));
  assert.is(sessions.length, 5);
  const next = positions(0x5a11);
  const missed: string[] = [];
  for (const cast of sessions) {
    const session = cast.slice(0, -'.cast'.length) as SessionId;
    assert.is(await outcomeOf(world.state, session), 'intact', cast);
    for (const name of [cast, `${session}.manifest.json`]) {
      for (let round = 0; round < 12; round++) {
        const file = join(folder, name);
        const before = readFileSync(file);
        const where = flip(file, next);
        if ((await outcomeOf(world.state, session)) !== 'altered') missed.push(`${name}: ${where}`);
        writeFileSync(file, before);
      }
    }
  }
  assert.equal(missed, []);
});

test('finds every flipped bit of audit.jsonl', async () => {
  await using world = cliWorld(ALLOW_ALL);
  await lived(world);
  const store = await openSqliteStore(join(world.state, 'sallyport.db'));
  const file = join(world.state, 'audit.jsonl');
  const before = readFileSync(file);
  const next = positions(0xa0d17);
  const missed: string[] = [];
  assert.is((await verifyAuditLog({ file, store })).kind, 'intact');
  for (let round = 0; round < 60; round++) {
    const where = flip(file, next);
    if ((await verifyAuditLog({ file, store })).kind !== 'broken') missed.push(where);
    writeFileSync(file, before);
  }
  await store.close();
  assert.equal(missed, []);
});

test('finds every flipped bit of the store that changes an audit entry', async () => {
  await using world = cliWorld(ALLOW_ALL);
  await lived(world);
  assert.not.ok(existsSync(join(world.state, 'sallyport.db-wal')), 'a broker that left has folded its journal in');
  const entriesIn = async (state: string): Promise<readonly AuditEntry[]> => {
    const store = await openSqliteStore(join(state, 'sallyport.db'));
    try {
      return await store.audit.from(1, 100_000);
    } finally {
      await store.close();
    }
  };
  const right = JSON.stringify(await entriesIn(world.state));
  const next = positions(0xdb);
  const missed: string[] = [];
  const counts = { found: 0, refused: 0, elsewhere: 0 };
  for (let round = 0; round < 80; round++) {
    await inCopy(world, async (state) => {
      const where = flip(join(state, 'sallyport.db'), next);
      try {
        const store = await openSqliteStore(join(state, 'sallyport.db'));
        try {
          const verdict = await verifyAuditLog({ file: join(state, 'audit.jsonl'), store });
          if (verdict.kind === 'broken') counts.found++;
          else if (JSON.stringify(await store.audit.from(1, 100_000)) === right) counts.elsewhere++;
          else missed.push(where);
        } finally {
          await store.close();
        }
      } catch {
        counts.refused++;
      }
    });
  }
  process.stdout.write(`# of 80 flips: ${JSON.stringify(counts)}\n`);
  assert.equal(missed, []);
});

test.run();
