// Style, script and icon of a recording's page, as text: they are served, never run here.

export const PAGE_STYLE = `:root {
  --paper: #f6f6f3; --card: #ffffff; --ink: #23262b; --soft: #666c75; --line: #dcdcd6; --accent: #3d5a80;
  --good: #2c6e49; --good-back: #e3f0e8; --bad: #a4303f; --bad-back: #f8e4e6; --warn: #8a5a00; --warn-back: #f7ecd5;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #17191c; --card: #1f2226; --ink: #e2e4e8; --soft: #969ca6; --line: #32363c; --accent: #9db8d9;
    --good: #86d0a3; --good-back: #1d3428; --bad: #f0929d; --bad-back: #40222a; --warn: #e8bd6c; --warn-back: #3a2f19;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0 auto; max-width: 1280px; padding: 28px 32px 40px; background: var(--paper); color: var(--ink);
  font: 15px/1.5 system-ui, "Segoe UI", "Helvetica Neue", "DejaVu Sans", sans-serif;
}
.brand { margin: 0; color: var(--accent); font-weight: 600; letter-spacing: .02em; }
.brand span { margin-left: 8px; color: var(--soft); font-weight: 400; letter-spacing: 0; }
h1 {
  margin: 10px 0 12px; max-height: 7.2em; overflow: auto; white-space: pre-wrap; overflow-wrap: anywhere;
  font: 600 19px/1.45 ui-monospace, "Cascadia Code", Menlo, Consolas, "DejaVu Sans Mono", monospace;
}
.chips { display: flex; flex-wrap: wrap; gap: 8px; margin: 0 0 16px; }
.chip { padding: 2px 11px; border-radius: 999px; background: var(--line); font-size: 13px; font-weight: 600; }
.chip.good { background: var(--good-back); color: var(--good); }
.chip.bad { background: var(--bad-back); color: var(--bad); }
.chip.warn { background: var(--warn-back); color: var(--warn); }
dl { display: flex; flex-wrap: wrap; gap: 6px 30px; margin: 0 0 22px; font-size: 14px; }
dl div { display: flex; gap: 7px; min-width: 0; }
dt { color: var(--soft); }
dd { margin: 0; overflow-wrap: anywhere; }
main { display: grid; grid-template-columns: minmax(0, 1fr) 300px; gap: 24px; align-items: start; }
#player {
  min-width: 0; overflow: auto hidden; border: 1px solid var(--line); border-radius: 8px;
  box-shadow: 0 1px 3px rgb(0 0 0 / .18);
}
div.ap-wrapper div.ap-player { border-radius: 8px; }
nav {
  position: relative; max-height: 74vh; overflow: auto;
  background: var(--card); border: 1px solid var(--line); border-radius: 8px;
}
h2 {
  position: sticky; top: 0; margin: 0; padding: 10px 14px; border-bottom: 1px solid var(--line); background: var(--card);
  color: var(--soft); font-size: 13px; font-weight: 600;
}
ol { margin: 0; padding: 6px; list-style: none; }
nav button {
  display: grid; grid-template-columns: 54px minmax(0, 1fr); width: 100%; padding: 6px 8px; border: 0; border-radius: 5px;
  background: none; color: inherit; font: inherit; font-size: 13px; text-align: left; cursor: pointer;
}
nav button:hover, nav button[aria-current] { background: color-mix(in srgb, var(--accent) 13%, transparent); }
nav button[aria-current] time { color: var(--accent); font-weight: 600; }
nav button:focus-visible { outline: 2px solid var(--accent); outline-offset: -2px; }
nav time { color: var(--soft); font-variant-numeric: tabular-nums; }
nav b { font-weight: 600; overflow-wrap: anywhere; }
nav span { grid-column: 2; color: var(--soft); overflow-wrap: anywhere; }
.none { margin: 0; padding: 10px 14px; color: var(--soft); font-size: 13px; }
footer { margin-top: 18px; color: var(--soft); font-size: 13px; line-height: 2; }
footer span { margin-left: 14px; }
kbd {
  margin-left: 10px; padding: 1px 6px; border: 1px solid var(--line); border-radius: 4px; background: var(--card);
  font: 12px ui-monospace, Menlo, Consolas, "DejaVu Sans Mono", monospace;
}
kbd:first-child, kbd + kbd { margin-left: 0; }
@media (max-width: 900px) {
  body { padding: 18px 16px 28px; }
  main { grid-template-columns: minmax(0, 1fr); }
  nav { max-height: 50vh; }
  /* A wide terminal stays readable: it scrolls in its frame instead of shrinking to the window. */
  .ap-wrapper { min-width: 620px; }
}
`;

// Runs in the browser. It reads the recording itself, since the stock parser shows raw marker data, stops at a line
// that was cut, and makes a screen of whatever size a recording asks for.
export const PAGE_SCRIPT = `'use strict';
const list = document.querySelector('nav');
const buttons = Array.from(list.querySelectorAll('button'));

async function parse(response) {
  const lines = (await response.text()).split('\\n');
  const header = JSON.parse(lines[0]);
  const events = [];
  let markers = 0;
  for (const line of lines.slice(1)) {
    if (line === '') continue;
    let event;
    try { event = JSON.parse(line); } catch { break; }
    const [time, code, data] = Array.isArray(event) ? event : [];
    if (typeof time !== 'number' || typeof data !== 'string') break;
    if (code === 'm') {
      const button = buttons[markers];
      markers += 1;
      if (button !== undefined) events.push([time * 1000, 'm', button.dataset.label]);
    } else if (code === 'r') {
      events.push([time * 1000, 'r', data.split('x').map(within).join('x')]);
    } else if (code === 'o') {
      events.push([time * 1000, 'o', data]);
    }
  }
  if (events.length === 0) events.push([0, 'o', '']);
  return { cols: within(header.width || 80), rows: within(header.height || 24), events };
}

function within(cells) {
  return Math.min(Math.max(Number(cells) || 1, 1), 500);
}

function show(index) {
  buttons.forEach((button, at) => {
    if (at !== index) return button.removeAttribute('aria-current');
    button.setAttribute('aria-current', 'step');
    // Not scrollIntoView: that would move the page away from the player.
    list.scrollTop = button.offsetTop - list.clientHeight / 2;
  });
}

const frame = document.getElementById('player');
if (frame !== null) {
  const player = AsciinemaPlayer.create({ url: 'recording.cast', parser: parse }, frame, {
    autoPlay: true,
    controls: true,
    idleTimeLimit: 2,
    fit: 'width',
    theme: 'asciinema',
  });
  player.addEventListener('marker', (event) => show(event.index));
  buttons.forEach((button, index) => {
    button.addEventListener('click', async () => {
      await player.seek({ marker: index });
      show(index);
    });
  });
}
`;

export const PAGE_ICON = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="7" fill="#3d5a80"/>
<path d="M7 26V13a9 9 0 0 1 18 0v13h-4V13a5 5 0 0 0-10 0v13z" fill="#fff"/><path d="M14.5 15h3v11h-3z" fill="#fff"/></svg>
`;
