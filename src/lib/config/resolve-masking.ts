// From the validated masking section to the document the mask's room selects rules by. Pure, and cannot fail.
import type { MaskingDocument, MaskScope } from '../core/masking-document.ts';
import { writtenOut } from './check-lists.ts';
import type { Position } from './document.ts';
import type { WrittenMasking } from './masking-schema.ts';
import type { Path } from './problem.ts';

/** `lists`: what `$name` stands for; every one that is named exists. `positionOf`: where a value stands in its file. */
export function resolveMasking(
  written: WrittenMasking,
  lists: Readonly<Record<string, readonly string[]>>,
  positionOf: (path: Path) => Position,
): MaskingDocument {
  const at = (field: keyof WrittenMasking, index: number) => positionOf(['masking', field, index]);
  const used = new Set<string>();
  const scopeOf = (on: MaskScope): MaskScope => {
    const all = (patterns: readonly string[]) => {
      for (const pattern of patterns) if (pattern.startsWith('$')) used.add(pattern.slice(1));
      return writtenOut(patterns, lists);
    };
    return {
      ...on,
      ...(on.target && { target: all(on.target) }),
      ...(on.principal && { principal: all(on.principal) }),
    };
  };
  return {
    families: written.families,
    kinds: new Map(Object.entries(written.kinds)),
    where: written.where.map(({ on, families, kinds }, index) => ({
      on: scopeOf(on),
      families,
      kinds: new Map(Object.entries(kinds)),
      at: at('where', index),
    })),
    exceptions: written.exceptions.map(({ rule = [], kind = [], on, reason }, index) => ({
      rules: rule,
      kinds: kind,
      on: scopeOf(on),
      reason,
      at: at('exceptions', index),
    })),
    rules: written.rules.map((rule, index) => ({ ...rule, at: at('rules', index) })),
    values: written.values.map((value, index) => ({ ...value, at: at('values', index) })),
    lists: [...used],
  };
}
