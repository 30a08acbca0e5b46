import { SallyportCommand } from '../../lib/cli/base-command.ts';

export default class SshCaPublicKey extends SallyportCommand<typeof SshCaPublicKey> {
  static override summary = "print the line for the file that a server's TrustedUserCAKeys names";

  async run(): Promise<void> {
    const { client } = await this.connect();
    const { line } = await client.get<{ line: string }>('/ssh-ca');
    this.print({ line }, `${line}\n`);
  }
}
