// What must happen on every way out of a session, in the reverse order of how it was opened. A step that fails
// does not keep the next from running.

export interface Settlement {
  /** Registers a step; `name` shows in the log and the audit entry of a failure. */
  onEnd(name: string, step: () => Promise<void>): void;
  /** Runs every step, last registered first, once. Resolves with the failures. */
  settle(): Promise<readonly { readonly step: string; readonly error: unknown }[]>;
}

/** An empty settlement. */
export function settlement(): Settlement {
  const steps: { name: string; step: () => Promise<void> }[] = [];
  return {
    onEnd(name, step) {
      steps.push({ name, step });
    },
    async settle() {
      const failures: { step: string; error: unknown }[] = [];
      for (let next = steps.pop(); next !== undefined; next = steps.pop()) {
        try {
          await next.step();
        } catch (error) {
          failures.push({ step: next.name, error });
        }
      }
      return failures;
    },
  };
}
