// What control sequences do to a screen, as far as the mask must know: which ones need a screen model at all, which destroy
// what was printed, which end a frame. Sources: ECMA-48; XTerm Control Sequences; DEC STD 070.

export type Introducer = 'escape' | 'csi';

/**
 * True where what follows can only be read on a screen: the cursor moves elsewhere than to the next cell or line, or text
 * that stands already is moved. Colours, erasing, tab stops, modes, and going back to column 1 do not. `parameters` include a
 * private prefix (`?1049`).
 */
export function needsScreen(introducer: Introducer, final: string, parameters: string, intermediates: string): boolean {
  if (introducer === 'escape')
    return intermediates === '' ? 'DM'.includes(final) : intermediates === '#' && final === '8';
  if (intermediates === ' ') return '@A'.includes(final);
  if (intermediates === "'") return '}~'.includes(final);
  if (intermediates !== '') return false;
  if ('hl'.includes(final)) return SCREEN_MODES.test(parameters);
  if (!/^[0-9;:]*$/.test(parameters)) return false;
  // Column 1 of the line is where a carriage return goes, too.
  if ('G`'.includes(final)) return !/^0*1?$/.test(parameters);
  return MOVES.includes(final) || MOVES_TEXT.includes(final);
}

/** `needsScreen` for a whole sequence as text. */
export function isAddressing(sequence: string): boolean {
  const csi = CSI.exec(sequence);
  if (csi !== null) return needsScreen('csi', csi[4] ?? '', `${csi[1]}${csi[2]}`, csi[3] ?? '');
  return sequence.length > 1 && needsScreen('escape', sequence.at(-1) as string, '', sequence.slice(1, -1));
}

/** True where the cursor and everything that moves stay in the cursor's row. */
export const isWithinRow = (sequence: string): boolean => /^\u001b\[[0-9;]*[CDGIZ`a@PXb]$/.test(sequence);

/** Alternate screens; replace or insert; origin. */
const SCREEN_MODES = /^(?:4|\?(?:.*;)?(?:6|47|1047|1049)(?:;.*)?)$/;
const MOVES = 'ABCDEFHIZadefkj';
const MOVES_TEXT = '@LMPSTbr';

export type Effect =
  /** Changes nothing that the mask looks at, or nothing at all. */
  | 'none'
  /** The cursor goes elsewhere. */
  | 'move'
  /** To the next line; at the lower margin rows scroll. */
  | 'line'
  /** Text on the screen goes, or goes elsewhere. */
  | 'destroy'
  /** From the cursor on, in its row. */
  | 'erase-right'
  | 'repeat'
  | 'sync-begin'
  | 'sync-end'
  | 'cursor-shown'
  | 'main-screen';

export interface Command {
  readonly effect: Effect;
  /** What the model is given, with parameters no larger than the screen; empty where it need not know. */
  readonly model: string;
  /** Cells that the model prints or moves for it, where they are many. */
  readonly cost: number;
}

const command = (effect: Effect, model: string, cost = 0): Command => ({ effect, model, cost });
const NOTHING: Command = command('none', '');

/** Reads a control character or a whole sequence. `largest` bounds its parameters: cells of the screen, for repetitions. */
export function readCommand(sequence: string, largest: number): Command {
  if (sequence.length === 1) return readControl(sequence);
  const csi = CSI.exec(sequence);
  if (csi === null) return readEscape(sequence, largest);
  const [, prefix = '', parameters = '', intermediates = '', final = ''] = csi;
  if (prefix === '?' && intermediates === '' && 'hl'.includes(final)) return readMode(parameters, final);
  if (prefix === '?' && 'JK'.includes(final)) return command('destroy', sequence);
  if (prefix !== '') return NOTHING;
  const model = `\u001b[${bounded(parameters, largest)}${intermediates}${final}`;
  switch (intermediates + final) {
    case 'A':
    case 'B':
    case 'C':
    case 'D':
    case 'E':
    case 'F':
    case 'G':
    case 'H':
    case 'I':
    case 'Z':
    case '`':
    case 'a':
    case 'd':
    case 'e':
    case 'f':
    case 'r':
    case 'u':
      return command('move', model);
    case 'K':
      return command(/^0*$/.test(parameters) ? 'erase-right' : 'destroy', model);
    case 'b':
      return command('repeat', model, Number.parseInt(model.slice(2), 10) || 1);
    case '@':
    case 'J':
    case 'L':
    case 'M':
    case 'P':
    case 'S':
    case 'T':
    case 'X':
      return command('destroy', model);
    case ' @':
    case ' A':
    case "'}":
    case "'~":
      return command('destroy', model, largest);
    case '!p':
    case '"q':
    case 'g':
    case 's':
      return command('none', model);
    case 'h':
    case 'l':
      return command('none', /(?:^|;)(?:4|20)(?:;|$)/.test(parameters) ? model : '');
    default:
      return NOTHING;
  }
}

const CSI = /^\u001b\[([<-?]?)([0-9;:]*)([ -/]*)([@-~])$/;

/** Numbers beyond the screen say the same as its size, and cost as little. */
function bounded(parameters: string, largest: number): string {
  return parameters
    .split(';')
    .slice(0, 32)
    .map((number) => (number.length < 3 ? number : `${Math.min(Number.parseInt(number, 10) || 0, largest)}`))
    .join(';');
}

function readControl(control: string): Command {
  switch (control) {
    case '\n':
    case '\v':
    case '\f':
      return command('line', '\n');
    case '\r':
    case '\b':
    case '\t':
      return command('move', control);
    case '\u000e':
    case '\u000f':
      return command('none', control);
    default:
      return NOTHING;
  }
}

function readEscape(sequence: string, cells: number): Command {
  switch (sequence.slice(1)) {
    case 'D':
    case 'E':
      return command('line', sequence);
    case 'M':
    case 'c':
      return command('destroy', sequence);
    case '#8':
      return command('destroy', sequence, cells);
    case '8':
      return command('move', sequence);
    default:
      return command('none', /^\u001b(?:[7Hno|}~]|[()*+\-./][0-9A-Z])$/.test(sequence) ? sequence : '');
  }
}

/** Only modes that change where text is shown reach the model. */
const MODEL_MODES = new Set(['6', '7', '45', '47', '1047', '1048', '1049']);
const SCREENS = new Set(['47', '1047', '1049']);

function readMode(parameters: string, final: string): Command {
  const modes = parameters.split(';').map((mode) => mode.replace(/^0+(?=.)/, ''));
  const forModel = modes.filter((mode) => MODEL_MODES.has(mode));
  const model = forModel.length === 0 ? '' : `\u001b[?${forModel.join(';')}${final}`;
  const isSet = final === 'h';
  if (modes.some((mode) => SCREENS.has(mode))) return command(isSet ? 'destroy' : 'main-screen', model);
  if (modes.includes('2026')) return command(isSet ? 'sync-begin' : 'sync-end', model);
  if (modes.includes('25') && isSet) return command('cursor-shown', model);
  return command(modes.includes('6') || modes.includes('1048') ? 'move' : 'none', model);
}
