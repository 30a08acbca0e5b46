// Draws one moment of a recording as an SVG, read from asciinema-player's own screen in a headless Chromium:
//   node --import tsx scripts/render-cast.ts recordings/demo.cast recordings/demo.svg --before '6. In a session' --rows 52
// The picture shows everything up to the text, in a terminal as tall as `--rows` says: more than one screenful fits.
// Needs a Chromium (/usr/bin/chromium, or CHROMIUM).
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { parseArgs } from 'node:util';
import { chromium } from 'playwright-core';

const CELL = { width: 8.43, height: 18 };
const FONT_PX = 14;
const PADDING = 14;
/** Half, as the player has it, is hard to read in a small picture. */
const FAINT = 0.65;

/** A run of characters of one colour and weight, as the player shows it. */
interface Run {
  readonly row: number;
  readonly col: number;
  readonly text: string;
  readonly colour: string;
  readonly opacity: string;
  readonly weight: string;
}

interface Screen {
  readonly cols: number;
  readonly background: string;
  readonly runs: readonly Run[];
}

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { before: { type: 'string' }, rows: { type: 'string', default: '30' } },
});
const [castFile = '', svgFile = ''] = positionals;
const rows = Number(values.rows);
writeFileSync(svgFile, svgOf(await screenOf(upTo(readFileSync(castFile, 'utf8'), values.before))));

/** The recording up to, without, the text. */
function upTo(cast: string, text: string | undefined): string {
  if (text === undefined) return cast;
  const lines = cast.trim().split('\n');
  const index = lines.findIndex((line) => line.includes(text));
  const [seconds, code, data] = JSON.parse(lines[index] ?? 'null') ?? notFound(text);
  const last = JSON.stringify([seconds, code, String(data).split(text)[0]]);
  return [...lines.slice(0, index), last, ''].join('\n');
}

function notFound(text: string): never {
  throw new Error(`nothing in ${castFile} contains "${text}"`);
}

/** Lets the player show the end of the recording, and reads what it shows. */
async function screenOf(cast: string): Promise<Screen> {
  const { resolve } = createRequire(import.meta.url);
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox'],
  });
  try {
    const page = await browser.newPage();
    await page.setContent('<div id="player"></div>');
    await page.addStyleTag({ path: resolve('asciinema-player/dist/bundle/asciinema-player.css') });
    await page.addScriptTag({ path: resolve('asciinema-player/dist/bundle/asciinema-player.min.js') });
    const options = { rows, fit: false, theme: 'asciinema', poster: 'npt:99999' };
    await page.evaluate(
      `AsciinemaPlayer.create({ data: ${JSON.stringify(cast)} }, document.getElementById('player'), ${JSON.stringify(options)})`,
    );
    await page.waitForFunction(`document.querySelector('.ap-term-text')?.textContent.trim()`);
    return await page.evaluate<Screen>(`(() => {
      const terminal = document.querySelector('.ap-term');
      const runs = [...terminal.querySelectorAll('.ap-line span')].map((span) => {
        const { color: colour, opacity, fontWeight: weight } = getComputedStyle(span);
        const row = Number(span.parentElement.style.getPropertyValue('--row'));
        const col = Number(span.style.getPropertyValue('--offset'));
        return { row, col, text: span.textContent, colour, opacity, weight };
      });
      const cols = Number(terminal.style.getPropertyValue('--term-cols'));
      return { cols, background: getComputedStyle(terminal).getPropertyValue('--term-color-background').trim(), runs };
    })()`);
  } finally {
    await browser.close();
  }
}

function svgOf({ cols, background, runs }: Screen): string {
  const shown = runs.flatMap(wordsOf);
  const [firstRow, lastRow] = [Math.min(...shown.map(({ row }) => row)), Math.max(...shown.map(({ row }) => row))];
  const width = Math.ceil(cols * CELL.width + 2 * PADDING);
  const height = (lastRow - firstRow + 1) * CELL.height + 2 * PADDING;
  const fonts = 'ui-monospace, SFMono-Regular, Menlo, Consolas, DejaVu Sans Mono, monospace';
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}">`,
    `<rect width="${width}" height="${height}" rx="8" fill="${background}"/>`,
    `<g font-family="${fonts}" font-size="${FONT_PX}">`,
    ...shown.map((run) => textOf({ ...run, row: run.row - firstRow })),
    '</g>',
    '</svg>',
    '',
  ].join('\n');
}

/** The parts between gaps: not every viewer keeps several spaces. */
function wordsOf(run: Run): Run[] {
  return [...run.text.matchAll(/\S+( \S+)*/g)].map((match) => ({ ...run, text: match[0], col: run.col + match.index }));
}

/** With its length given, so that columns align in whatever font the reader has. */
function textOf({ row, col, text, colour, opacity, weight }: Run): string {
  const x = (PADDING + col * CELL.width).toFixed(1);
  const y = PADDING + row * CELL.height + FONT_PX - 1;
  const length = `textLength="${([...text].length * CELL.width).toFixed(1)}" lengthAdjust="spacingAndGlyphs"`;
  const look = [
    `fill="${colour}"`,
    ...(opacity === '1' ? [] : [`opacity="${FAINT}"`]),
    ...(weight === '400' ? [] : [`font-weight="${weight}"`]),
  ];
  const escaped = text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
  return `<text x="${x}" y="${y}" ${length} ${look.join(' ')}>${escaped}</text>`;
}
