// The line editor of a gated shell: from keys to one whole command. It sends nothing; whoever asked for the line does.
import { systemClock } from '../../core/clock.ts';
import { visible } from '../render.ts';
import { completeWith, pathWord } from './complete-path.ts';
import { EDITING_KEYS, type Editing } from './editing-keys.ts';
import type { History } from './history.ts';
import { decodeKeys, type Typed } from './keys.ts';
import { EMPTY, insert, type Line, lineOf } from './line.ts';
import { takeTerminal } from './raw-terminal.ts';
import { lineScreen } from './screen.ts';
import type { Prompt } from './view.ts';

export interface EditorOptions {
  readonly stdin: NodeJS.ReadStream;
  readonly output: NodeJS.WriteStream;
  readonly prompt: Prompt;
  readonly history: History;
  /** False: Enter goes on in a new line. */
  readonly isComplete: (text: string) => Promise<boolean>;
  /** Paths on the target that begin with that one, folders with a "/"; empty where nobody may know. */
  readonly pathsLike: (path: string) => Promise<readonly string[]>;
  /** Told before the prompt shows: bytes that were typed before it, and that nobody will read. */
  readonly onDropped: (bytes: number) => void;
}

export type Entered =
  | { readonly kind: 'line'; readonly text: string }
  /** ^D on an empty line, or the terminal hung up. */
  | { readonly kind: 'end' }
  | { readonly kind: 'signal'; readonly name: 'SIGTERM' | 'SIGHUP' };

/** A paste beyond this the broker refuses in any case. */
const MAX_LENGTH = 64 * 1024;

/** Shows the prompt and resolves with what was entered. The terminal is as before then. */
export async function readLine(options: EditorOptions): Promise<Entered> {
  const { stdin, output, prompt, history } = options;
  // It hung up while somebody else read from it, and says so only once.
  if (stdin.readableEnded || stdin.destroyed) return { kind: 'end' };
  const screen = lineScreen(output, prompt);
  let editing: Editing = { line: EMPTY, cut: '' };
  /** While the parser looks at the text it stays as it is, and what is typed meanwhile waits here. */
  let early: Typed[] | undefined;
  let entered: Entered | undefined;
  let isSuspended = false;
  let finish!: (entered: Entered) => void;
  let fail!: (error: unknown) => void;
  const finished = new Promise<Entered>((resolve, reject) => {
    fail = reject;
    finish = (what) => {
      entered ??= what;
      resolve(what);
    };
  });

  const draw = () => {
    if (entered === undefined && early === undefined && !isSuspended) screen.draw(editing.line);
  };
  const keys = decodeKeys(systemClock.monotonic, take);
  const terminal = takeTerminal(stdin, output, {
    onData(bytes) {
      keys.push(bytes);
      draw();
    },
    onEnd: () => finish({ kind: 'end' }),
    onResize: draw,
    onSignal(name) {
      if (name === 'SIGINT') abandon('^C');
      else finish({ kind: 'signal', name });
      draw();
    },
    onResume() {
      isSuspended = false;
      screen.forget();
      draw();
    },
  });
  const own = new Map<string, () => void>([
    ['return', () => void enter().catch(fail)],
    ['enter', () => void enter().catch(fail)],
    ['tab', () => void complete().catch(fail)],
    ['ctrl+c', () => abandon('^C')],
    ['ctrl+l', screen.clear],
    ['ctrl+z', suspend],
    ['up', () => recall(-1)],
    ['ctrl+p', () => recall(-1)],
    ['down', () => recall(1)],
    ['ctrl+n', () => recall(1)],
  ]);
  if (terminal.dropped > 0) options.onDropped(terminal.dropped);
  draw();
  try {
    return await finished;
  } finally {
    keys.stop();
    screen.leave(editing.line, '');
    terminal.release();
  }

  function take(typed: Typed): void {
    if (entered !== undefined) return;
    if (early !== undefined) early.push(typed);
    else if (typed.kind === 'paste') edit(insert(editing.line, typed.text));
    else press(typed);
  }

  function press({ name, text, isLast }: Typed & { kind: 'key' }): void {
    const isEnter = name === 'return' || name === 'enter';
    const action = own.get(name);
    const change = EDITING_KEYS.get(name);
    // Where more came in the same read as an Enter it was pasted, whatever the terminal says.
    if (isEnter && !isLast) edit(insert(editing.line, '\n'));
    else if (name === 'ctrl+d' && editing.line.text === '') finish({ kind: 'end' });
    else if (action !== undefined) action();
    else if (change !== undefined) editing = change(editing);
    else if (/^\P{Cc}/u.test(text)) edit(insert(editing.line, text));
  }

  function edit(line: Line): void {
    if (line.text.length > MAX_LENGTH) screen.beep();
    else editing = { ...editing, line };
  }

  function suspend(): void {
    isSuspended = true;
    screen.leave(editing.line, '^Z');
    terminal.suspend();
  }

  function recall(by: -1 | 1): void {
    const text = history.step(by, editing.line.text);
    if (text !== undefined) edit(lineOf(text));
  }

  function abandon(mark: string): void {
    screen.leave(editing.line, mark);
    history.rewind();
    editing = { ...editing, line: EMPTY };
  }

  async function enter(): Promise<void> {
    const { text } = editing.line;
    if (text.trim() === '') {
      abandon('');
      return;
    }
    early = [];
    const isWhole = await options.isComplete(text);
    const waiting = early;
    early = undefined;
    if (isWhole) {
      history.add(text);
      finish({ kind: 'line', text });
      return;
    }
    editing = { ...editing, line: lineOf(`${text}\n`) };
    for (const typed of waiting) take(typed);
    draw();
  }

  async function complete(): Promise<void> {
    const { line } = editing;
    const word = pathWord(line);
    if (word === undefined) return;
    const names = await options.pathsLike(word.path);
    // Who typed on does not want it any more.
    if (editing.line !== line || entered !== undefined || isSuspended) return;
    const { line: completed, candidates } = completeWith(line, word, names);
    if (candidates.length > 0) screen.leave(line, `\r\n${candidates.map(visible).join('  ')}`);
    editing = { ...editing, line: completed };
    draw();
  }
}
