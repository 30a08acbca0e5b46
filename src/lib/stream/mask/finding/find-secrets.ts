// Secrets in one whole text of visible bytes: a title, a row of a screen, a message.

import type { KnownIndex } from '../known/known-finder.ts';
import { VisibleWindow } from '../reading/visible-window.ts';
import type { CompiledRules } from './compiled-rules.ts';
import { Scanner } from './scanner.ts';
import type { SecretFound } from './secrets-found.ts';

/**
 * Everything that is found, ascending by where it begins; what overlaps one before it and ends with it is left out. `early` where
 * the text goes on: what is undecided at its end counts as secret then.
 */
export function findSecrets(
  rules: CompiledRules,
  known: KnownIndex,
  text: Uint8Array,
  early = false,
): readonly SecretFound[] {
  const window = new VisibleWindow();
  const scanner = new Scanner(rules, known, window);
  window.appendRaw(text);
  window.show(0, text.length);
  scanner.scan(!early);
  for (const { from, to, kind } of early ? scanner.forced() : []) {
    if (to > from) scanner.found.add({ from, to, kind, rule: kind, priority: Number.MAX_SAFE_INTEGER });
  }
  const secrets: SecretFound[] = [];
  let covered = 0;
  for (
    let secret = scanner.found.takeBefore(text.length);
    secret !== undefined;
    secret = scanner.found.takeBefore(text.length)
  ) {
    if (secret.to <= covered || (secret.yields && secret.from < covered)) continue;
    secrets.push(secret);
    covered = secret.to;
  }
  return secrets;
}
