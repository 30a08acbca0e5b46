import { BrokerError } from '../../src/lib/core/errors.ts';

/** The BrokerError a promise must reject with. */
export async function refusal(promise: Promise<unknown>): Promise<BrokerError> {
  const thrown = await promise.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (thrown instanceof BrokerError) return thrown;
  throw new Error(`expected a BrokerError, got ${thrown === undefined ? 'no rejection' : String(thrown)}`, {
    cause: thrown,
  });
}
