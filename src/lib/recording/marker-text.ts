// How a marker reads, in the terminal and on the web page alike. Its text is untrusted: whoever shows it escapes it.
import { timestamp } from '../core/timestamp.ts';
import type { CastMarker } from './read.ts';
import { requestText } from './request-text.ts';

const MAX_DETAIL = 160;

export interface MarkerText {
  /** Such as `command.judged`; "marker" for one that is not ours. */
  readonly name: string;
  /** `name value` pairs, a request in words, or the label of one that is not ours; may be empty. */
  readonly detail: string;
}

/** A marker in words. */
export function markerText(marker: Pick<CastMarker, 'name' | 'data' | 'label'>): MarkerText {
  if (marker.name === '') return { name: 'marker', detail: marker.label };
  const request = requestText(marker);
  return { name: marker.name, detail: request === undefined ? detailOf(marker.data) : short(request) };
}

/** The same on one line. */
export function markerLine(marker: Pick<CastMarker, 'name' | 'data' | 'label'>): string {
  const { name, detail } = markerText(marker);
  return detail === '' ? name : `${name}: ${detail}`;
}

/** A word, a number or a list of them; empty for anything else. */
export function plainValue(value: unknown): string {
  if (Array.isArray(value)) return value.map(plainValue).filter(Boolean).join(', ');
  return ['string', 'number', 'boolean'].includes(typeof value) ? String(value) : '';
}

/** `2025-06-15 15:06:40Z`. */
export function shortTimestamp(ms: number): string {
  return timestamp(ms)
    .replace(/\.\d+Z$/, 'Z')
    .replace('T', ' ');
}

/** The values that fit a line. Fields named `…At` hold ms since 1970. */
function detailOf(data: Readonly<Record<string, unknown>>): string {
  const text = Object.entries(data)
    .map(([name, value]) => [
      name,
      name.endsWith('At') && typeof value === 'number' ? shortTimestamp(value) : plainValue(value),
    ])
    .filter(([, value]) => value !== '')
    .map((pair) => pair.join(' '))
    .join(' · ');
  return short(text);
}

const short = (text: string): string => (text.length > MAX_DETAIL ? `${text.slice(0, MAX_DETAIL)}…` : text);
