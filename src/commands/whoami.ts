import { SallyportCommand } from '../lib/cli/base-command.ts';

export default class Whoami extends SallyportCommand<typeof Whoami> {
  static override summary = 'say who the broker takes you for, and how that was proven';

  async run(): Promise<void> {
    const { hello } = await this.connect();
    const { principal, proof } = hello;
    this.print({ principal, proof }, `${principal}  (proven by ${proof.method}: uid ${proof.uid}, pid ${proof.pid})\n`);
  }
}
