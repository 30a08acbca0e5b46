// From a typed key to its echo on the person's screen: through sallyport, with the mask on, and on the same terminal or ssh without it.
// The kernel's line discipline echoes, so nothing but the way there and back is measured. The ways take turns, some keys at a time.
import { setTimeout as sleep } from 'node:timers/promises';
import * as pty from 'node-pty';
import { CLI, plainSshArguments, type Stage } from './stage.ts';
import { quantile } from './turns.ts';

const ROUNDS = 10;
const KEYS = 'QWERTYUIOPASDFGHJKLZ';
/** Long enough that a person's deadline passed, and that nothing is under way. */
const PAUSE_MS = 45;
const PATIENCE_MS = 10_000;

const QUIET = 'cat > /dev/null';
const FLOWING = 'while sleep 0.005; do echo 0123456789 lines of output 0123456789; done & cat > /dev/null';

interface Person extends Disposable {
  /** Types the key, and resolves with the ms until something was shown that matches. */
  type(key: string, shown: RegExp): Promise<number>;
}

type Scene = (person: Person) => Promise<readonly number[]>;

export async function echoLatency(stage: Stage): Promise<readonly string[]> {
  const { server } = stage;
  const overShell = (command: string) => ({
    sallyport: [process.execPath, CLI, 'shell', 'here', '--tty', '--', command],
    'a plain terminal': ['sh', '-c', command],
  });
  const lines = await scenes(stage, overShell, 'echo in a shell target');
  if (server === null) return [...lines, 'echo over ssh: skipped, sshd or ssh-keygen is not installed'];
  const overSsh = (command: string) => ({
    sallyport: [process.execPath, CLI, 'ssh', 'web', '--tty', '--', command],
    'plain ssh': ['ssh', ...plainSshArguments(server, '-tt'), command],
  });
  return [...lines, ...(await scenes(stage, overSsh, 'echo over ssh'))];
}

async function scenes(
  stage: Stage,
  programs: (command: string) => Readonly<Record<string, readonly string[]>>,
  name: string,
): Promise<readonly string[]> {
  return [
    await compare(stage, programs(QUIET), `${name}, letters`, typeWord),
    await compare(stage, programs(FLOWING), `${name}, letters, output flowing`, typeWord),
    await compare(stage, programs(QUIET), `${name}, the begin of a token`, typePrefix),
    await compare(stage, programs(QUIET), `${name}, the first letter of a token`, typeSecret),
  ];
}

async function compare(
  stage: Stage,
  programs: Readonly<Record<string, readonly string[]>>,
  name: string,
  scene: Scene,
): Promise<string> {
  const people = Object.entries(programs).map(([label, program]) => ({
    label,
    times: [] as number[],
    person: sitDown(program, stage.env),
  }));
  try {
    for (let round = -1; round < ROUNDS; round++) {
      for (const { person, times } of people) {
        const taken = await scene(person);
        if (round >= 0) times.push(...taken);
      }
    }
  } finally {
    for (const { person } of people) person[Symbol.dispose]();
  }
  const figures = people.map(
    ({ label, times }) => `${label} ${quantile(times, 0.5).toFixed(1)} and ${quantile(times, 0.99).toFixed(1)} ms`,
  );
  return `${name}, p50 and p99: ${figures.join(', ')}, ${people[0]?.times.length} keys`;
}

async function typeWord(person: Person): Promise<readonly number[]> {
  const times: number[] = [];
  for (const key of KEYS) times.push(await person.type(key, new RegExp(key)));
  await person.type('\r', /\n/);
  return times;
}

/** Each letter may be held back for a token, and is shown all the same. */
async function typePrefix(person: Person): Promise<readonly number[]> {
  const times: number[] = [];
  for (const key of 'ghp_') times.push(await person.type(key, new RegExp(key)));
  await person.type('\r', /\n/);
  return times;
}

/** A mask, or what was typed, at the person's deadline: behind such a begin nothing is an ordinary letter. */
async function typeSecret(person: Person): Promise<readonly number[]> {
  await person.type('ghp_', /ghp_/);
  const time = await person.type('A', /[A[*]/);
  await person.type('\r', /\n/);
  return [time];
}

function sitDown([file = '', ...args]: readonly string[], env: NodeJS.ProcessEnv): Person {
  const terminal = pty.spawn(file, args, { cols: 80, rows: 24, env });
  let text = '';
  let look = () => {};
  let hasEnded = false;
  terminal.onData((data) => {
    text += data;
    look();
  });
  terminal.onExit(() => {
    hasEnded = true;
  });
  return {
    async type(key, shown) {
      await sleep(PAUSE_MS);
      text = '';
      const typed = performance.now();
      const seen = new Promise<number>((resolve, reject) => {
        const tooLate = setTimeout(() => reject(new Error(`no echo of ${JSON.stringify(key)}: ${text}`)), PATIENCE_MS);
        look = () => {
          if (!shown.test(text)) return;
          clearTimeout(tooLate);
          look = () => {};
          resolve(performance.now() - typed);
        };
      });
      terminal.write(key);
      return await seen;
    },
    [Symbol.dispose]() {
      if (!hasEnded) terminal.kill();
    },
  };
}
