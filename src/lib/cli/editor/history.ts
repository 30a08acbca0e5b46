// The commands of one shell, oldest first, in memory only: they can hold what no file should. Text, never expanded.

/** Older ones are forgotten; one command has 32 KiB at most. */
const MAX_ENTRIES = 1000;

export class History {
  readonly #entries: string[] = [];
  /** Index of the entry that shows; one past the last is the line that is being written. */
  #at = 0;
  #draft = '';

  /** Notes a command that was entered; the next walk begins behind it. */
  add(text: string): void {
    if (text.trim() !== '' && text !== this.#entries.at(-1)) this.#entries.push(text);
    if (this.#entries.length > MAX_ENTRIES) this.#entries.shift();
    this.rewind();
  }

  /** The next walk begins at the end again. */
  rewind(): void {
    this.#at = this.#entries.length;
    this.#draft = '';
  }

  /** The entry before or after the one that shows; undefined where there is none. `shown` is kept as the draft. */
  step(by: -1 | 1, shown: string): string | undefined {
    const to = this.#at + by;
    if (to < 0 || to > this.#entries.length) return undefined;
    if (this.#at === this.#entries.length) this.#draft = shown;
    this.#at = to;
    return this.#entries[to] ?? this.#draft;
  }
}
