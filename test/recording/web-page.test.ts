// timeout: 180
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { get, type IncomingMessage, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { BrokerError } from '../../src/lib/core/errors.ts';
import { newSessionId } from '../../src/lib/core/ids.ts';
import { serveRecording, type WebPage } from '../../src/lib/recording/web-page.ts';
import { fakeClock } from '../helpers/fake-clock.ts';
import { needs } from '../helpers/needs.ts';
import { bytesOf, type Opened, openSample, output, recordSample, temporaryArchive } from './samples.ts';

interface Answer {
  readonly status: number;
  readonly headers: NodeJS.Dict<string | string[]>;
  readonly body: string;
}

function ask(url: string, options: { method?: string; host?: string } = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = request(
      url,
      {
        method: options.method ?? 'GET',
        agent: false,
        ...(options.host === undefined ? {} : { headers: { host: options.host } }),
      },
      (response) => {
        let body = '';
        response.on('data', (chunk) => {
          body += chunk;
        });
        response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body }));
        response.on('error', reject);
      },
    );
    sent.on('error', reject);
    sent.end();
  });
}

async function served<T>(sample: Pick<Opened, 'archive' | 'session'>, work: (page: WebPage) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  const page = await serveRecording({ ...sample, port: 0, signal: controller.signal });
  try {
    return await work(page);
  } finally {
    controller.abort();
    await page.closed;
  }
}

/** A deployment with something to see: colours, a marker of each kind, silence, a failure at the end. */
async function aSession(command = 'make deploy ENV=staging'): Promise<Opened> {
  const clock = fakeClock(1_750_000_000_000);
  const opened = await openSample({ clock, size: { cols: 90, rows: 24 }, command });
  const { recorder } = opened;
  const say = async (text: string, afterMs: number) => {
    clock.advance(afterMs);
    await recorder.record(output(text));
  };
  const note = async (name: string, data: Record<string, unknown>, afterMs = 5) => {
    clock.advance(afterMs);
    await recorder.record({ kind: 'marker', name, data });
  };
  await note('command.judged', { verdict: 'ask', rule: 'deploys', reason: 'a deployment is asked for' });
  await note('request.approved', { request: 'r-0123abcd', approvers: ['ines'] }, 4200);
  await note('credential.issued', { provider: 'ssh-ca', issuedAt: 1_750_000_004_000 }, 30);
  await say('\u001b[1m==> building\u001b[0m\r\n', 80);
  for (const step of ['compile', 'bundle', 'naïve → résumé 日本語 😀', 'upload'])
    await say(`  \u001b[32m✓\u001b[0m ${step}\r\n`, 120);
  await recorder.record({ kind: 'hidden-input', byteCount: 9 });
  await say('\u001b[1m==> rolling out\u001b[0m\r\n  web-1 \u001b[33mwaiting\u001b[0m\r\n', 200);
  await recorder.record({ kind: 'resize', size: { cols: 100, rows: 24 } });
  await say('  web-1 \u001b[31mfailed: health check\u001b[0m\r\n', 900);
  await note('client.signal', { signal: 'SIGINT' });
  await recorder.record({ kind: 'exit', status: { kind: 'code', code: 7 } });
  await recorder.close({ status: null });
  return opened;
}

test('the page is served at its own address only', async () => {
  const sample = await aSession();
  await served(sample, async ({ url }) => {
    assert.match(url, /^http:\/\/127\.0\.0\.1:\d+\/[0-9a-z]{32}\/$/);
    const page = await ask(url);
    assert.is(page.status, 200);
    assert.match(page.body, 'make deploy ENV=staging');
    const { origin } = new URL(url);
    for (const path of ['/', '/favicon.ico', `/${'0'.repeat(32)}/`, '/../../etc/passwd', '/%2e%2e/', '//']) {
      assert.is((await ask(`${origin}${path}`)).status, 404, path);
    }
    for (const path of [
      'manifest.json',
      '../',
      'recording.cast/x',
      'recording.cast?x',
      '%2e%2e/page.js',
      '__proto__',
    ]) {
      assert.is((await ask(url.slice(0, -1) + (path.startsWith('..') ? '/x/' : `/${path}`))).status, 404, path);
    }
    assert.is((await ask(`${url}recording.cast`)).body, (await bytesOf(sample.archive, sample.session)).toString());
  });
});

test('another host name is refused, as after DNS rebinding', async () => {
  await served(await aSession(), async ({ url }) => {
    const { port } = new URL(url);
    for (const host of [
      'evil.example',
      `evil.example:${port}`,
      `localhost:${port}`,
      '127.0.0.1',
      `127.0.0.1:${port}.evil.example`,
    ]) {
      const { status, body } = await ask(url, { host });
      assert.is(status, 403, host);
      assert.not.match(body, 'deploy');
    }
  });
});

test('only reading is possible', async () => {
  await served(await aSession(), async ({ url }) => {
    for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS', 'HEAD', 'PATCH']) {
      assert.is((await ask(url, { method })).status, 405, method);
    }
  });
});

test('every answer forbids what the page does not need', async () => {
  await served(await aSession(), async ({ url }) => {
    for (const file of ['', 'page.js', 'player.js', 'recording.cast', 'nothing']) {
      const { headers } = await ask(`${url}${file}`);
      const policy = String(headers['content-security-policy']);
      assert.match(policy, "default-src 'none'");
      assert.not.match(policy, "'unsafe-inline'");
      assert.not.match(policy, "'unsafe-eval'");
      assert.match(policy, "frame-ancestors 'none'");
      assert.is(headers['referrer-policy'], 'no-referrer');
      assert.is(headers['x-content-type-options'], 'nosniff');
      assert.is(headers['cache-control'], 'no-store');
    }
  });
});

test('what a recording says cannot become part of the page', async () => {
  const clock = fakeClock();
  const { archive, session, recorder } = await openSample({
    clock,
    command: `</title><script>alert(1)</script>" onload='x' & \u202egnp.exe \u001b[31m`,
  });
  await recorder.record({ kind: 'marker', name: 'note', data: { why: '"><img src=x onerror=alert(1)>' } });
  await recorder.close({ status: null });
  await served({ archive, session }, async ({ url }) => {
    const { body } = await ask(url);
    assert.not.match(body, '<script>alert');
    assert.not.match(body, '<img');
    assert.not.match(body, /[\u001b\u202e]/);
    assert.match(body, '&lt;script&gt;alert(1)&lt;/script&gt;&quot;');
    assert.match(body, '\\u{202e}gnp.exe \\u{1b}[31m');
  });
});

test('a recording that is not there is told as such', async () => {
  try {
    await serveRecording({
      archive: temporaryArchive(),
      session: newSessionId(),
      port: 0,
      signal: new AbortController().signal,
    });
    assert.unreachable();
  } catch (error) {
    assert.instance(error, BrokerError);
    assert.is((error as BrokerError).code, 'unknown-recording');
  }
});

test('a port that is taken is told as such', async () => {
  const sample = await aSession();
  await served(sample, async ({ url }) => {
    try {
      await serveRecording({ ...sample, port: Number(new URL(url).port), signal: new AbortController().signal });
      assert.unreachable();
    } catch (error) {
      assert.is((error as BrokerError).code, 'cannot-listen');
    }
  });
});

test('aborting ends serving, open connections included', async () => {
  const sample = await recordSample(Array.from({ length: 40 }, () => output('x'.repeat(1_000_000))));
  const controller = new AbortController();
  const page = await serveRecording({ ...sample, port: 0, signal: controller.signal });
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    get(`${page.url}recording.cast`, { agent: false }, resolve).on('error', reject);
  });
  // Nothing is read until the server has gone, so that the answer is under way when it goes.
  controller.abort();
  await page.closed;
  let received = 0;
  const error = await new Promise<unknown>((resolve) => {
    response.on('data', (chunk: Buffer) => {
      received += chunk.length;
    });
    response.on('error', resolve);
    response.on('end', () => resolve('it ended as if it were whole'));
  });
  assert.match(String(error), 'aborted');
  assert.ok(received < 40_000_000);
  assert.match(String(await ask(page.url).catch((refused: unknown) => refused)), 'ECONNREFUSED');
});

test('an altered recording is shown as such', async () => {
  const sample = await aSession();
  const manifest = (await sample.archive.getSidecar(sample.session, 'manifest.json')) ?? '';
  await sample.archive.putSidecar(sample.session, 'manifest.json', manifest.replace(/"sha256": "./, '"sha256": "z'));
  await served(sample, async ({ url }) => assert.match((await ask(url)).body, 'altered: the SHA-256'));
});

// ---- in a browser ----

let launched: Promise<Browser> | undefined;

/** One for all tests, with a profile of its own that goes with it. */
function browser(): Promise<Browser> {
  launched ??= chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
  return launched;
}

test.after(async () => {
  await (await launched)?.close();
});

interface Visit {
  readonly page: Page;
  readonly problems: string[];
}

async function visit(url: string, scheme: 'light' | 'dark' = 'light', width = 1280): Promise<Visit> {
  const page = await (await browser()).newPage({ colorScheme: scheme, viewport: { width, height: 820 } });
  const problems: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') problems.push(message.text());
  });
  page.on('pageerror', (error) => problems.push(String(error)));
  page.on('request', (sent) => {
    if (!sent.url().startsWith(url)) problems.push(`asked for ${sent.url()}`);
  });
  page.on('requestfailed', (sent) => problems.push(`failed: ${sent.url()}`));
  await page.goto(url);
  return { page, problems };
}

/** The player's screen, once `text` is on it. Read line by line: its spans are placed, not flowed. */
async function waitForText(page: Page, text: string): Promise<string> {
  await page.locator('.ap-line').filter({ hasText: text }).first().waitFor({ timeout: 20_000 });
  return screenOf(page);
}

async function screenOf(page: Page): Promise<string> {
  return (await page.locator('.ap-line').allTextContents()).map((line) => line.trimEnd()).join('\n');
}

needs(test, 'chromium')('the page plays the recording, and nothing in it fails or leaves the machine', async () => {
  await served(await aSession(), async ({ url }) => {
    const { page, problems } = await visit(url);
    const text = await waitForText(page, 'failed: health check');
    for (const line of ['==> building', '✓ compile', '✓ naïve → résumé 日本語 😀', 'web-1 failed: health check']) {
      assert.match(text, line);
    }
    assert.is(await page.locator('h1').textContent(), 'make deploy ENV=staging');
    const chips = await page.locator('.chip').allInnerTexts();
    assert.equal(chips, ['approved by ines', 'exit 7', 'matches its manifest']);
    const facts = (await page.locator('dl').textContent()) ?? '';
    for (const fact of ['here (shell)', 'unix:agent', '2025-06-15 15:06:40Z']) assert.match(facts, fact);
    const folder = process.env.SALLYPORT_SCREENSHOTS ?? mkdtempSync(join(tmpdir(), 'page-'));
    await page.screenshot({ path: join(folder, 'light.png'), fullPage: true });
    assert.ok(readFileSync(join(folder, 'light.png')).length > 10_000);
    assert.equal(problems, []);
    await page.close();
  });
});

needs(test, 'chromium')('a click on a marker jumps there', async () => {
  await served(await aSession(), async ({ url }) => {
    const { page, problems } = await visit(url, 'dark');
    await waitForText(page, 'failed: health check');
    const markers = page.locator('nav button');
    assert.is(await markers.count(), 6);
    const current = (name: string) => page.locator('nav button[aria-current]').filter({ hasText: name });
    // With the last marker the recording is over: what is still playing would play on from where a click leads.
    await current('exit').waitFor();
    await markers.filter({ hasText: 'input.hidden' }).click();
    await current('input.hidden').waitFor();
    // The list is told at once, the screen is drawn in a later frame.
    await page.locator('.ap-line').filter({ hasText: 'rolling out' }).waitFor({ state: 'detached', timeout: 20_000 });
    assert.match(await screenOf(page), '✓ upload');
    if (process.env.SALLYPORT_SCREENSHOTS !== undefined) {
      await page.screenshot({ path: join(process.env.SALLYPORT_SCREENSHOTS, 'dark.png'), fullPage: true });
      await page.setViewportSize({ width: 420, height: 900 });
      await page.screenshot({ path: join(process.env.SALLYPORT_SCREENSHOTS, 'narrow.png'), fullPage: true });
    }
    assert.equal(problems, []);
    await page.close();
  });
});

needs(test, 'chromium')('a recording cut in the middle of a line plays up to there, and says so', async () => {
  const { archive, session, recorder } = await openSample();
  await recorder.record(output('this much is known\r\n'));
  writeFileSync(archive.locate(session), '[1.5,"o","and this is lo', { flag: 'a' });
  await served({ archive, session }, async ({ url }) => {
    const { page, problems } = await visit(url);
    await waitForText(page, 'this much is known');
    assert.equal(await page.locator('.chip').allInnerTexts(), ['cut short: the end is missing', 'no manifest']);
    assert.equal(problems, []);
    await page.close();
  });
  await recorder.close({ status: null });
});

needs(test, 'chromium')('a recording with nothing in it opens', async () => {
  const { archive, session, recorder } = await openSample();
  await served({ archive, session }, async ({ url }) => {
    const { page, problems } = await visit(url);
    await page.locator('.ap-term-text').waitFor();
    assert.equal(problems, []);
    await page.close();
  });
  await recorder.close({ status: null });
});

needs(test, 'chromium')('hostile text neither runs nor breaks the page', async () => {
  const { archive, session } = await recordSample(
    [
      { kind: 'marker', name: 'note', data: { why: '"><img src=x onerror=document.title=1>' } },
      output(
        '\u001b[999999999;999999999H\u0000\u2028\u001b[H<img src=x onerror="document.title=1">\u001b]0;title\u0007\r\n',
      ),
    ],
    { command: '</h1><script>document.title=1</script>' },
  );
  await served({ archive, session }, async ({ url }) => {
    const { page, problems } = await visit(url);
    await waitForText(page, '<img src=x onerror');
    assert.is(await page.title(), '</h1><script>document.title=1</script> · sallyport');
    assert.is(await page.locator('main img').count(), 0);
    assert.equal(problems, []);
    await page.close();
  });
});

needs(test, 'chromium')('a screen of a hostile size does not bring the browser down', async () => {
  const { archive, session } = await recordSample([
    output('before\r\n'),
    { kind: 'resize', size: { cols: 65_535, rows: 65_535 } },
    output('\u001b[Hafter\r\n'),
  ]);
  await served({ archive, session }, async ({ url }) => {
    const { page, problems } = await visit(url);
    await waitForText(page, 'after');
    assert.is(await page.locator('.ap-line').count(), 500);
    assert.equal(problems, []);
    await page.close();
  });
});

needs(test, 'chromium')(
  'a line of a mebibyte and a thousand markers play, and the last listed marker jumps',
  async () => {
    const notes = Array.from({ length: 1000 }, (_, at) => ({ kind: 'marker', name: 'note', data: { at } }) as const);
    const { archive, session } = await recordSample([
      output('x'.repeat(1_048_576)),
      ...notes,
      output('\r\nthe end\r\n'),
    ]);
    await served({ archive, session }, async ({ url }) => {
      const { page, problems } = await visit(url);
      await waitForText(page, 'the end');
      const markers = page.locator('nav button');
      assert.is(await markers.count(), 500);
      await markers.last().click();
      await page.locator('nav button[aria-current]').filter({ hasText: 'at 499' }).waitFor();
      assert.equal(problems, []);
      await page.close();
    });
  },
);

for (const width of [1280, 400]) {
  needs(test, 'chromium')(`at ${width} pixels the page does not scroll sideways and its text can be read`, async () => {
    const command = `find /srv -name '${'*.'.repeat(60)}log' -newer /srv/stamp`;
    await served(await aSession(command), async ({ url }) => {
      const { page, problems } = await visit(url, 'light', width);
      await waitForText(page, 'failed: health check');
      const seen = await page.evaluate(() => ({
        overflow: document.documentElement.scrollWidth - document.documentElement.clientWidth,
        lineHeight: document.querySelector('.ap-line')?.getBoundingClientRect().height ?? 0,
      }));
      assert.is(seen.overflow, 0);
      assert.ok(seen.lineHeight >= 12, `lines are ${seen.lineHeight} px high`);
      const folder = process.env.SALLYPORT_SCREENSHOTS;
      if (folder !== undefined) await page.screenshot({ path: join(folder, `${width}.png`), fullPage: true });
      assert.equal(problems, []);
      await page.close();
    });
  });
}

test.run();
