// Compares what bash did with what the facts said: caller's text → judged → printed form, both run for real.

import type { CommandFacts, Field } from '../../../src/lib/policy/facts/facts.ts';
import { overlaps } from '../../../src/lib/policy/facts/glob.ts';
import { ANY } from '../../../src/lib/policy/facts/unknowns.ts';
import { BUILT_IN_POLICY, compilePolicy, judgeCommand } from '../../../src/lib/policy/index.ts';
import { parseCommand } from '../../../src/lib/policy/language/parse.ts';
import { makeScript } from './grammar.ts';
import { Machine, type Run, WRAPPERS } from './machine.ts';
import { seeded } from './random.ts';

export interface Miss {
  readonly script: string;
  readonly printed: string;
  readonly what: string;
}

export interface Report {
  readonly scripts: number;
  /** Neither opaque nor refused: run in both forms and compared. */
  readonly compared: number;
  /** Not parsed: invalid for bash, or too much. */
  readonly refused: number;
  readonly opaque: Readonly<Record<string, number>>;
  readonly misses: readonly Miss[];
}

const POLICY = compilePolicy(BUILT_IN_POLICY, { approvalTtlMs: 60_000 });
const CONTEXT = { target: 'local', kind: 'shell', principal: 'unix:agent' } as const;

/** Makes `count` scripts from the seed and compares them, `batch` at a time. */
export async function fuzz(options: { seed: number; count: number; batch?: number }): Promise<Report> {
  using machine = new Machine();
  const misses: Miss[] = [];
  let compared = 0;
  let refused = 0;
  const opaque: Record<string, number> = {};
  for (let done = 0; done < options.count; done += options.batch ?? 100) {
    const judged: Judged[] = [];
    for (let index = done; index < Math.min(options.count, done + (options.batch ?? 100)); index++) {
      const answer = judge(makeScript(seeded(options.seed * 1_000_003 + index)));
      if (answer === 'refused') refused++;
      else if ('what' in answer) misses.push(answer);
      else if (answer.facts.opaque.length === 0) judged.push(answer);
      else for (const { reason } of answer.facts.opaque) opaque[reason] = (opaque[reason] ?? 0) + 1;
    }
    compared += judged.length;
    misses.push(...(await compare(machine, judged)));
  }
  return { scripts: options.count, compared, refused, opaque, misses };
}

export interface Judged {
  readonly script: string;
  readonly printed: string;
  readonly facts: CommandFacts;
}

/** Judges one script; a miss where something other than a refusal was thrown, or printing is not idempotent. */
export function judge(script: string): Judged | Miss | 'refused' {
  try {
    const { printed, facts } = judgeCommand(POLICY, { kind: 'text', text: script }, CONTEXT);
    if (facts.opaque.length > 0) return { script, printed, facts };
    const again = parseCommand({ kind: 'text', text: printed });
    if (again.printed !== printed || again.opaque.length > 0)
      return { script, printed, what: 'printing is not idempotent' };
    return { script, printed, facts };
  } catch (error) {
    if (error instanceof Error && error.name === 'BrokerError') return 'refused';
    return { script, printed: '', what: `threw ${error instanceof Error ? error.stack : String(error)}` };
  }
}

/** Runs both forms. What differs is run again: races between parallel parts are no miss. */
export async function compare(machine: Machine, judged: readonly Judged[]): Promise<Miss[]> {
  const first = await both(machine, judged);
  const suspects = judged.filter(
    (_, index) => differs(first[index]) || unnamed(judged[index], first[index]) !== undefined,
  );
  if (suspects.length === 0) return [];
  const seen = suspects.map((): { caller: Set<string>; printed: Set<string>; last: Pair | undefined } => ({
    caller: new Set(),
    printed: new Set(),
    last: undefined,
  }));
  for (let round = 0; round < 4; round++) {
    const again = await both(machine, suspects);
    again.forEach((pair, index) => {
      seen[index]?.caller.add(JSON.stringify(pair.caller));
      seen[index]?.printed.add(JSON.stringify(pair.printed));
      const held = seen[index];
      if (held !== undefined) held.last = pair;
    });
  }
  return suspects.flatMap((one, index): Miss[] => {
    const held = seen[index];
    const missing = unnamed(one, held?.last);
    if (missing !== undefined) return [{ ...one, what: missing }];
    if (held === undefined || [...held.caller].some((run) => held.printed.has(run))) return [];
    return [{ ...one, what: `ran differently:\n  caller  ${[...held.caller][0]}\n  printed ${[...held.printed][0]}` }];
  });
}

interface Pair {
  readonly caller: Run;
  readonly printed: Run;
}

// Two lanes, one for each core. A script runs in the same folder in both its forms: names of folders are values too.
async function both(machine: Machine, judged: readonly Judged[]): Promise<Pair[]> {
  const half = Math.ceil(judged.length / 2);
  const lanes = await Promise.all([bothIn(machine, judged.slice(0, half), 0), bothIn(machine, judged.slice(half), 1)]);
  return lanes.flat();
}

async function bothIn(machine: Machine, judged: readonly Judged[], lane: number): Promise<Pair[]> {
  const caller = await machine.run(
    judged.map(({ script }) => script),
    lane,
  );
  const printed = await machine.run(
    judged.map((one) => one.printed),
    lane,
  );
  return caller.flatMap((run, index) => {
    const other = printed[index];
    if (other === undefined) throw new RangeError('a run is missing');
    // `$(a=(\\;))` is valid and bash rejects it: what never runs cannot run differently.
    return [run.invalid || other.invalid ? { caller: other, printed: other } : { caller: run, printed: other }];
  });
}

function differs(pair: Pair | undefined): boolean {
  return pair !== undefined && JSON.stringify(pair.caller) !== JSON.stringify(pair.printed);
}

const SEED_FILES = new Set(['a1', 'b1', 'c.txt', 'sp ace', 'sub/in']);

/** The first thing that the printed form did and that stands in no fact. */
function unnamed(judged: Judged | undefined, pair: Pair | undefined): string | undefined {
  if (judged === undefined || pair === undefined) return undefined;
  // `sh < file`: a fact says that code is run that nobody read.
  if (judged.facts.commands.some(({ code }) => code.some(({ text }) => text === undefined))) return undefined;
  for (const call of pair.printed.calls) {
    const [name = '', ...args] = JSON.parse(call) as string[];
    if (
      !judged.facts.commands.some((command) => command.name === name && argsFit(command.args, withoutInput(name, args)))
    ) {
      return `ran ${call}, which no fact names`;
    }
  }
  for (const file of pair.printed.files) {
    if (SEED_FILES.has(file) || file === 'nohup.out') continue;
    const named = judged.facts.commands.some(({ writes }) =>
      writes.some(({ forms }) => forms.some((form) => fileFits(form, file))),
    );
    if (!named) return `wrote ${file}, which no fact names`;
  }
  return undefined;
}

function withoutInput(name: string, args: readonly string[]): readonly string[] {
  return name === 'm4' ? args.slice(0, -1) : args;
}

function fileFits(form: string, file: string): boolean {
  return overlaps(form.replace(/^\ue005(any|up\d+)/, ANY).replace(/^\ue005(cwd|home)/, ''), `/${file}`);
}

// Every field that may be several arguments is anything; the others stand one for one.
function argsFit(fields: readonly Field[], args: readonly string[]): boolean {
  const fits = (at: number, next: number): boolean => {
    const field = fields[at];
    if (field === undefined) return next === args.length;
    if (field.many && (fits(at + 1, next) || (next < args.length && fits(at, next + 1)))) return true;
    const arg = args[next];
    return arg !== undefined && same(field.value, arg) && fits(at + 1, next + 1);
  };
  return fits(0, 0);
}

function same(value: string, arg: string): boolean {
  if (value.startsWith('/dev/fd/63')) return /^\/dev\/fd\/\d+/.test(arg);
  // Folders that the judge does not know stand in values as `@home` and `@cwd`.
  return overlaps(value.replace(/\ue005[a-z]+\d*/g, ANY), arg);
}

export { WRAPPERS };
