// The commands as oclif finds them: each in its file of src/commands, loaded when it is asked for. In the build they are all in
// one bundle (docs/decisions/0026), so oclif cannot look for files.
import { Plugin } from '@oclif/core/config';

/** What stands in package.json, as far as oclif reads it. */
export interface PackageJson {
  readonly name: string;
  readonly version: string;
  readonly oclif: { readonly topics: Record<string, unknown> };
}

type PluginOptions = ConstructorParameters<typeof Plugin>[0];

class OwnCommands extends Plugin {
  override async findCommand(id: string, _options: { must: true }) {
    const { default: command } = await import(`../../commands/${id.replaceAll(':', '/')}.ts`);
    command.id = id;
    command.plugin = this;
    return command;
  }
}

/**
 * The package at `root`, loaded. `folder` is where the commands are, for a process that has no manifest of them: it looks
 * for them itself, which takes as long as loading all of them.
 */
export async function ownCommands(root: string, pjson: PackageJson, folder: string | undefined): Promise<Plugin> {
  const oclif = folder === undefined ? pjson.oclif : { ...pjson.oclif, commands: folder };
  const plugin = new OwnCommands({
    root,
    pjson: { ...pjson, oclif } as NonNullable<PluginOptions['pjson']>,
    isRoot: true,
    ignoreManifest: folder !== undefined,
  });
  await plugin.load();
  return plugin;
}
