import { SallyportCommand } from '../lib/cli/base-command.ts';
import { renderSteps } from '../lib/cli/check-steps.ts';
import { diagnose } from '../lib/cli/doctor.ts';
import { EXIT } from '../lib/core/exit-codes.ts';

const AWAKE_MS = 1000;

export default class Doctor extends SallyportCommand<typeof Doctor> {
  static override summary = 'say what this machine can do: sandboxes, shells, state, configuration, broker';

  async run(): Promise<void> {
    // The timers of a program's end keep no process alive; in a broker something else does.
    const awake = setInterval(() => {}, AWAKE_MS);
    const { steps, ok } = await diagnose(this.environment).finally(() => clearInterval(awake));
    this.print({ ok, steps }, renderSteps(steps, this.out));
    if (!ok) process.exitCode = EXIT.unavailable;
  }
}
