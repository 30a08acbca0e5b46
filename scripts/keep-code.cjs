// Runs the bundled CLI once and keeps what Node compiled for it beside it, for bin/run.cjs: node scripts/keep-code.cjs CLI WORD…
'use strict';
const { renameSync, writeFileSync } = require('node:fs');
const { pathToFileURL } = require('node:url');
const { compile } = require('../bin/load-cli.cjs');

const [cli, ...words] = process.argv.slice(2);
const { script, run } = compile(cli, undefined);
process.argv = [process.argv[0], 'sallyport', ...words];
process.on('exit', () => {
  writeFileSync(`${cli}.code.new`, script.createCachedData());
  // A CLI that starts meanwhile finds it whole, or not at all.
  renameSync(`${cli}.code.new`, `${cli}.code`);
});
run().runCli(pathToFileURL(__filename).href);
