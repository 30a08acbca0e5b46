// Bytes of a terminal's stream → characters, controls, sequences and strings, each with where in the stream it stands. Keeps
// no bytes: state survives chunks, and every byte belongs to exactly one token.

export interface TokenSink {
  /** One character, or U+FFFD for a byte that is no UTF-8. `to` is past its last byte; offsets count from the stream's begin. */
  print(codePoint: number, from: number, to: number): void;
  /**
   * A C0 control other than ESC, or one of IND, NEL, HTS and RI as "\x1bD" …, or a whole ESC or CSI
   * sequence. A control in the midst of a sequence is done at once; it has no length, its byte belongs to the sequence.
   */
  control(sequence: string, from: number, to: number): void;
  /**
   * A control string: `kind` is what follows ESC at its begin (`]` OSC, `P` DCS, `X` SOS, `^` PM, `_` APC). `to` is past what
   * ends it, but for an ESC, which begins the next token ("ESC \\" is one, and does nothing more).
   */
  string(kind: string, payloadFrom: number, payloadTo: number, to: number): void;
}

export interface Tokenizer {
  /** Returns how many bytes it took: all of them, unless the sink called `stop`. */
  push(bytes: Uint8Array): number;
  /** The byte being read is the last one that this `push` takes. */
  stop(): void;
  /** Where the token that is not yet whole begins; the number of bytes pushed where there is none. */
  readonly wholeUntil: number;
  /** Where the payload of a string without an end so far begins; undefined outside of strings. */
  readonly payloadFrom: number | undefined;
}

type State = 'ground' | 'escape' | 'csi' | 'string';

/** A sequence longer than this does nothing, but is still one: its parameters must not come out as text. */
const SEQUENCE_MAX_BYTES = 256;

export function createTokenizer(sink: TokenSink): Tokenizer {
  let state: State = 'ground';
  /** Bytes pushed so far. */
  let at = 0;
  let tokenFrom = 0;
  let isStopped = false;
  let payloadFrom = 0;
  let stringKind = '';
  let wasC2 = false;
  let sequence = '';
  let codePoint = 0;
  /** Bytes the UTF-8 character still needs, and the least value it may have in this length. */
  let needs = 0;
  let least = 0;

  function ground(byte: number): void {
    if (needs > 0) {
      if (byte >> 6 === 2) {
        codePoint = (codePoint << 6) | (byte & 0x3f);
        needs -= 1;
        if (needs === 0) character();
        return;
      }
      needs = 0;
      invalid(tokenFrom, at);
      tokenFrom = at;
    }
    if (byte >= 0x20 && byte < 0x7f) sink.print(byte, at, at + 1);
    else if (byte === 0x1b) enter('escape', '\u001b');
    else if (byte < 0x80) sink.control(String.fromCharCode(byte), at, at + 1);
    else if (byte >= 0xc2 && byte < 0xf5) {
      needs = byte < 0xe0 ? 1 : byte < 0xf0 ? 2 : 3;
      least = byte < 0xe0 ? 0x80 : byte < 0xf0 ? 0x800 : 0x10000;
      codePoint = byte & (0x3f >> needs);
    } else invalid(at, at + 1);
  }

  /** Terminals replace what is no UTF-8, byte by byte or in one; one cell a byte keeps the offsets simple. */
  function invalid(from: number, to: number): void {
    for (let byte = from; byte < to; byte++) sink.print(0xfffd, byte, byte + 1);
  }

  function character(): void {
    const isValid = codePoint >= least && codePoint <= 0x10ffff && (codePoint < 0xd800 || codePoint > 0xdfff);
    if (!isValid) invalid(tokenFrom, at + 1);
    else if (codePoint >= 0xa0) sink.print(codePoint, tokenFrom, at + 1);
    else eightBitControl();
  }

  function eightBitControl(): void {
    const escaped = String.fromCharCode(codePoint - 0x40);
    if (codePoint === 0x9b) enter('csi', '\u001b[');
    else if (STRING_BEGIN.includes(escaped)) enterString(escaped);
    else sink.control(`\u001b${escaped}`, tokenFrom, at + 1);
  }

  function enter(next: 'escape' | 'csi', begin: string): void {
    state = next;
    sequence = begin;
  }

  function enterString(kind: string): void {
    state = 'string';
    stringKind = kind;
    wasC2 = false;
    payloadFrom = at + 1;
  }

  function inSequence(byte: number): void {
    if (byte === 0x18 || byte === 0x1a) {
      state = 'ground';
      sink.control(String.fromCharCode(byte), tokenFrom, at + 1);
    } else if (byte === 0x1b) {
      tokenFrom = at;
      enter('escape', '\u001b');
    } else if (byte >= 0x80) {
      // No sequence then: this is text, as it is to the reader of lines.
      state = 'ground';
      tokenFrom = at;
      ground(byte);
    } else if (byte < 0x20) {
      // Done at once, and the sequence goes on.
      sink.control(String.fromCharCode(byte), at, at);
    } else if (byte === 0x7f) {
      // Ignored.
    } else if (state === 'escape' && sequence.length === 1 && byte === 0x5b) {
      enter('csi', '\u001b[');
    } else if (state === 'escape' && sequence.length === 1 && STRING_BEGIN.includes(String.fromCharCode(byte))) {
      enterString(String.fromCharCode(byte));
    } else {
      if (sequence.length < SEQUENCE_MAX_BYTES) sequence += String.fromCharCode(byte);
      const isLast = state === 'escape' ? byte >= 0x30 : byte >= 0x40;
      if (!isLast) return;
      state = 'ground';
      if (sequence.length < SEQUENCE_MAX_BYTES) sink.control(sequence, tokenFrom, at + 1);
    }
  }

  /** CAN, SUB and ESC end a string, whatever kind it is, ST as U+009C, and BEL one kind. "ESC \\" does nothing more. */
  function inString(byte: number): void {
    const isSt = wasC2 && byte === 0x9c;
    wasC2 = byte === 0xc2;
    if (byte === 0x1b) {
      sink.string(stringKind, payloadFrom, at, at);
      tokenFrom = at;
      enter('escape', '\u001b');
    } else if (isSt || byte === 0x18 || byte === 0x1a || (stringKind === ']' && byte === 0x07)) {
      state = 'ground';
      sink.string(stringKind, payloadFrom, isSt ? at - 1 : at, at + 1);
    }
  }

  return {
    push(bytes) {
      isStopped = false;
      let taken = 0;
      for (const byte of bytes) {
        if (state === 'ground') {
          if (needs === 0) tokenFrom = at;
          ground(byte);
        } else if (state === 'string') inString(byte);
        else inSequence(byte);
        at += 1;
        taken += 1;
        if (isStopped) break;
      }
      return taken;
    },
    stop() {
      isStopped = true;
    },
    get wholeUntil() {
      return state === 'ground' && needs === 0 ? at : tokenFrom;
    },
    get payloadFrom() {
      return state === 'string' ? payloadFrom : undefined;
    },
  };
}

/** ESC and one of these begin DCS, SOS, OSC, PM and APC. */
const STRING_BEGIN = 'PX]^_';
