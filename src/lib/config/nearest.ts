// "Did you mean": the nearest of a few words.

/** The word that is at most a third of the letters of either away (a swap of two counts as one), or undefined. */
export function nearest(text: string, words: readonly string[]): string | undefined {
  const scored = words
    .map((word) => ({ word, steps: distance(text.toLowerCase(), word.toLowerCase()) }))
    .filter(({ word, steps }) => steps <= Math.max(1, Math.floor(Math.min(word.length, text.length) / 3)))
    .sort((a, b) => a.steps - b.steps);
  return scored[0]?.word;
}

/** Optimal string alignment distance (Damerau–Levenshtein, each part edited once). */
function distance(a: string, b: string): number {
  // Nothing near is that long; keeps hostile keys cheap.
  if (Math.abs(a.length - b.length) > 8) return 9;
  const rows: number[][] = [Array.from({ length: b.length + 1 }, (_, at) => at)];
  const cost = (i: number, j: number) => rows[i]?.[j] ?? 0;
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    rows.push(row);
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1;
      let best = Math.min(cost(i - 1, j) + 1, cost(i, j - 1) + 1, cost(i - 1, j - 1) + same);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        best = Math.min(best, cost(i - 2, j - 2) + 1);
      row[j] = best;
    }
  }
  return cost(a.length, b.length);
}
