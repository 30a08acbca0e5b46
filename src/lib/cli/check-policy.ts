// `policy check`: one command for people, or a stream of JSON lines for programs, judged by the running broker.
import { createInterface } from 'node:readline';
import type { ApiClient } from '../api/client.ts';
import type { CheckPlace, CheckResult } from '../api/policy-routes.ts';
import type { CommandInput } from '../core/command-input.ts';
import { BrokerError } from '../core/errors.ts';
import { EXIT } from '../core/exit-codes.ts';
import { guidanceLines, verdictWord } from './guidance.ts';
import { oneLine, type Palette, visible } from './render.ts';

/** Judges the commands; one result each, in order. `facts`: with what was found out of each. */
export async function checkCommands(
  client: ApiClient,
  place: CheckPlace,
  commands: readonly CommandInput[],
  facts: boolean,
): Promise<readonly CheckResult[]> {
  const { results } = await client.post<{ results: CheckResult[] }>('/policy/check', { ...place, commands, facts });
  return results;
}

/** Requests stay well below the broker's limit, and answers come while later lines are still read. */
const BATCH_LINES = 500;
const BATCH_CHARACTERS = 256 * 1024;

interface Line {
  readonly id: string | number;
  readonly input: string;
}

/**
 * Answers `{"id", "verdict", "rule", "opaque"}` for every line `{"id", "input"}`, one for one and in order. Throws
 * `bad-batch` (64) at a line that is not of that form; lines before it have been answered.
 */
export async function checkBatch(
  client: ApiClient,
  place: CheckPlace,
  source: NodeJS.ReadableStream,
  write: (text: string) => Promise<void>,
): Promise<void> {
  let batch: Line[] = [];
  let characters = 0;
  const flush = async () => {
    if (batch.length === 0) return;
    const lines = batch;
    batch = [];
    characters = 0;
    const results = await checkCommands(
      client,
      place,
      lines.map(({ input }) => ({ kind: 'text', text: input })),
      false,
    );
    await write(lines.map(({ id }, index) => `${answer(id, results[index])}\n`).join(''));
  };
  let number = 0;
  for await (const text of createInterface({ input: source, crlfDelay: Number.POSITIVE_INFINITY })) {
    number++;
    if (text.trim() === '') continue;
    const line = parseLine(text);
    if (line === undefined) {
      await flush();
      throw badLine(number);
    }
    if (characters + line.input.length > BATCH_CHARACTERS) await flush();
    batch.push(line);
    characters += line.input.length;
    if (batch.length >= BATCH_LINES) await flush();
  }
  await flush();
}

function answer(id: string | number, result: CheckResult | undefined): string {
  return JSON.stringify({ id, verdict: result?.verdict, rule: result?.rule, opaque: result?.opaque });
}

function parseLine(text: string): Line | undefined {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null || !('id' in value) || !('input' in value)) return undefined;
    const { id, input } = value;
    const isGood = (typeof id === 'string' || typeof id === 'number') && typeof input === 'string';
    return isGood ? { id, input } : undefined;
  } catch {
    return undefined;
  }
}

function badLine(number: number): BrokerError {
  return new BrokerError({
    code: 'bad-batch',
    exit: EXIT.usage,
    message: `line ${number} of the input is not {"id": …, "input": "…"}`,
    hint: 'write one JSON object a line, with an id and the command as text',
  });
}

/** The verdict, why, what instead, and what was found out. */
export function renderCheck(result: CheckResult, out: Palette): string {
  const facts = result.facts as { commands: readonly Record<string, string | readonly string[]>[] } | null;
  const lines = [
    `${out.bold(verdictWord(result.verdict, out))}  ${result.rule}`,
    `  why      ${visible(result.reason)}`,
    ...(result.guidance === null ? [] : [guidanceLines(result.guidance, out).trimEnd()]),
    ...(result.printed === null ? [] : [`  runs     ${oneLine(result.printed)}`]),
    ...(facts?.commands ?? []).map(({ command, ...rest }) => {
      const found = Object.entries(rest).map(([key, value]) => `${key} ${[value].flat().join(' ')}`);
      return out.dim(`  fact     ${oneLine([command, ...found].join('; '))}`);
    }),
  ];
  return `${lines.join('\n')}\n`;
}
