// What a program printed → what another person's terminal may get of it: text, colours, cursor movement. Never a
// sequence that makes the terminal answer (its answer would be typed into the next program), that reaches the
// clipboard, the window's title, a printer or the mouse, or that stays behind after a replay. An allow-list: terminals
// learn new sequences. Sources: ECMA-48; XTerm Control Sequences (ctlseqs).

/** A CSI sequence longer than this is no sequence. */
const SEQUENCE_MAX_CHARS = 256;
/** Where a string (an image, a title) never ends, what follows it must come to light again. */
const STRING_MAX_CHARS = 1024 * 1024;

/**
 * A filter for one stream: push its text in pieces, however they are cut. Sequences it does not know are left out; what
 * is unfinished waits for the next piece, and is left out where none comes.
 */
export function neutralise(): (text: string) => string {
  let held = '';
  /** Characters still to be swallowed of an OSC, DCS, SOS, PM or APC string at most; 0 outside one. */
  let swallow = 0;

  return (text) => {
    const input = held + text;
    held = '';
    let output = '';
    let at = 0;
    while (at < input.length) {
      if (swallow > 0) {
        at = skipString(input, at);
        continue;
      }
      const plain = matchAt(PLAIN, input, at);
      output += plain;
      at += plain.length;
      if (at === input.length) break;
      if (input[at] !== ESC) {
        at += 1; // a control character that no program needs to be seen
        continue;
      }
      const sequence = matchAt(SEQUENCE, input, at);
      if (sequence !== '') {
        if (isHarmless(sequence)) output += sequence;
        at += sequence.length;
      } else if (matchAt(STRING_BEGIN, input, at) !== '') {
        swallow = STRING_MAX_CHARS;
        at += 2;
      } else {
        const begun = matchAt(UNFINISHED, input, at);
        if (at + begun.length === input.length && begun.length < SEQUENCE_MAX_CHARS) held = begun;
        at += begun.length;
      }
    }
    return output;
  };

  /** Past the end of the string, or of the input. ESC ends a string whatever follows it; "ESC \" is ST itself. */
  function skipString(input: string, from: number): number {
    STRING_END.lastIndex = from;
    const end = STRING_END.exec(input)?.index ?? input.length;
    if (end - from >= swallow) {
      const until = from + swallow;
      swallow = 0;
      return until;
    }
    swallow -= end - from;
    if (end === input.length) return end;
    if (input[end] === ESC && end + 1 === input.length) {
      held = ESC;
      return input.length;
    }
    swallow = 0;
    return input[end] === ESC ? end : end + 1;
  }
}

const ESC = '\u001b';
/** Everything but controls, and of those BEL BS HT LF VT FF CR SO SI. */
const PLAIN = /[^\u0000-\u0006\u0010-\u001f\u007f-\u009f]*/y;
const SEQUENCE = /\u001b(?:\[[0-?]*[ -/]*[@-~]|[ -/]+[0-~]|[0-OQ-WYZ\\`-~])/y;
const STRING_BEGIN = /\u001b[\]PX^_]/y;
const STRING_END = /[\u0007\u0018\u001a\u001b\u009c]/g;
const UNFINISHED = /\u001b(?:\[[0-?]*[ -/]*|[ -/]*)/y;

/** Cursor keys, DEC graphics, save and restore, index, tab stops, reset: nothing here is answered. */
const HARMLESS_ESCAPE = /^\u001b(?:[78DEHMc]|[()*+][0-9A-Z]|#[3-68])$/;
/** Movement, erasing, inserting, scrolling, colours. Four digits are enough for any screen. */
const HARMLESS_CSI = /^\u001b\[(?:[0-9;:]{0,64}[@A-IKLMPSXZ`abdefgmrsu]|[0-2]?J|\d?T|4[hl]|\?[0-2]?[JK]|!p)$/;
const PRIVATE_MODES = /^\u001b\[\?([0-9;]+)[hl]$/;
/** Reverse video, origin, wrap, cursor, alternate screens, synchronised output. Not: mouse, focus, paste, answers. */
const HARMLESS_MODES = new Set(['5', '6', '7', '12', '25', '47', '1047', '1048', '1049', '2026']);

function isHarmless(sequence: string): boolean {
  const modes = PRIVATE_MODES.exec(sequence)?.[1];
  if (modes !== undefined) return modes.split(';').every((mode) => HARMLESS_MODES.has(mode));
  if (/\d{5}/.test(sequence)) return false;
  return HARMLESS_CSI.test(sequence) || HARMLESS_ESCAPE.test(sequence);
}

function matchAt(pattern: RegExp, input: string, at: number): string {
  pattern.lastIndex = at;
  return pattern.exec(input)?.[0] ?? '';
}
