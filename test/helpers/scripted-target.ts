// A target whose program does what a test says, step by step, and which notes what was done to it.
import type { ExitStatus, OutputStream } from '../../src/lib/core/events.ts';
import type { Credential, CredentialRequest } from '../../src/lib/ports/provider.ts';
import type { OutputChunk, Program, ProgramSpec, Target } from '../../src/lib/ports/target.ts';

export interface ScriptedProgram extends Program {
  print(text: string, stream?: OutputStream): void;
  exit(status?: ExitStatus): void;
  /** The connection is lost. */
  fail(error: Error): void;
  readonly written: string[];
  readonly signals: string[];
}

export interface ScriptedTarget extends Target {
  readonly opened: { readonly spec: ProgramSpec; readonly credentials: readonly Credential[] }[];
  /** The newest program; resolves once one was opened. */
  program(): Promise<ScriptedProgram>;
  /** What `open` and the program's end do before their work; throw to fail, wait to hang. */
  readonly before: { open: () => Promise<void>; dispose: () => Promise<void> };
}

const PLACE = { summary: 'somebody@scripted', digest: 'sha256:scripted' };

export function scriptedTarget(name: string, needs: readonly CredentialRequest[]): ScriptedTarget {
  const programs: ScriptedProgram[] = [];
  let announce = () => {};
  const target: ScriptedTarget = {
    name,
    kind: 'ssh',
    opened: [],
    before: { open: async () => {}, dispose: async () => {} },
    async program() {
      while (programs.length === 0) {
        await new Promise<void>((resolve) => {
          announce = resolve;
        });
      }
      return programs.at(-1) as ScriptedProgram;
    },
    placeOf: () => PLACE,
    credentialsFor: () => needs,
    async open(spec, credentials) {
      target.opened.push({ spec, credentials });
      await target.before.open();
      const program = scriptedProgram(() => target.before.dispose());
      programs.push(program);
      announce();
      return program;
    },
    async connect() {
      return {
        start: (spec, _signal) => target.open(spec, [], new AbortController().signal),
        lost: new AbortController().signal,
        async [Symbol.asyncDispose]() {},
      };
    },
    async *check() {},
  };
  return target;
}

function scriptedProgram(beforeDispose: () => Promise<void>): ScriptedProgram {
  const chunks: OutputChunk[] = [];
  let isOver = false;
  let wake = () => {};
  let settle: { resolve: (status: ExitStatus) => void; reject: (error: Error) => void } | undefined;
  const exited = new Promise<ExitStatus>((resolve, reject) => {
    settle = { resolve, reject };
  });
  const end = () => {
    isOver = true;
    wake();
  };
  const written: string[] = [];
  const signals: string[] = [];
  return {
    leader: null,
    exited,
    written,
    signals,
    output: (async function* () {
      for (;;) {
        const chunk = chunks.shift();
        if (chunk !== undefined) yield chunk;
        else if (isOver) return;
        else {
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
        }
      }
    })(),
    print(text, stream = 'stdout') {
      chunks.push({ stream, bytes: Buffer.from(text) });
      wake();
    },
    exit(status = { kind: 'code', code: 0 }) {
      settle?.resolve(status);
      end();
    },
    fail(error) {
      settle?.reject(error);
      end();
    },
    async write(bytes) {
      written.push(Buffer.from(bytes).toString());
    },
    endInput: () => {},
    resize: () => {},
    signal: (name) => signals.push(name),
    inputIsHidden: () => false,
    lookAtInput: () => ({ state: 'unknown', hidden: false }),
    async [Symbol.asyncDispose]() {
      await beforeDispose();
      settle?.resolve({ kind: 'signal', signal: 'SIGKILL' });
      end();
    },
  };
}
