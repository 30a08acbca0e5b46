import * as Args from '@oclif/core/args';
import { SallyportCommand } from '../../lib/cli/base-command.ts';

export default class SessionCredential extends SallyportCommand<typeof SessionCredential> {
  static override summary = 'print what opens the endpoint of your session, as kubectl asks for it';
  static override description =
    'For kubeconfigs that "sallyport kubectl TARGET --kubeconfig FILE" writes: a credential plugin of client.authentication.k8s.io/v1. It opens that endpoint alone, and nothing once the session has ended.';
  static override examples = ['<%= config.bin %> session credential s-4k7q2m9xw1de'];
  static override args = { session: Args.string({ required: true, description: 'id of the session' }) };

  async run(): Promise<void> {
    const { client } = await this.connect();
    const { token } = await client.get<{ token: string }>(
      `/sessions/${encodeURIComponent(this.args.session)}/endpoint-credential`,
    );
    const credential = { apiVersion: 'client.authentication.k8s.io/v1', kind: 'ExecCredential', status: { token } };
    process.stdout.write(`${JSON.stringify(credential)}\n`);
  }
}
