// What a session's recording gets of its input and of its markers: typed secrets are masked as output is, and markers'
// texts, too. What could be the beginning of a typed secret is recorded once it is known what it is.
import type { SessionEvent } from '../../core/events.ts';
import type { TerminalSize } from '../../core/terminal.ts';
import type { SessionMask } from './session-mask.ts';

type Record = (event: SessionEvent) => Promise<void>;

/** `record` with every text of a marker masked. */
export function maskMarkers(record: Record, mask: SessionMask): Record {
  return async (event) => record(event.kind === 'marker' ? { ...event, data: mask.data(event.data) } : event);
}

export interface TypedRecord {
  readonly record: Record;
  /** Records what was held back; to be called once nothing more is typed, and once. */
  end(): Promise<void>;
}

/**
 * `record` for the input of one program, from all who type. Nothing is let go at a deadline: a person types a secret as
 * slowly as they like. `onResize` hears of every change of the terminal's size before the program does.
 */
export function typedRecord(record: Record, mask: SessionMask, onResize: (size: TerminalSize) => void): TypedRecord {
  const stage = mask.typed();
  const recordAll = async (pieces: readonly Uint8Array[]) => {
    const bytes = Buffer.concat(pieces);
    if (bytes.length > 0) await record({ kind: 'input', bytes });
  };
  return {
    async record(event) {
      if (event.kind === 'input') return recordAll(stage.push(event.bytes));
      if (event.kind === 'resize') onResize(event.size);
      await record(event);
    },
    end: () => recordAll(stage.flush()),
  };
}
