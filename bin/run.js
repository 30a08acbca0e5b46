#!/usr/bin/env node
// Starts the built CLI, a bundle (docs/decisions/0024): the stack of an error names the sources all the same, and where Node can
// keep what it compiled, it does so inside dist, where whoever could write chooses what runs anyway.
import { readFileSync } from 'node:fs';
import * as node from 'node:module';
import { fileURLToPath } from 'node:url';

const PLACE = /(file:\/\/[^\s()]+):(\d+):(\d+)/;

node.enableCompileCache?.(fileURLToPath(new URL('../dist/compile-cache', import.meta.url)));
// Asked only for errors whose stack is read.
Error.prepareStackTrace = (error, frames) =>
  [Error.prototype.toString.call(error), ...frames.map((frame) => `    at ${frame}`.replace(PLACE, inSource))].join(
    '\n',
  );

const { runCli } = await import('../dist/lib/cli/main.js');
await runCli(import.meta.url);

/** The place in the sources; the one in the bundle where there is no map for it. */
function inSource(place, url, line, column) {
  try {
    const map = new node.SourceMap(JSON.parse(readFileSync(fileURLToPath(`${url}.map`), 'utf8')));
    const { originalSource, originalLine, originalColumn } = map.findEntry(line - 1, column - 1);
    if (originalSource === undefined) return place;
    return `${new URL(originalSource, url)}:${originalLine + 1}:${originalColumn + 1}`;
  } catch {
    return place;
  }
}
