// The HTML of a recording's page. Everything in a recording is untrusted: text goes through `escaped`, and what could
// change how text reads (controls, direction marks) is shown as a code.
import type { ExitStatus } from '../core/events.ts';
import type { Verification } from './manifest.ts';
import { markerLine, markerText, plainValue, shortTimestamp } from './marker-text.ts';
import type { CastMarker, CastSummary } from './read.ts';

/** More than these help nobody; the player gets the same ones, so that a click finds its marker by number. */
const MAX_LISTED_MARKERS = 500;
/** A browser holds the whole recording as text, and again as events; beyond this tabs die. */
const MAX_PLAYED_BYTES = 128 * 1024 * 1024;
const MAX_TEXT = 4000;

export interface PageContent {
  /** A session's id or a file's name. */
  readonly name: string;
  readonly summary: CastSummary;
  /** Null where there is no manifest to compare with: a file from elsewhere. */
  readonly verification: Verification | null;
}

type Tone = 'good' | 'bad' | 'warn' | 'plain';

/** The whole page. Its script and styles are files beside it. */
export function renderPage(content: PageContent): string {
  const { name, summary } = content;
  const { header, markers } = summary;
  const facts = header.facts;
  const isRequests = facts?.kind === 'kubectl' && facts.command === null;
  const heading = isRequests
    ? `${facts.target}: request by request`
    : (facts?.command ?? header.title ?? (facts === null ? name : 'free terminal'));
  const listed = markers.slice(0, MAX_LISTED_MARKERS);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escaped(heading.slice(0, 80))} · sallyport</title>
<link rel="icon" href="icon.svg">
<link rel="stylesheet" href="player.css">
<link rel="stylesheet" href="page.css">
</head>
<body>
<header>
<p class="brand">sallyport <span>recording ${escaped(name)}</span></p>
<h1>${escaped(heading)}</h1>
<p class="chips">${chips(content)}</p>
<dl>${factRows(summary)}</dl>
</header>
<main>
${summary.bytes > MAX_PLAYED_BYTES ? TOO_LARGE : '<div id="player"></div>'}
<nav aria-label="Markers">
<h2>Markers</h2>
${listed.length === 0 ? '<p class="none">none</p>' : `<ol>${listed.map(markerRow).join('')}</ol>`}
${markers.length > listed.length ? `<p class="none">and ${markers.length - listed.length} more in the file</p>` : ''}
</nav>
</main>
<footer><kbd>space</kbd> play or pause <kbd>[</kbd> <kbd>]</kbd> previous, next marker <kbd>←</kbd> <kbd>→</kbd> 5 s
<kbd>f</kbd> full screen <span>pauses over 2 s are shortened</span></footer>
<noscript><p class="none">This page needs JavaScript to play the recording.</p></noscript>
<script src="player.js"></script>
<script src="page.js"></script>
</body>
</html>
`;
}

const TOO_LARGE =
  '<p class="none">too large for a browser; play it in the terminal: <kbd>sallyport replay</kbd> and its name</p>';

function chips({ summary, verification }: PageContent): string {
  return [
    ...judgement(summary.markers),
    ...refusedRequests(summary.markers),
    chip(...ending(summary)),
    verification === null ? '' : chip(...integrity(verification)),
  ].join('');
}

/** Who or what let the command run; nothing for a file from elsewhere. */
function judgement(markers: readonly CastMarker[]): string[] {
  const approved = markers.find(({ name }) => name === 'request.approved');
  if (approved !== undefined) return [chip(`approved by ${plainValue(approved.data.approvers) || 'somebody'}`, 'good')];
  const verdict = plainValue(markers.find(({ name }) => name === 'command.judged')?.data.verdict);
  if (verdict === '') return [];
  return [chip(VERDICT_WORDS.get(verdict) ?? verdict, VERDICT_TONES.get(verdict) ?? 'plain')];
}

/** Of a session whose target is an API: its opening was allowed whatever came of its requests. */
function refusedRequests(markers: readonly CastMarker[]): string[] {
  const count = markers.filter(
    ({ name, data }) => name === 'api.refused' || (name === 'api.request' && data.verdict === 'deny'),
  ).length;
  return count === 0 ? [] : [chip(`${count} request${count === 1 ? '' : 's'} denied`, 'bad')];
}

const VERDICT_TONES: ReadonlyMap<string, Tone> = new Map([
  ['allow', 'good'],
  ['ask', 'warn'],
  ['deny', 'bad'],
]);
const VERDICT_WORDS: ReadonlyMap<string, string> = new Map([
  ['allow', 'allowed'],
  ['ask', 'approval needed'],
  ['deny', 'denied'],
]);

function ending({ exit, truncated, header }: CastSummary): [string, Tone] {
  if (exit !== null) return [exitWords(exit), exit.kind === 'code' && exit.code === 0 ? 'good' : 'bad'];
  if (truncated) return ['cut short: the end is missing', 'warn'];
  return [header.facts === null ? 'no exit status' : 'exit unknown', 'plain'];
}

function exitWords(exit: ExitStatus): string {
  return exit.kind === 'code' ? `exit ${exit.code}` : `ended by ${exit.signal}`;
}

function integrity(verification: Verification): [string, Tone] {
  switch (verification.outcome) {
    case 'intact':
      return [verification.manifest.complete ? 'matches its manifest' : 'matches its manifest, stopped early', 'good'];
    case 'altered':
      return [`altered: ${verification.why}`, 'bad'];
    case 'unsealed':
      return ['no manifest', 'warn'];
    case 'missing':
      return ['missing', 'bad'];
  }
}

function chip(text: string, tone: Tone): string {
  return `<span class="chip ${tone}">${escaped(text)}</span>`;
}

function factRows({ header, durationMs, bytes }: CastSummary): string {
  const { facts } = header;
  const rows: [string, string][] = [
    ['target', facts === null ? '' : `${facts.target} (${facts.kind})`],
    ['by', facts?.principal ?? ''],
    ['task', facts?.task ?? ''],
    ['started', header.startedAt === 0 ? '' : shortTimestamp(header.startedAt)],
    ['length', seconds(durationMs)],
    ['size', bytes < 1e6 ? `${Math.ceil(bytes / 1000)} kB` : `${(bytes / 1e6).toFixed(1)} MB`],
    ['window', facts?.terminal === false ? 'none (pipes)' : `${header.size.cols}×${header.size.rows}`],
  ];
  return rows
    .filter(([, value]) => value !== '')
    .map(([name, value]) => `<div><dt>${name}</dt><dd>${escaped(value)}</dd></div>`)
    .join('');
}

function markerRow(marker: CastMarker): string {
  const { name, detail } = markerText(marker);
  const label = escaped(markerLine(marker));
  return `<li><button type="button" data-label="${label}"><time>${seconds(marker.atMs)}</time><b>${escaped(name)}</b>${
    detail === '' ? '' : `<span>${escaped(detail)}</span>`
  }</button></li>`;
}

/** 83.4 s as "1:23.4". */
function seconds(ms: number): string {
  const tenths = Math.round(ms / 100);
  return `${Math.floor(tenths / 600)}:${((tenths % 600) / 10).toFixed(1).padStart(4, '0')}`;
}

const HTML_CODES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};
// Control, format (direction marks, zero width), surrogate and line separator characters, but for the line feed.
const UNREADABLE = /(?!\n)[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;

function escaped(text: string): string {
  const short = text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT)}…` : text;
  return short
    .replace(UNREADABLE, (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`)
    .replace(/[&<>"']/g, (character) => HTML_CODES[character] ?? '');
}
