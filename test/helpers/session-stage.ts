// Everything a session needs, real but for the judge and the clock: store, audit log, archive, desk with real keys, lease
// book, the shell target `here`, and the scripted target `web`, which wants a credential.
import { join } from 'node:path';
import { type ApprovalDesk, approvalDesk } from '../../src/lib/approval/desk.ts';
import { localDirectoryArchive } from '../../src/lib/archive/local-directory.ts';
import type { Decision, Guidance, Verdict } from '../../src/lib/core/decision.ts';
import { BrokerError } from '../../src/lib/core/errors.ts';
import type { SessionId } from '../../src/lib/core/ids.ts';
import type { Principal } from '../../src/lib/core/principal.ts';
import { leaseBook } from '../../src/lib/leases/book.ts';
import { type CastEvent, openCast } from '../../src/lib/recording/read.ts';
import type { Invocation, Notice, SessionClient } from '../../src/lib/session/client.ts';
import type { Judge, SessionDeps } from '../../src/lib/session/deps.ts';
import { liveSessions } from '../../src/lib/session/live-sessions.ts';
import type { Masking } from '../../src/lib/session/masking/session-mask.ts';
import { openSession } from '../../src/lib/session/open-session.ts';
import { probing } from '../../src/lib/session/probing.ts';
import type { SessionResult } from '../../src/lib/session/result.ts';
import { clientGone } from '../../src/lib/session/run-program.ts';
import { compileRules } from '../../src/lib/stream/mask/finding/compiled-rules.ts';
import { indexNeedles } from '../../src/lib/stream/mask/known/known-finder.ts';
import { type KnownValue, knownNeedles } from '../../src/lib/stream/mask/known/known-values.ts';
import { RULES } from '../../src/lib/stream/mask/rules/index.ts';
import type { ClientInput } from '../../src/lib/stream/pump.ts';
import { shellTarget } from '../../src/lib/targets/shell.ts';
import { type FakeProvider, fakeProvider, REQUEST } from '../leases/fake-provider.ts';
import { PEOPLE } from './approval-people.ts';
import { type FakeClock, fakeClock } from './fake-clock.ts';
import { liveClock } from './local-program.ts';
import { type ScriptedTarget, scriptedTarget } from './scripted-target.ts';
import { type TestState, withState } from './state.ts';

export const LIMITS = { hardMs: 3_600_000, idleMs: 600_000 } as const;

/**
 * Judges by the comment a command ends with: `#deny`, `#ask`; allows the rest. What it prints lacks outer blanks. Requests by the name
 * of their object, or by what the object says under `verdict`.
 */
export const judge: Judge = {
  command(input) {
    const text = input.kind === 'text' ? input.text : input.argv.join(' ');
    if (text.trim() === '') {
      throw new BrokerError({ code: 'empty-command', exit: 64, message: 'the command is empty', hint: 'give one' });
    }
    const verdict = (/#(deny|ask)\s*$/.exec(text)?.[1] ?? 'allow') as Verdict;
    return { decision: decisionOf(verdict), printed: text.trim() };
  },
  freeTerminal: () => decisionOf('allow'),
  client: (input) => ({
    decision: decisionOf('allow'),
    printed: input === null ? null : input.kind === 'text' ? input.text : input.argv.join(' '),
  }),
  request({ request: { subject }, object }) {
    const said = (object as { verdict?: Verdict } | undefined)?.verdict;
    const name = subject.kind === 'resource' ? (subject.name ?? subject.namespace) : null;
    return decisionOf(said ?? (/^(deny|ask)/.exec(name ?? '')?.[1] as Verdict | undefined) ?? 'allow');
  },
  needsResult: ({ request: { subject } }) => subject.kind === 'resource' && subject.resource === 'pods',
};

function decisionOf(verdict: Verdict): Decision {
  const rule = `rule-${verdict}`;
  const instead = 'open a pull request';
  const guidance: Guidance | null =
    verdict === 'allow' ? null : { code: `it-is-${verdict}`, rule, retry: 'never', instead, exception: 'none' };
  return { verdict, rule, reason: `it is ${verdict}`, guidance, program: null, opaque: false };
}

const rules = compileRules(RULES);

/** Every rule that comes with the mask, everywhere, and these values. */
export function maskingWith(values: readonly KnownValue[] = []): Masking {
  const known = knownNeedles(values);
  const index = indexNeedles(known);
  return { bindingKey: Buffer.alloc(32, 7), basisFor: () => ({ rules, known, index }) };
}

export interface TestClient extends SessionClient {
  text(stream?: 'stdout' | 'stderr'): string;
  readonly notices: Notice[];
  /** Resolves with the first notice of the kind. */
  notice<K extends Notice['kind']>(kind: K): Promise<Extract<Notice, { kind: K }>>;
  type(input: ClientInput): void;
  leave(): void;
}

export function testClient(): TestClient {
  const uid = process.getuid?.() ?? 0;
  const principal: Principal = { name: 'unix:agent', proof: { method: 'unix-peer', uid, gid: uid, pid: process.pid } };
  const gone = new AbortController();
  const output = { stdout: [] as Uint8Array[], stderr: [] as Uint8Array[] };
  const typed: ClientInput[] = [];
  const notices: Notice[] = [];
  let wakeInput = () => {};
  let wakeNotice = () => {};
  return {
    principal,
    notices,
    gone: gone.signal,
    input: (async function* () {
      for (;;) {
        const item = typed.shift();
        if (item !== undefined) yield item;
        else {
          await new Promise<void>((resolve) => {
            wakeInput = resolve;
          });
        }
      }
    })(),
    notify(notice) {
      notices.push(notice);
      wakeNotice();
    },
    async notice(kind) {
      for (;;) {
        const found = notices.find((notice) => notice.kind === kind);
        if (found !== undefined) return found as Extract<Notice, { kind: typeof kind }>;
        await new Promise<void>((resolve) => {
          wakeNotice = resolve;
        });
      }
    },
    async send({ stream, bytes }) {
      output[stream].push(Buffer.from(bytes));
    },
    text: (stream = 'stdout') => Buffer.concat(output[stream]).toString(),
    type(input) {
      typed.push(input);
      wakeInput();
    },
    leave: () => gone.abort(clientGone()),
  };
}

export interface Stage extends TestState {
  readonly clock: FakeClock;
  readonly desk: ApprovalDesk;
  readonly provider: FakeProvider;
  readonly web: ScriptedTarget;
  readonly deps: SessionDeps;
  /** Opens a session on `web` unless told otherwise. `deps` replaces parts. */
  open(
    command: string | null,
    options?: Partial<Invocation> & { client?: TestClient; deps?: Partial<SessionDeps> },
  ): Promise<SessionResult>;
  /** The recording's events; `outputOf` what it holds of the output. */
  recorded(result: SessionResult): Promise<readonly CastEvent[]>;
}

export const outputOf = (events: readonly CastEvent[]) =>
  events.map((event) => (event.kind === 'output' ? event.text : '')).join('');
export const markersOf = (events: readonly CastEvent[]) =>
  events.flatMap((event) => (event.kind === 'marker' ? [event.name] : []));

/** A stage over a state that is open. */
export function stageOver(state: TestState, clock: FakeClock): Stage {
  const { folder, store, audit } = state;
  const archive = localDirectoryArchive(join(folder, 'recordings'));
  const provider = fakeProvider(folder, clock);
  const desk = approvalDesk({ store, audit, clock, approvers: PEOPLE });
  const web = scriptedTarget('web', [REQUEST]);
  const here = shellTarget('here', { env: ['PATH'] }, { clock: liveClock, brokerUid: process.getuid?.() ?? 0 });
  const deps: SessionDeps = {
    targets: new Map([
      ['web', { target: web, keepsCallerFolder: false, limits: LIMITS }],
      ['here', { target: here, keepsCallerFolder: true, limits: LIMITS }],
    ]),
    judge,
    masking: maskingWith(),
    probing: probing({ settings: () => undefined, now: () => clock.now() }),
    desk,
    leases: leaseBook({ store, providers: [provider], audit, clock }),
    sessions: store.sessions,
    archive,
    audit,
    live: liveSessions(),
    gated: new Map(),
    clock,
    logError() {},
    approvalWaitMs: 600_000,
    maxRecordingBytes: 64 * 1024 * 1024,
    homeOf: () => undefined,
  };
  return {
    ...state,
    clock,
    desk,
    provider,
    web,
    deps,
    open(command, { client = testClient(), deps: parts = {}, target = 'web', ...options } = {}) {
      const invocation: Invocation = {
        target,
        kind: target === 'here' ? 'shell' : 'ssh',
        command: command === null ? null : { kind: 'text', text: command },
        pty: null,
        cwd: '/tmp',
        env: { PATH: '/usr/bin:/bin' },
        task: null,
        why: null,
        wait: true,
        timeoutMs: null,
        ...options,
      };
      return openSession(invocation, client, { ...deps, ...parts });
    },
    async recorded(result) {
      const bytes = archive.read(result.session as SessionId);
      if (bytes === undefined) throw new Error(`no recording of ${result.session}`);
      const { events } = await openCast(bytes);
      const found: CastEvent[] = [];
      for await (const event of events) found.push(event);
      return found;
    },
  };
}

/** A stage in a new folder. Afterwards, whatever the test did: no lease is alive and no session is open. */
export async function withStage(work: (stage: Stage) => Promise<void>): Promise<void> {
  const clock = fakeClock();
  await withState(async (state) => {
    const stage = stageOver(state, clock);
    await work(stage);
    const left = [stage.provider.alive(), await state.store.leases.open(), stage.deps.live.list()];
    const openRows = await state.store.sessions.list({ state: 'open', limit: 10 });
    if ([...left.flat(), ...openRows].length > 0) throw new Error(`left behind: ${JSON.stringify([left, openRows])}`);
  }, clock);
}
