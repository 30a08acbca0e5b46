import { resolve } from 'node:path';
import * as Args from '@oclif/core/args';
import * as Flags from '@oclif/core/flags';
import { SallyportCommand } from '../lib/cli/base-command.ts';
import { readConfigFile } from '../lib/config/config-file.ts';
import { CONFIG_FILE_NAME, trustFolder } from '../lib/config/paths.ts';
import { trustStore } from '../lib/config/trust.ts';
import { BrokerError } from '../lib/core/errors.ts';
import { EXIT } from '../lib/core/exit-codes.ts';

export default class Trust extends SallyportCommand<typeof Trust> {
  static override summary = "let a project's own sallyport.yaml count, with exactly the content it has now";
  static override description =
    'An agent can write in the project, so a changed file must be trusted anew. Read it first.';
  static override examples = ['<%= config.bin %> trust', '<%= config.bin %> trust --revoke'];
  static override args = { file: Args.string({ description: 'the file', default: CONFIG_FILE_NAME }) };
  static override flags = { revoke: Flags.boolean({ description: 'take the trust back' }) };

  async run(): Promise<void> {
    const path = resolve(this.environment.cwd, this.args.file);
    const store = trustStore(trustFolder(this.environment));
    if (this.flags.revoke) {
      const revoked = store.revoke(path);
      this.print({ file: path, revoked }, revoked ? `no longer trusted: ${path}\n` : `was not trusted: ${path}\n`);
      return;
    }
    const file = readConfigFile(path);
    if (file === undefined) {
      throw new BrokerError({
        code: 'config-not-found',
        exit: EXIT.configuration,
        message: `there is no "${path}"`,
        hint: 'name the file, or go to the folder it is in',
      });
    }
    const [{ parseConfigFile }, { configError }, { compilePolicy, PACK_NAMES }, { MASK_KNOWLEDGE }] = await Promise.all(
      [
        import('../lib/config/load-file.ts'),
        import('../lib/config/problem.ts'),
        import('../lib/policy/index.ts'),
        import('../lib/stream/mask/configured/selection-knowledge.ts'),
      ],
    );
    const { uid } = this.environment;
    const parsed = parseConfigFile(file, {
      label: this.args.file,
      knownPacks: PACK_NAMES,
      mask: MASK_KNOWLEDGE,
      uid,
      trustFolder: null,
    });
    if (!parsed.ok) throw configError(parsed.problems);
    compilePolicy(parsed.config.policy, { approvalTtlMs: parsed.config.limits.approvalWaitMs });
    // Packs first: the config must not count before what it names does.
    for (const each of [...parsed.packFiles, file]) store.trust(each);
    const packs = parsed.packFiles.map(({ path: pack, digest }) => ({ file: pack, digest }));
    this.print(
      { file: file.path, digest: file.digest, trusted: true, packs },
      [file.path, ...packs.map((pack) => pack.file)].map((trusted) => `trusted: ${trusted}\n`).join(''),
    );
  }
}
