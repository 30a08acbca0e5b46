// What of a program's output may act on whoever reads it. Allow-lists: terminals learn new sequences. Never a sequence that
// reaches the clipboard, a printer, fonts or files, or that types something into the next program. Sources: ECMA-48; XTerm
// Control Sequences (ctlseqs).

/**
 * - `agent`: reads text. No sequence passes; what moved the cursor becomes a blank or a line end. Hidden characters are spelled out.
 * - `reviewer`: looks at another one's session on a terminal of their own (replay, watching, approval). Colours and movement
 *   pass, nothing that is answered or stays behind; hidden characters are spelled out and concealed text is shown.
 * - `person`: sits before the program. Questions pass, since the program waits for the answers, and so do mouse, paste and keyboard
 *   modes, titles and links; the text is left alone. Answers that carry text of the program's choice do not.
 */
export type Consumer = 'agent' | 'reviewer' | 'person';

/** What passes in the place of a control character or sequence: all of it, nothing, or another text. */
export type Verdict = 'pass' | 'drop' | { readonly text: string };

export interface ConsumerRules {
  readonly control: (sequence: string) => Verdict;
  /** `payload` is cut at some length; `kind` as the tokenizer says. */
  readonly string: (kind: string, payload: string) => Verdict;
  readonly spellsOutHidden: boolean;
}

const nothing = (): Verdict => 'drop';

export const CONSUMER_RULES: Readonly<Record<Consumer, ConsumerRules>> = {
  agent: { control: forAgent, string: nothing, spellsOutHidden: true },
  reviewer: { control: forReviewer, string: nothing, spellsOutHidden: true },
  person: { control: forPerson, string: stringForPerson, spellsOutHidden: false },
};

function forAgent(sequence: string): Verdict {
  if (sequence.length === 1) return '\t\n\v\f\r\b'.includes(sequence) ? 'pass' : 'drop';
  if (/^\u001b(?:[DEM]|\[[0-9;]*[ABEFHdfLMSTr])$/.test(sequence)) return { text: '\n' };
  if (/^\u001b\[[0-9;]*[CGIa`]$/.test(sequence)) return { text: ' ' };
  return 'drop';
}

/** BEL BS HT LF VT FF CR SO SI. */
const CONTROLS = /^[\u0007-\u000f]$/;
/** Cursor keys, DEC graphics, save and restore, index, tab stops, reset: nothing here is answered. */
const HARMLESS_ESCAPE = /^\u001b(?:[78DEHMc]|[()*+][0-9A-Z]|#[3-68])$/;
/** Movement, erasing, inserting, scrolling. Four digits are enough for any screen. */
const HARMLESS_CSI = /^\u001b\[(?:[0-9;:]{0,64}[@A-IKLMPSXZ`abdefgrsu]|[0-2]?J|\d?T|4[hl]|\?[0-2]?[JK]|!p)$/;
const COLOURS = /^\u001b\[([0-9;:]{0,64})m$/;
const PRIVATE_MODES = /^\u001b\[\?([0-9;]+)[hl]$/;
/** Reverse video, origin, wrap, cursor, alternate screens, synchronised output. Not: mouse, focus, paste, answers. */
const HARMLESS_MODES = new Set(['5', '6', '7', '12', '25', '47', '1047', '1048', '1049', '2026']);

function forReviewer(sequence: string): Verdict {
  if (sequence.length === 1) return CONTROLS.test(sequence) ? 'pass' : 'drop';
  const modes = PRIVATE_MODES.exec(sequence)?.[1];
  if (modes !== undefined) return modes.split(';').every((mode) => HARMLESS_MODES.has(mode)) ? 'pass' : 'drop';
  if (/\d{5}/.test(sequence)) return 'drop';
  const colours = COLOURS.exec(sequence)?.[1];
  if (colours !== undefined) return withoutConcealment(colours);
  return HARMLESS_CSI.test(sequence) || HARMLESS_ESCAPE.test(sequence) ? 'pass' : 'drop';
}

/** Colours without "conceal": text that is there is seen. Numbers of a palette (`38;5;8`) are none. */
function withoutConcealment(colours: string): Verdict {
  const kept: string[] = [];
  const numbers = colours.split(';');
  for (let at = 0; at < numbers.length; at++) {
    const number = numbers[at] as string;
    const palette = /^0*[345]8$/.test(number) ? (/^0*5$/.test(numbers[at + 1] ?? '') ? 2 : 4) : 0;
    if (palette > 0) kept.push(...numbers.slice(at, at + palette + 1));
    else if (!/^0*8(?::|$)/.test(number)) kept.push(number);
    at += palette;
  }
  if (kept.length === numbers.length) return 'pass';
  return kept.length === 0 ? 'drop' : { text: `\u001b[${kept.join(';')}m` };
}

/**
 * Kept from a person's terminal: ENQ (its answer is a text set beforehand), printing, moving, sizing and raising the window, and
 * asking for its title or icon name, which a program can set to a command.
 */
function forPerson(sequence: string): Verdict {
  if (sequence === '\u0005') return 'drop';
  if (/^\u001b\[[^@-~]*i$/.test(sequence)) return 'drop';
  const window = /^\u001b\[([0-9;]*)t$/.exec(sequence)?.[1]?.split(';')[0];
  if (window !== undefined) return /^0*(?:1[4-9]|2[23])$/.test(window) ? 'pass' : 'drop';
  return 'pass';
}

/** Titles, colours and asking for them, working directory, links, pointer shape, prompt marks. Not: clipboard, fonts, files, notices. */
const OSC_FOR_PERSON = /^(?:[012]|4|7|8|1[0-9]|22|104|11[0-9]|133|633)(?:;|$)/;
/** Asking for settings and capabilities, which editors do when they start; a program cannot choose the answer. */
const DCS_FOR_PERSON = /^(?:\$q|\+q)/;

function stringForPerson(kind: string, payload: string): Verdict {
  if (kind === ']') return OSC_FOR_PERSON.test(payload) ? 'pass' : 'drop';
  return kind === 'P' && DCS_FOR_PERSON.test(payload) ? 'pass' : 'drop';
}
