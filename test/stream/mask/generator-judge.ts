// Judges what came out of the mask as a person would read it: raw, without escapes, without line ends, and on a screen.
import xterm from '@xterm/headless';

export interface Verdict {
  /** Secrets of which enough can be read, each with where. */
  readonly leaked: readonly string[];
  /** Public text that is gone. */
  readonly lost: readonly string[];
}

export interface Judged {
  readonly input: string;
  readonly output: string;
  readonly secrets: readonly string[];
  readonly survivors: readonly string[];
}

// CSI, control strings up to BEL or ST, then any other escape, then the same as C1 characters.
const ESCAPES =
  /\u001b\[[0-?]*[ -/]*[@-~]|\u001b[\]P^_X][^\u0007\u001b\u009c]*(?:\u0007|\u001b\\|\u009c)|\u001b[ -/]*[0-~]|\u009b[0-?]*[ -/]*[@-~]|\u009d[^\u0007\u001b\u009c]*(?:\u0007|\u001b\\|\u009c)/g;

export function withoutEscapes(text: string): string {
  return text.replace(ESCAPES, '');
}

const dense = (text: string) => text.replace(/[\s\u0000-\u001f\u007f\u200b-\u200d\u2060\ufeff]/g, '');

/** What a terminal of 80 columns shows at the end, scrolled-off lines included, rows joined. */
export async function screenOf(text: string, size = { cols: 80, rows: 24 }): Promise<string> {
  const terminal = new xterm.Terminal({ ...size, scrollback: 2000, allowProposedApi: true, convertEol: true });
  await new Promise<void>((resolve) => terminal.write(text, resolve));
  const rows: string[] = [];
  for (const buffer of [terminal.buffer.normal, terminal.buffer.alternate]) {
    for (let row = 0; row < buffer.length; row++) rows.push(buffer.getLine(row)?.translateToString(true) ?? '');
  }
  terminal.dispose();
  return rows.join('');
}

export async function judge({ input, output, secrets, survivors }: Judged): Promise<Verdict> {
  const forms = [output, withoutEscapes(output), await screenOf(output)].map(dense);
  const publicText = dense(survivors.join(' '));
  const leaked = [...new Set(secrets)].filter((secret) => {
    const text = dense(secret);
    return pieces(text).some((piece) => !publicText.includes(piece) && forms.some((form) => form.includes(piece)));
  });
  const before = [input, withoutEscapes(input)].map(dense);
  const lost = [...new Set(survivors)].filter((survivor) => {
    const text = dense(survivor);
    return !forms.some((form) => form.includes(text)) && (before.some((form) => form.includes(text)) || text !== '');
  });
  return { leaked, lost };
}

/** Every piece of 12 characters, or of more than half of a short secret; the whole of a very short one. */
function pieces(secret: string): readonly string[] {
  const length = secret.length <= 8 ? secret.length : Math.max(7, Math.min(12, Math.floor(secret.length / 2) + 1));
  return Array.from({ length: secret.length - length + 1 }, (_, at) => secret.slice(at, at + length));
}
