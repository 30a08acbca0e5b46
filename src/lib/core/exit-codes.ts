// The broker's own exit codes. They follow sysexits(3) where it has a word for the case; a child's code is
// passed through verbatim, so JSON results carry `origin` to tell the two apart.

/** Exit code by outcome; every BrokerError carries one of these. */
export const EXIT = {
  ok: 0,
  usage: 64,
  unknownTarget: 68,
  unavailable: 69,
  bug: 70,
  cannotRecord: 74,
  approvalPending: 75,
  denied: 77,
  configuration: 78,
  ended: 79,
  timeout: 124,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** The code a shell shows for a child that died of signal number `n` (bash(1), EXIT STATUS). */
export function exitCodeOfSignal(signalNumber: number): number {
  return 128 + signalNumber;
}
