// Times as text. What is read back from a file or a socket may hold any number where a time belongs.

/** ISO 8601 in UTC of ms since 1970; the number as it is where no date has it. Never throws. */
export function timestamp(ms: number): string {
  const date = new Date(ms);
  return Number.isNaN(date.getTime()) ? String(ms) : date.toISOString();
}
