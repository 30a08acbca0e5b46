import { SallyportCommand } from '../lib/cli/base-command.ts';
import { renderSteps } from '../lib/cli/check-steps.ts';
import { diagnose } from '../lib/cli/doctor.ts';
import { EXIT } from '../lib/core/exit-codes.ts';

export default class Doctor extends SallyportCommand<typeof Doctor> {
  static override summary = 'say what this machine can do: sandboxes, shells, state, configuration, broker';

  async run(): Promise<void> {
    const { steps, ok } = await diagnose(this.environment);
    this.print({ ok, steps }, renderSteps(steps, this.out));
    if (!ok) process.exitCode = EXIT.unavailable;
  }
}
