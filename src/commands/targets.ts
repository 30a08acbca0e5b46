import { SallyportCommand } from '../lib/cli/base-command.ts';

export default class Targets extends SallyportCommand<typeof Targets> {
  static override summary = 'list the targets of the running broker';

  async run(): Promise<void> {
    const { client } = await this.connect();
    const { targets } = await client.get<{ targets: { name: string; kind: string }[] }>('/targets');
    this.print(
      { targets },
      this.table(
        ['TARGET', 'KIND'],
        targets.map(({ name, kind }) => [name, kind]),
      ),
    );
  }
}
