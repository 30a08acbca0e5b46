// Control sequences that a screen has read before: a program writes the same few again and again, and reading one takes longer than
// doing it. Nothing that a program prints is kept, and of sequences only short ones.
import { type Command, isAddressing, isWithinRow, readCommand } from './screen-sequences.ts';

export interface KnownCommand extends Command {
  /** See `isAddressing` and `isWithinRow`. */
  readonly addresses: boolean;
  readonly staysInRow: boolean;
  /** After it the screen is empty, or another one. */
  readonly empties: boolean;
}

const EMPTIES = /^\u001b(?:c|\[[23]?J|\[\?.*[hl])$/;
const MOST_KNOWN = 256;
const LONGEST_KNOWN = 16;

export class KnownCommands {
  readonly #known = new Map<string, KnownCommand>();
  #largest = 0;

  /** As `readCommand`. */
  read(sequence: string, largest: number): KnownCommand {
    if (largest !== this.#largest) this.#known.clear();
    this.#largest = largest;
    const known = this.#known.get(sequence);
    if (known !== undefined) return known;
    const command = readCommand(sequence, largest);
    const read = {
      ...command,
      addresses: isAddressing(sequence),
      staysInRow: isWithinRow(sequence),
      empties: EMPTIES.test(command.model),
    };
    if (this.#known.size >= MOST_KNOWN) this.#known.clear();
    if (sequence.length <= LONGEST_KNOWN) this.#known.set(sequence, read);
    return read;
  }
}
