// Sizes as people write them: "64MiB", "4GiB".

const UNIT_BYTES = { B: 1, KiB: 1024, MiB: 1024 ** 2, GiB: 1024 ** 3, TiB: 1024 ** 4 } as const;
const FORM = /^(\d{1,9})(B|KiB|MiB|GiB|TiB)$/;

/** Bytes of "4GiB"; undefined where the text is not a size. */
export function parseSize(text: string): number | undefined {
  const match = FORM.exec(text);
  if (match === null) return undefined;
  return Number(match[1]) * UNIT_BYTES[match[2] as keyof typeof UNIT_BYTES];
}

/** The shortest exact form: 4294967296 → "4GiB". */
export function formatSize(bytes: number): string {
  for (const unit of ['TiB', 'GiB', 'MiB', 'KiB'] as const) {
    if (bytes >= UNIT_BYTES[unit] && bytes % UNIT_BYTES[unit] === 0) return `${bytes / UNIT_BYTES[unit]}${unit}`;
  }
  return `${bytes}B`;
}
