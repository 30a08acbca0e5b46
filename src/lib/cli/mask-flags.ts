// Flags that the commands of `sallyport mask` share: what is masked, and how wide the terminal was.
import * as Flags from '@oclif/core/flags';
import { SWITCHABLE_FAMILIES } from '../core/masking-document.ts';

/** The broadest terminal there is, more or less; a screen has this many columns in memory. */
const MAX_COLUMNS = 4096;
const MAX_SEED = 0xffffffff;

export const selectionFlags = {
  family: Flags.string({
    multiple: true,
    multipleNonGreedy: true,
    options: [...SWITCHABLE_FAMILIES],
    description: 'only rules of this family, whatever the configuration says; may be repeated',
    helpValue: 'FAMILY',
  }),
  kind: Flags.string({
    multiple: true,
    multipleNonGreedy: true,
    description: 'only rules of this kind, whatever the configuration says; may be repeated',
    helpValue: 'KIND',
  }),
  personal: Flags.boolean({
    allowNo: true,
    description: 'personal data, too, or not, whatever the configuration says',
  }),
  target: Flags.string({ description: 'as output of this target is masked', helpValue: 'TARGET' }),
  principal: Flags.string({
    description: 'with --target: as for this agent or person; without it, you',
    helpValue: 'unix:NAME',
    dependsOn: ['target'],
  }),
  'no-config': Flags.boolean({
    description: 'all rules that come with the mask, and no configuration',
    exclusive: ['target', 'principal'],
  }),
  'no-values': Flags.boolean({ description: 'without the values of masking.values, whose files you may not read' }),
};

export const streamFlags = {
  width: Flags.integer({
    default: 80,
    min: 0,
    max: MAX_COLUMNS,
    description: 'columns of the terminal the text was written for: lines it broke there are joined; 0 joins none',
    helpValue: 'N',
  }),
};

export const seedFlag = Flags.integer({
  min: 0,
  max: MAX_SEED,
  description: 'makes fingerprints, and random pieces, the same every time; for tests only',
  helpValue: 'N',
});
