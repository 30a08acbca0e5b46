import * as Args from '@oclif/core/args';
import * as Flags from '@oclif/core/flags';
import { SallyportCommand } from '../../lib/cli/base-command.ts';
import { toFolder } from '../../lib/cli/child-command.ts';
import { invocationFlags } from '../../lib/cli/invocation-flags.ts';
import { BrokerError } from '../../lib/core/errors.ts';
import { EXIT } from '../../lib/core/exit-codes.ts';
import type { TargetKind } from '../../lib/core/policy-document.ts';
import type { GatedRequest } from '../../lib/session/gated/exec.ts';

export default class SessionOpen extends SallyportCommand<typeof SessionOpen> {
  static override summary = 'open a gated session and print its id; commands in it share folder and variables';
  static override description =
    'Nothing runs yet. Each command is given with "session exec", and judged on its own; the session lasts until "session close" or its time limits.';
  static override examples = ['S=$(<%= config.bin %> session open web)', '<%= config.bin %> session open local --json'];
  static override args = { target: Args.string({ required: true, description: 'name of the target' }) };
  static override flags = {
    cwd: Flags.string({
      description: 'folder to begin in, of a shell target that begins in the caller’s',
      helpValue: 'DIR',
    }),
    why: invocationFlags.why,
    task: invocationFlags.task,
  };

  async run(): Promise<void> {
    const { flags, environment } = this;
    const { target } = this.args;
    const { client } = await this.connect();
    const { targets } = await client.get<{ targets: { name: string; kind: TargetKind }[] }>('/targets');
    const kind = targets.find(({ name }) => name === target)?.kind ?? 'shell';
    if (kind === 'ssh' && flags.cwd !== undefined) throw noFolder();
    const request: GatedRequest = {
      target,
      kind,
      cwd: kind === 'shell' ? toFolder(flags.cwd ?? environment.cwd) : null,
      env: kind === 'shell' ? environment.offered : {},
      task: flags.task ?? environment.task ?? null,
      why: flags.why ?? environment.why ?? null,
      pty: null,
    };
    const opened = await client.post<{ session: string }>('/gated', request);
    this.print(opened, `${opened.session}\n`);
  }
}

function noFolder(): BrokerError {
  return new BrokerError({
    code: 'usage',
    exit: EXIT.usage,
    message: '--cwd is for shell targets: a session over SSH begins in the home of its account',
    hint: 'give "cd DIR" as its first command',
  });
}
