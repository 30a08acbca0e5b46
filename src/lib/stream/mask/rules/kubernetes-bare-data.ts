// A brace and a name in quotes may open the data of a Secret, of which nothing but base64 is known; nearly always they open
// something else, such as the line of a log. This says so by the first character of the first value at the latest, with no more
// than a look at each byte. Whatever is not as plain as that is left to the machine for JSON, from the brace on.
import type { Machine, Span } from '../rule.ts';
import { FIRST_OF_TEXT, JsonMachine, OF_NAMES } from './kubernetes-json.ts';

const [BLANK, QUOTE, APOSTROPHE, COMMA, COLON, BACKSLASH] = [32, 34, 39, 44, 58, 92];

/** A longer name is none of a Secret's data. */
const LONGEST_NAME = 253;

type Phase = 'name' | 'colon' | 'value' | 'text';
type Sight = 'plain' | 'none' | 'unsure';

export class BareDataMachine implements Machine {
  readonly holdFrom = 0;
  private readonly anchor: string;
  private readonly seen: number[] = [];
  private phase: Phase = 'name';
  private json: JsonMachine | undefined;

  constructor(anchor: string) {
    this.anchor = anchor;
    if (anchor !== '{"') this.json = new JsonMachine(anchor, 'base64');
  }

  push(byte: number): boolean {
    if (this.json !== undefined) return this.json.push(byte);
    const sight = this.look(byte);
    if (sight === 'none') return false;
    this.seen.push(byte);
    return sight === 'plain' || this.handOver();
  }

  spans(early: boolean): readonly Span[] {
    return this.json?.spans(early) ?? [];
  }

  private look(byte: number): Sight {
    if (this.phase === 'name') return this.lookAtName(byte);
    if (this.phase === 'text')
      return FIRST_OF_TEXT[byte] === 1 || byte === QUOTE || byte === BACKSLASH ? 'unsure' : 'none';
    if (byte <= BLANK) return this.seen.length > LONGEST_NAME ? 'unsure' : 'plain';
    if (this.phase === 'colon') return this.expect(byte === COLON, 'value', 'unsure');
    const mayFollow = byte === APOSTROPHE || byte === COMMA || byte === COLON || byte === BACKSLASH;
    return this.expect(byte === QUOTE, 'text', mayFollow ? 'unsure' : 'none');
  }

  private lookAtName(byte: number): Sight {
    if (OF_NAMES[byte] === 1) return this.seen.length < LONGEST_NAME ? 'plain' : 'unsure';
    return this.expect(
      byte === QUOTE && this.seen.length > 0,
      'colon',
      byte === QUOTE || byte === BACKSLASH ? 'unsure' : 'none',
    );
  }

  private expect(isThere: boolean, next: Phase, otherwise: Sight): Sight {
    if (!isThere) return otherwise;
    this.phase = next;
    return 'plain';
  }

  private handOver(): boolean {
    const json = new JsonMachine(this.anchor, 'base64');
    this.json = json;
    return this.seen.every((byte) => json.push(byte));
  }
}
