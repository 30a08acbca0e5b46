// Brace expansion of plain text. Anything with quotes or expansions inside the braces is not expanded here.

/** Words one brace expansion may make. */
export const MAX_BRACE_WORDS = 256;

/** `{a,b}` and `{1..3}` of plain characters; undefined where there is more to it. */
export function expandBraces(text: string): string[] | undefined {
  if (!/^\{[\w.,{}/:+%@=-]*\}$/.test(text) || text.length > 2000) return undefined;
  const range = /^\{(-?\d{1,6})\.\.(-?\d{1,6})(?:\.\.(-?\d{1,4}))?\}$/.exec(text);
  if (range !== null) return numbers(range[1] ?? '', range[2] ?? '', Math.abs(Number(range[3] ?? '1')) || 1);
  const letters = /^\{([a-z])\.\.([a-z])\}$|^\{([A-Z])\.\.([A-Z])\}$/.exec(text);
  if (letters !== null) {
    const [from, to] = [letters[1] ?? letters[3] ?? '', letters[2] ?? letters[4] ?? ''];
    return codes(from.charCodeAt(0), to.charCodeAt(0)).map((code) => String.fromCharCode(code));
  }
  if (text.includes('..')) return undefined;
  return splitBraces(text.slice(1, -1));
}

// With a zero in front, every number is as wide as the wider end, sign included.
function numbers(from: string, to: string, step: number): string[] | undefined {
  if (Math.abs(Number(from) - Number(to)) / step >= MAX_BRACE_WORDS) return undefined;
  const isPadded = [from, to].some((side) => /^-?0\d/.test(side));
  const width = isPadded ? Math.max(from.length, to.length) : 0;
  return codes(Number(from), Number(to), step).map((each) => {
    const digits = String(Math.abs(each));
    return each < 0 ? `-${digits.padStart(width - 1, '0')}` : digits.padStart(width, '0');
  });
}

function codes(from: number, to: number, step = 1): number[] {
  const by = from <= to ? step : -step;
  return Array.from({ length: Math.floor(Math.abs(from - to) / step) + 1 }, (_, index) => from + index * by);
}

// Commas outside inner braces separate; each alternative may hold braces of its own.
function splitBraces(inner: string): string[] | undefined {
  const parts: string[] = [];
  let depth = 0;
  let start = 0;
  for (let index = 0; index <= inner.length; index++) {
    const char = inner[index];
    if (char === '{') depth++;
    if (char === '}') depth--;
    if (index === inner.length || (char === ',' && depth === 0)) {
      parts.push(inner.slice(start, index));
      start = index + 1;
    }
  }
  if (depth !== 0 || parts.length < 2) return undefined;
  const all: string[] = [];
  for (const part of parts) {
    const nested = /^([^{}]*)(\{.*\})([^{}]*)$/.exec(part);
    if (nested === null) {
      if (/[{}]/.test(part)) return undefined;
      all.push(part);
      continue;
    }
    const middle = expandBraces(nested[2] ?? '');
    if (middle === undefined) return undefined;
    for (const text of middle) all.push(`${nested[1]}${text}${nested[3]}`);
    if (all.length > MAX_BRACE_WORDS) return undefined;
  }
  return all;
}
