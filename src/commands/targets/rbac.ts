import * as Args from '@oclif/core/args';
import * as Flags from '@oclif/core/flags';
import { SallyportCommand } from '../../lib/cli/base-command.ts';

interface Answer {
  readonly target: string;
  readonly account: string;
  readonly objects: readonly unknown[];
  readonly manifest: string;
}

export default class TargetsRbac extends SallyportCommand<typeof TargetsRbac> {
  static override summary = "print what an administrator applies so that the broker can work in a target's cluster";
  static override examples = [
    '<%= config.bin %> targets rbac prod | kubectl apply -f -',
    '<%= config.bin %> targets rbac prod --as sallyport:broker',
  ];
  static override args = { target: Args.string({ required: true, description: 'name of the target' }) };
  static override flags = {
    as: Flags.string({
      description:
        "the broker's account there: NAMESPACE:NAME of a service account, or a user's name; the cluster is not asked",
      helpValue: 'NAME',
    }),
  };

  async run(): Promise<void> {
    const { client } = await this.connect();
    const { as } = this.flags;
    const query = as === undefined ? '' : `?as=${encodeURIComponent(as)}`;
    const answer = await client.get<Answer>(`/targets/${encodeURIComponent(this.args.target)}/rbac${query}`);
    const { target, account, objects, manifest } = answer;
    this.print({ target, account, objects }, manifest);
  }
}
