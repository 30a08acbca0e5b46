#!/usr/bin/env node
// Starts the built CLI, one file with what Node compiled of it at build time; the stack of an error names the sources all the same.
'use strict';
const { readFileSync } = require('node:fs');
const { basename, join } = require('node:path');
const { pathToFileURL } = require('node:url');
const { compile } = require('./load-cli.cjs');

const CLI = join(__dirname, '../dist/lib/cli/cli.cjs');

/** Of the bundle to the sources: megabytes, read once where a stack is. */
let map;

// Asked only for errors whose stack is read.
Error.prepareStackTrace = (error, frames) =>
  [Error.prototype.toString.call(error), ...frames.map((frame) => `    at ${inSource(frame)}`)].join('\n');

compile(CLI, codeOf(CLI)).run().runCli(pathToFileURL(__filename).href);

/** What the build kept; undefined where it could keep nothing. */
function codeOf(file) {
  try {
    return readFileSync(`${file}.code`);
  } catch {
    return undefined;
  }
}

function readMap() {
  const { SourceMap } = require('node:module');
  return new SourceMap(JSON.parse(readFileSync(`${CLI}.map`, 'utf8')));
}

/** A frame with its place in the sources; with the one in the bundle where there is no map for it. */
function inSource(frame) {
  const [file, line, column] = [frame.getFileName(), frame.getLineNumber(), frame.getColumnNumber()];
  // Kept code says where the build was.
  if (file === null || basename(file) !== basename(CLI)) return String(frame);
  try {
    map ??= readMap();
    const { originalSource, originalLine, originalColumn } = map.findEntry(line - 1, column - 1);
    if (originalSource === undefined) return String(frame);
    const source = `${new URL(originalSource, pathToFileURL(CLI))}:${originalLine + 1}:${originalColumn + 1}`;
    return String(frame).replace(`${file}:${line}:${column}`, source);
  } catch {
    return String(frame);
  }
}
