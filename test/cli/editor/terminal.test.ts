// timeout: 90
// The line editor on a real terminal: what is typed, pasted and typed too early, and the terminal as it was afterwards.
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type CliWorld, cliWorld } from '../../helpers/cli.ts';
import { plainScreen } from '../../helpers/plain-screen.ts';
import { openTerminal, type Terminal } from '../../helpers/terminal.ts';

const test = suite('line editor: terminal');
const SCRIPT = join(dirname(fileURLToPath(import.meta.url)), '../../helpers/edit-lines.ts');

const PROMPT = 'web:/srv$ ';

interface Editor extends Terminal {
  /** Resolves once the screen ends with that. */
  shows(rows: string): Promise<void>;
  /** Resolves once that was entered; anything else entered before is a failure. */
  enters(text: string): Promise<void>;
}

function editorOn(terminal: Terminal): Editor {
  const { shows } = plainScreen(terminal);
  return {
    ...terminal,
    shows,
    async enters(text) {
      const [, found = ''] = await terminal.sees(/(\{"kind":"[^\n]*\})\r\n/);
      assert.equal(JSON.parse(found), { kind: 'line', text });
      await shows(PROMPT);
    },
  };
}

const COMMAND = `${process.execPath} --import ${import.meta.resolve('tsx')} ${SCRIPT}`;

/** Runs `body` at the editor's first prompt, then leaves with ^D and compares the terminal's settings. */
async function inEditor(body: (editor: Editor) => Promise<void>): Promise<void> {
  await using world: CliWorld = cliWorld();
  using terminal = openTerminal(world);
  const before = await terminal.run('stty -a');
  const editor = editorOn(terminal);
  terminal.type(`${COMMAND}; echo "left $?"\r`);
  await editor.shows(PROMPT);
  await body(editor);
  terminal.type('\u0004');
  await terminal.sees(/\{"kind":"end"\}\r\n(?:.*\r\n)?left 0\r\n/);
  assert.is(await terminal.run('stty -a'), before);
  assert.match(terminal.text(), /\u001b\[\?2004l(?![\s\S]*\u001b\[\?2004h)/, 'pastes are not marked any more');
}

test('reads lines with the usual keys, in any script, and walks back to them', () =>
  inEditor(async (editor) => {
    editor.type('echo wrold\u001b[D\u001b[D\u001b[D\u001b[D\u007f\u001b[Corl\u001b[3~\u001b[3~');
    editor.type('\u0005\u0015echo 漢字 ü😀\u001b[D\u007f');
    editor.type('e\u0301\r');
    await editor.enters('echo 漢字 e\u0301😀');
    editor.type('!! !$ ^a^b^\r');
    await editor.enters('!! !$ ^a^b^');
    editor.type('\u001b[A\u001b[A\r');
    await editor.enters('echo 漢字 e\u0301😀');
  }));

test('goes on in the next line until the command is whole, and gives it up at Ctrl-C', () =>
  inEditor(async (editor) => {
    editor.type('cat <<E\r');
    await editor.shows('$ cat <<E\n> ');
    editor.type('a  $x\r');
    await editor.shows('$ cat <<E\n> a  $x\n> ');
    editor.type('E\r');
    await editor.enters('cat <<E\na  $x\nE');
    editor.type("echo 'open\r");
    await editor.shows("$ echo 'open\n> ");
    editor.type('\u0003');
    await editor.shows(`> ^C\n${PROMPT}`);
    editor.type('ls\r');
    await editor.enters('ls');
    editor.type('\u001b[A\u001b[A\u001b[A');
    await editor.shows('$ cat <<E\n> a  $x\n> E');
    editor.type('\u0003');
    await editor.shows(`> E^C\n${PROMPT}`);
  }));

test('runs nothing of a paste before Enter, wherever it has line ends, and shows what it hides', () =>
  inEditor(async (editor) => {
    editor.type('\u001b[200~rm -rf a\r\nrm -rf b\r\u001b[201~');
    await editor.shows('$ rm -rf a\n> rm -rf b\n> ');
    editor.type('\u0003');
    await editor.shows(`^C\n${PROMPT}`);
    // The end mark of a paste, and an Enter, hidden in what was copied.
    editor.type('\u001b[200~echo one\u001b[201~\r');
    await editor.shows('$ echo one\n> ');
    editor.type('\u0003');
    await editor.shows(`^C\n${PROMPT}`);
    await delay(100);
    // A terminal that does not mark pastes: what comes in one read is one text.
    editor.type('echo two\recho three\r');
    await editor.enters('echo two\necho three');
    editor.type('\u001b[200~rm \u202egpj.\u0003x\u001b[201~');
    await editor.shows('$ rm \\u{202e}gpj.\\u{3}x');
    await delay(100);
    editor.type('\r');
    await editor.enters('rm \u202egpj.\u0003x');
  }));

test('drops what was typed before the prompt, and says so', () =>
  inEditor(async (editor) => {
    editor.type('sleep\r');
    await editor.sees(/"text":"sleep"\}\r\n/);
    editor.type('rm -rf a\r\u0004rm -rf b');
    await editor.sees(/dropped 18\r+\n/);
    await editor.shows(PROMPT);
    editor.type('ls\r');
    await editor.enters('ls');
  }));

test('ends at ^D on an empty line, and does nothing with what came in the same write', async () => {
  await using world: CliWorld = cliWorld();
  using terminal = openTerminal(world);
  await terminal.run('true');
  terminal.type(`${COMMAND}; echo "left $?"\r`);
  await editorOn(terminal).shows(PROMPT);
  terminal.type('\u0004touch x\r');
  await terminal.sees(/\{"kind":"end"\}\r\n(?:.*\r\n)?left 0\r\n/);
  assert.not.match(terminal.text(), /"kind":"line"/);
});

test('completes paths, and follows the window', () =>
  inEditor(async (editor) => {
    editor.type('cat sr\t');
    await editor.shows('$ cat src/');
    editor.type('m\t');
    await editor.shows('$ cat src/main.t');
    editor.type('\t');
    await editor.shows('$ cat src/main.t\nsrc/main.ts  src/main.test.ts\nweb:/srv$ cat src/main.t');
    editor.type('s\t');
    await editor.shows('$ cat src/main.ts ');
    editor.resize(16, 24);
    await editor.shows('$ cat sr\nc/main.ts ');
    editor.type('\r');
    await editor.enters('cat src/main.ts ');
    editor.resize(80, 24);
  }));

test('is suspended by Ctrl-Z with the terminal as it was, and goes on where it stood', async () => {
  await using world: CliWorld = cliWorld();
  using terminal = openTerminal(world);
  await terminal.run('set -m');
  const editor = editorOn(terminal);
  terminal.type(`${COMMAND}\r`);
  await editor.shows(PROMPT);
  editor.type('echo half\u001a');
  await editor.sees(/\^Z\r+\n[\s\S]*Stopped[^\n]*\n/);
  await delay(200);
  editor.type('stty -a | grep -o " -*icanon"; fg\r');
  await editor.sees(/ icanon\r\n/);
  await editor.shows('$ echo half');
  editor.type(' done\r');
  await editor.enters('echo half done');
  terminal.type('\u0004');
  await terminal.sees(/"kind":"end"/);
});

test('gives the terminal back where it is asked to end', async () => {
  await using world: CliWorld = cliWorld();
  using terminal = openTerminal(world);
  const before = await terminal.run('stty -a');
  terminal.type(`sh -c 'echo pid=$$; exec ${COMMAND}'\r`);
  const [, pid] = await terminal.sees(/^pid=(\d+)\r$/m);
  await editorOn(terminal).shows(PROMPT);
  process.kill(Number(pid), 'SIGTERM');
  await terminal.sees(/\{"kind":"signal","name":"SIGTERM"\}\r\n/);
  assert.is(await terminal.run('stty -a'), before);
});

test.run();
