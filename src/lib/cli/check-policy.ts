// `policy check`: one command for people, or a stream of JSON lines for programs, judged by the running broker.
import type { ApiClient } from '../api/client.ts';
import type { CheckPlace, CheckResult } from '../api/policy-routes.ts';
import type { CommandInput } from '../core/command-input.ts';
import { type BatchLine, badBatchLine, linesOf, parseBatchLine } from './batch-lines.ts';
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

/**
 * Answers `{"id", "verdict", "rule", "opaque"}` for every line `{"id", "input"}`, one for one and in order. Throws
 * `bad-batch` (64) at a line that is not of that form; lines before it have been answered.
 */
export async function checkBatch(
  client: ApiClient,
  place: CheckPlace,
  source: AsyncIterable<Uint8Array>,
  write: (text: string) => Promise<void>,
): Promise<void> {
  let batch: BatchLine[] = [];
  let characters = 0;
  const flush = async () => {
    if (batch.length === 0) return;
    const lines = batch;
    batch = [];
    characters = 0;
    const results = await checkCommands(
      client,
      place,
      lines.map(({ text }) => ({ kind: 'text', text })),
      false,
    );
    await write(lines.map(({ id }, index) => `${answer(id, results[index])}\n`).join(''));
  };
  let number = 0;
  for await (const lines of linesOf(source)) {
    for (const bytes of lines) {
      number++;
      const json = bytes.toString('utf8');
      if (json.trim() === '') continue;
      const line = parseBatchLine(json, 'input');
      if (line === undefined) {
        await flush();
        throw badBatchLine(number, 'input', 'the command as text');
      }
      if (characters + line.text.length > BATCH_CHARACTERS) await flush();
      batch.push(line);
      characters += line.text.length;
      if (batch.length >= BATCH_LINES) await flush();
    }
  }
  await flush();
}

function answer(id: string | number, result: CheckResult | undefined): string {
  return JSON.stringify({ id, verdict: result?.verdict, rule: result?.rule, opaque: result?.opaque });
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
