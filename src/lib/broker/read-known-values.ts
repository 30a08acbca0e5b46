// The values that `masking.values` names: read from their files when a configuration is loaded, before anything can use
// them. What cannot be masked is refused here, never passed over; no message holds any of a value.
import { readFileSync, statSync } from 'node:fs';
import { BrokerError } from '../core/errors.ts';
import { EXIT } from '../core/exit-codes.ts';
import type { KnownValueSource } from '../core/masking-document.ts';
import { MAX_KNOWN_VALUE_BYTES, whyUnfit } from '../stream/mask/known/known-fitness.ts';
import type { KnownValue } from '../stream/mask/known/known-values.ts';

/**
 * The values in the order of their sources; masks carry the kind, or without one the name. Throws `masking-value` (78)
 * for a file that cannot be read or is no plain file, and for a value that `whyUnfit` refuses.
 */
export function readKnownValues(sources: readonly KnownValueSource[]): readonly KnownValue[] {
  return sources.map(({ name, file, kind = name }) => {
    const value = readValue(name, file);
    const unfit = whyUnfit(value);
    if (unfit !== undefined) {
      throw refusal(`the value "${name}" of masking.values ${unfit} ("${file}")`, 'mask another one, or leave it out');
    }
    return { name, kind, value };
  });
}

function readValue(name: string, file: string): Buffer {
  try {
    // A pipe would wait for a writer, and a device has no end.
    const stat = statSync(file);
    if (!stat.isFile()) throw refusal(`"${file}" of the value "${name}" is no plain file`, 'name its file');
    // Too large by its size alone: never read.
    if (stat.size > MAX_KNOWN_VALUE_BYTES) return Buffer.alloc(MAX_KNOWN_VALUE_BYTES + 1, '.');
    return readFileSync(file);
  } catch (cause) {
    if (cause instanceof BrokerError) throw cause;
    const code = (cause as NodeJS.ErrnoException).code ?? 'unknown';
    throw refusal(
      `the value "${name}" of masking.values cannot be read from "${file}" (${code})`,
      'what cannot be read cannot be masked: correct the path, or let the broker read it',
    );
  }
}

function refusal(message: string, hint: string): BrokerError {
  return new BrokerError({ code: 'masking-value', exit: EXIT.configuration, message, hint });
}
