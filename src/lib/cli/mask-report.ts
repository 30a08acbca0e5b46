// `sallyport mask test`: what would be masked in a file, and where. Shows masks and the text around them, never a value.
import { createReadStream } from 'node:fs';
import { BrokerError } from '../core/errors.ts';
import { EXIT } from '../core/exit-codes.ts';
import type { Masked, MaskStage } from '../stream/mask/mask-stage.ts';
import type { Family } from '../stream/mask/rule.ts';
import { readable, standardInput } from './mask-filter.ts';
import type { MaskSetup } from './mask-setup.ts';
import { oneLine, type Palette } from './render.ts';

export interface MaskMatch {
  readonly kind: string;
  readonly rule: string;
  readonly family: Family;
  /** Of its first byte in the file, from 1; columns count UTF-16 units, as editors do. Null in a title and the like, and on a painted screen. */
  readonly line: number | null;
  readonly column: number | null;
  /** Bytes of the value, without escape sequences in it. */
  readonly length: number;
  /** Equal values have equal ones, in one run. */
  readonly fingerprint: string;
  /** The line as it comes out, or the part of it around the mask. */
  readonly shown: string;
}

export interface MaskReport {
  readonly file: string;
  readonly bytes: number;
  readonly matches: readonly MaskMatch[];
  /** Of everything that is masked, by kind. */
  readonly counts: Readonly<Record<string, number>>;
  /** What of it is in no match, by kind: a program painted it on a screen, where it has no line. */
  readonly painted: Readonly<Record<string, number>>;
}

/** Who has a larger file wants the filter. */
const MAX_FILE_BYTES = 64 * 1024 * 1024;
/** Around the mask, on either side. */
const SHOWN_LENGTH = 60;

/** `-` is standard input. Throws `input-unreadable` and `input-too-large` (64). */
export async function maskReport(file: string, setup: MaskSetup, width: number): Promise<MaskReport> {
  const masks: Masked[] = [];
  const stage = setup.newStage({ width, onMask: (masked) => masks.push(masked) });
  const { input, output } = await maskAll(file, stage);
  const places = placesIn(input);
  const matches: MaskMatch[] = [];
  let at = 0;
  for (const { kind, rule, label, value, place } of masks) {
    // Masks are written in order. On a screen one may be painted in parts; then there is no line to show.
    const found = output.indexOf(label, at);
    if (found !== -1) at = found + label.length;
    matches.push({
      kind,
      rule,
      family: setup.rules.rules.find(({ name }) => name === rule)?.family ?? 'known',
      ...(place === null ? { line: null, column: null } : places(place.from)),
      length: value.length,
      fingerprint: label.slice(label.indexOf(':') + 1, -1),
      shown: found === -1 ? label : around(output, found, at),
    });
  }
  const painted = new Map(stage.counts);
  for (const { kind } of matches) painted.set(kind, (painted.get(kind) ?? 0) - 1);
  return {
    file,
    bytes: input.length,
    matches,
    counts: Object.fromEntries(stage.counts),
    painted: Object.fromEntries([...painted].filter(([, count]) => count > 0)),
  };
}

async function maskAll(file: string, stage: MaskStage): Promise<{ readonly input: Buffer; readonly output: Buffer }> {
  const source = file === '-' ? standardInput() : readable(createReadStream(file), `"${file}"`);
  const input: Uint8Array[] = [];
  const output: Uint8Array[] = [];
  let bytes = 0;
  for await (const piece of source) {
    bytes += piece.length;
    if (bytes > MAX_FILE_BYTES) throw tooLarge(file);
    input.push(piece);
    output.push(...stage.push(piece));
  }
  output.push(...stage.flush());
  return { input: Buffer.concat(input), output: Buffer.concat(output) };
}

/** Line and column of offsets that are asked for in ascending order; of others, from the beginning again. */
export function placesIn(bytes: Buffer): (offset: number) => { readonly line: number; readonly column: number } {
  let line = 1;
  let lineFrom = 0;
  return (offset) => {
    if (offset < lineFrom) [line, lineFrom] = [1, 0];
    for (let end = bytes.indexOf(0x0a, lineFrom); end !== -1 && end < offset; end = bytes.indexOf(0x0a, lineFrom)) {
      line += 1;
      lineFrom = end + 1;
    }
    return { line, column: bytes.toString('utf8', lineFrom, offset).length + 1 };
  };
}

function around(output: Buffer, from: number, to: number): string {
  const lineFrom = from === 0 ? 0 : output.lastIndexOf(0x0a, from - 1) + 1;
  const end = output.indexOf(0x0a, to);
  const [before, after] = [
    output.toString('utf8', lineFrom, from),
    output.toString('utf8', to, end === -1 ? output.length : end),
  ];
  const begin = before.length > SHOWN_LENGTH ? `…${before.slice(-SHOWN_LENGTH)}` : before;
  const rest = after.length > SHOWN_LENGTH ? `${after.slice(0, SHOWN_LENGTH)}…` : after;
  return `${begin}${output.toString('utf8', from, to)}${rest}`.replace(/\r$/, '');
}

function tooLarge(file: string): BrokerError {
  return new BrokerError({
    code: 'input-too-large',
    exit: EXIT.usage,
    message: `"${file}" has more than ${MAX_FILE_BYTES / 1024 / 1024} MiB`,
    hint: 'mask it as a stream: sallyport mask < FILE',
  });
}

/** Two lines a mask: where and what, and the line as it comes out; then how many there are of each kind. */
export function renderReport({ file, matches, counts, painted }: MaskReport, out: Palette): string {
  const name = oneLine(file);
  if (Object.keys(counts).length === 0) return `${name}: nothing to mask\n`;
  const lines = matches.map(({ kind, rule, line, column, length, shown }) => {
    const place = line === null ? `${name} (painted, or not shown)` : `${name}:${line}:${column}`;
    const by = rule === kind ? '' : ` by rule ${rule}`;
    return `${place}: ${out.bold(kind)}, ${length} bytes${by}\n  ${oneLine(shown)}\n`;
  });
  for (const [kind, count] of Object.entries(painted)) {
    lines.push(`${name}: ${out.bold(kind)}, ${count} painted on a screen\n`);
  }
  const total = Object.values(counts).reduce((sum, count) => sum + count, 0);
  const byKind = Object.entries(counts).map(([kind, count]) => `${count} ${kind}`);
  return `${lines.join('')}${total} masked: ${byKind.join(', ')}\n`;
}
