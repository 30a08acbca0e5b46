// Loads the bundled CLI as `require` would, with the code that Node compiled of it before (docs/decisions/0026). V8 refuses code of
// another version of Node, and compiles the file anew.
'use strict';
const { readFileSync } = require('node:fs');
const { createRequire, wrap } = require('node:module');
const { dirname } = require('node:path');
const vm = require('node:vm');

/** The script of the bundle at `file`, and what runs it and returns its exports. The bundle is ASCII. */
exports.compile = function compile(file, cachedData) {
  const script = new vm.Script(wrap(readFileSync(file, 'latin1')), { filename: file, cachedData });
  return {
    script,
    run() {
      const module = { exports: {} };
      script.runInThisContext()(module.exports, createRequire(file), module, file, dirname(file));
      return module.exports;
    },
  };
};
