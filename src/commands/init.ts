import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import * as Flags from '@oclif/core/flags';
import { initState } from '../lib/broker/init-state.ts';
import { findApproverKeys } from '../lib/cli/approver-key.ts';
import { SallyportCommand } from '../lib/cli/base-command.ts';
import { findRunning } from '../lib/cli/connect.ts';
import { locateBroker } from '../lib/cli/locate.ts';
import { statePaths, userConfigFile } from '../lib/config/paths.ts';
import { configTemplate } from '../lib/config/template.ts';
import { BrokerError } from '../lib/core/errors.ts';
import { EXIT } from '../lib/core/exit-codes.ts';
import { PACKS } from '../lib/policy/index.ts';

export default class Init extends SallyportCommand<typeof Init> {
  static override summary = 'write a commented sallyport.yaml, and create state and the SSH CA key';
  static override examples = ['<%= config.bin %> init', '<%= config.bin %> init --file ./sallyport.yaml'];
  static override flags = {
    file: Flags.string({ description: "where to write it; without it the user's own", helpValue: 'FILE' }),
    force: Flags.boolean({ description: 'replace a file that is there' }),
  };

  async run(): Promise<void> {
    const { environment } = this;
    const file =
      this.flags.file === undefined ? userConfigFile(environment) : resolve(environment.cwd, this.flags.file);
    if (existsSync(file) && !this.flags.force) {
      throw new BrokerError({
        code: 'config-exists',
        exit: EXIT.configuration,
        message: `"${file}" is there already`,
        hint: 'edit it, or replace it with --force',
      });
    }
    const paths = statePaths(environment);
    const { caPublicKeyLine } = await initState(paths.state, environment.uid);
    const keys = findApproverKeys(environment.home);
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    writeFileSync(file, configTemplate({ packs: PACKS, approver: keys[0] }), {
      mode: 0o600,
      flag: this.flags.force ? 'w' : 'wx',
    });
    const keyLine = keys[0];
    this.print(
      { config: file, state: paths.state, sshCa: caPublicKeyLine, approverKey: keyLine?.file ?? null },
      [
        `wrote    ${file}`,
        `state    ${paths.state}`,
        keyLine === undefined
          ? 'approver none: no public key in ~/.ssh; make one with ssh-keygen and add it under "approvers"'
          : `approver ${keyLine.name} with ${keyLine.file}`,
        '',
        'for a server, put this line into the file its TrustedUserCAKeys names:',
        caPublicKeyLine,
        '',
        `next: ${await this.nextStep(file)}`,
        '',
      ].join('\n'),
    );
  }

  /** Only the user's own file counts by itself, and a broker that runs keeps the configuration it was started with. */
  private async nextStep(file: string): Promise<string> {
    const { environment } = this;
    const look = 'sallyport shell local -- uname -a';
    if (file !== userConfigFile(environment)) return `sallyport shell local --config ${file} -- uname -a`;
    const isRunning = (await findRunning(await locateBroker(environment), environment)) !== undefined;
    return isRunning ? `sallyport broker stop, since the one that runs has another configuration; then ${look}` : look;
  }
}
