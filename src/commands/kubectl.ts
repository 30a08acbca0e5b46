import * as Args from '@oclif/core/args';
import * as Flags from '@oclif/core/flags';
import { SallyportCommand } from '../lib/cli/base-command.ts';
import { durationFlag } from '../lib/cli/duration-flag.ts';
import { invocationFlags } from '../lib/cli/invocation-flags.ts';
import { keepEndpoint } from '../lib/cli/keep-endpoint.ts';
import { runInvocation } from '../lib/cli/run-invocation.ts';
import { BrokerError } from '../lib/core/errors.ts';
import { EXIT } from '../lib/core/exit-codes.ts';

const { free: _, ...clientFlags } = invocationFlags;

export default class Kubectl extends SallyportCommand<typeof Kubectl> {
  static override summary = 'run your own kubectl against a cluster, through an endpoint that judges each request';
  static override description =
    'kubectl gets a kubeconfig for this one session; the token of the cluster never leaves the broker. With --kubeconfig nothing is started: the endpoint stays open for other clients of the API until it is interrupted.';
  static override examples = [
    '<%= config.bin %> kubectl prod -- get pods -A',
    "<%= config.bin %> kubectl prod --why 'ticket 4711' -- rollout restart deployment/web",
    '<%= config.bin %> kubectl prod --kubeconfig ./prod.kubeconfig --ttl 15m',
  ];
  static override usage = 'kubectl TARGET [-- ARGUMENTS…]';
  static override args = { target: Args.string({ required: true, description: 'name of the target' }) };
  static override flags = {
    ...clientFlags,
    kubeconfig: Flags.string({
      description: 'write a kubeconfig for other clients, and keep the endpoint open',
      helpValue: 'FILE',
    }),
    ttl: Flags.string({ description: 'with --kubeconfig: close it after this long', helpValue: '15m' }),
  };

  async run(): Promise<void> {
    const { kubeconfig, ttl, ...flags } = this.flags;
    const options = {
      kind: 'kubectl',
      target: this.args.target,
      child: this.child,
      flags: { ...flags, free: false },
      environment: this.environment,
      palette: this.err,
    } as const;
    if (kubeconfig === undefined) {
      if (ttl !== undefined) throw usage('--ttl is for --kubeconfig', 'limit a command with --timeout');
      if (this.child === null) throw usage('there are no arguments for kubectl', 'put them after --: -- get pods');
      process.exitCode = await runInvocation(options);
      return;
    }
    if (this.child !== null) throw usage('--kubeconfig takes no command', 'leave out one of the two');
    const ttlMs = ttl === undefined ? null : durationFlag('--ttl', ttl);
    process.exitCode = await keepEndpoint({ ...options, file: kubeconfig, ttlMs });
  }
}

function usage(message: string, hint: string): BrokerError {
  return new BrokerError({ code: 'usage', exit: EXIT.usage, message, hint });
}
