// A page of output that was kept, for whoever reads it: it begins anywhere and is read by itself.
import { createNeutraliser } from './neutralise-stage.ts';
import { createPlainScreen } from './plain.ts';

/** `raw`: as it was written. `plain`: what a person would have read of it. */
export type PageReader = 'raw' | 'plain' | 'agent' | 'reviewer';

/** What programs assume where nobody says how large their terminal is. */
const SIZE = { cols: 80, rows: 24 };

/** An unfinished sequence at the page's end is left out. */
export function readPage(text: string, reader: PageReader): string {
  if (reader === 'raw') return text;
  if (reader !== 'plain') return Buffer.concat(createNeutraliser(reader).push(Buffer.from(text))).toString('utf8');
  // A terminal ends its lines in CR LF, a pipe in LF alone.
  const screen = createPlainScreen({ size: SIZE, lineEnds: text.includes('\r\n') ? 'terminal' : 'pipe' });
  return screen.push(Buffer.from(text)) + screen.flush();
}
