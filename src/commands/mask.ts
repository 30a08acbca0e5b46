import * as Flags from '@oclif/core/flags';
import { writeTo } from '../lib/cli/attach.ts';
import { SallyportCommand } from '../lib/cli/base-command.ts';
import { maskBatch } from '../lib/cli/mask-batch.ts';
import { maskStream, standardInput } from '../lib/cli/mask-filter.ts';
import { seedFlag, selectionFlags, streamFlags } from '../lib/cli/mask-flags.ts';
import { setUpMask } from '../lib/cli/mask-setup.ts';
import { SPLITS } from '../lib/cli/mask-splits.ts';

export default class Mask extends SallyportCommand<typeof Mask> {
  static override summary = 'mask secrets in what comes on standard input, as in the output of a session';
  static override description =
    'Needs no broker. Colours and cursor movements stay; what the rules find becomes [kind:3f2a], the same four digits for the same value while this runs. ' +
    'With --batch it reads {"id", "text"} as JSON lines and writes {"id", "masked"}, one for one and in order, each text on its own.';
  static override examples = [
    'kubectl logs web | <%= config.bin %> mask',
    '<%= config.bin %> mask --width 0 --no-personal < app.log > clean.log',
    '<%= config.bin %> mask --batch --splits bytes < texts.jsonl',
  ];
  static override usage = 'mask [--width N] [--family FAMILY | --kind KIND]… [--batch [--splits HOW] [--seed N]]';
  static override flags = {
    ...streamFlags,
    ...selectionFlags,
    batch: Flags.boolean({ description: 'read JSON lines on standard input' }),
    splits: Flags.option({
      options: SPLITS,
      description: 'with --batch: feed each text whole, in random pieces of up to 64 bytes, or byte by byte',
      dependsOn: ['batch'],
    })(),
    seed: seedFlag,
  };

  async run(): Promise<void> {
    const { batch, splits = 'whole', seed, width } = this.flags;
    // The seed of a batch is the same where none is given: its splits are there to be compared.
    const setup = await setUpMask(this.environment, this.flags, batch ? (seed ?? 0) : seed);
    this.noteAll(setup.found.notes);
    const write = (bytes: Uint8Array) => writeTo(process.stdout, bytes);
    const newStage = () => setup.newStage({ width });
    if (batch) await maskBatch({ source: standardInput(), write, newStage, splits, seed: seed ?? 0 });
    else await maskStream(standardInput(), newStage(), write);
  }
}
