// Proves that JavaScript for Node only computes and prints. Every name must be known to be harmless or be bound by the
// code itself; members are free but for those that lead out: a harmless value reaches everything by its `constructor`.
import {
  JAVASCRIPT_DOORS,
  JAVASCRIPT_ENVIRONMENT,
  JAVASCRIPT_GLOBALS,
  JAVASCRIPT_KEYWORDS,
  JAVASCRIPT_MODULES,
  JAVASCRIPT_OBJECTS,
  JAVASCRIPT_VALUES,
} from './javascript-names.ts';
import { javascriptTokens } from './javascript-tokens.ts';
import { type Plain, unproven } from './plain.ts';
import { literalOf, type Token, textAt } from './tokens.ts';

interface Code {
  readonly tokens: readonly Token[];
  readonly bound: ReadonlySet<string>;
  /** Name in the code → module. */
  readonly modules: ReadonlyMap<string, string>;
  readonly reads: string[];
  readonly writes: string[];
}

/** Proves the code, or throws `Unproven`. */
export function proveJavascript(text: string): Plain {
  const tokens = javascriptTokens(text);
  const modules = modulesOf(tokens);
  const code: Code = { tokens, modules, bound: boundNames(tokens, modules), reads: [], writes: [] };
  tokens.forEach((token, index) => {
    if (token.kind === 'name') checkName(code, index);
    else if (token.kind === 'string') checkString(token.text);
    else if (token.text === '[') checkBracket(code, index);
    else if (token.text === ':' && textAt(tokens, index - 1) === ']') unproven();
  });
  return { reads: code.reads, writes: code.writes };
}

// `const NAME = require('module')`, and the modules that `-e` knows by name.
function modulesOf(tokens: readonly Token[]): Map<string, string> {
  const found = new Map(Object.keys(JAVASCRIPT_MODULES).map((name) => [name, name]));
  tokens.forEach((token, index) => {
    if (!/^(const|let|var)$/.test(token.text) || textAt(tokens, index + 3) !== 'require') return;
    const module = requiredAt(tokens, index + 3);
    const name = textAt(tokens, index + 1);
    if (module === undefined || !Object.hasOwn(JAVASCRIPT_MODULES, module) || textAt(tokens, index + 7) === '.') return;
    if (JAVASCRIPT_GLOBALS.has(name) && name !== module) unproven();
    found.set(name, module);
  });
  return found;
}

// The module in `require('…')`, without its `node:`.
function requiredAt(tokens: readonly Token[], index: number): string | undefined {
  if (textAt(tokens, index + 1) !== '(' || textAt(tokens, index + 3) !== ')') return undefined;
  return literalOf(tokens[index + 2])?.replace(/^node:/, '');
}

// Names after `const`, `function` and the like, and parameters. One that Node knows as well is nobody's own.
function boundNames(tokens: readonly Token[], modules: ReadonlyMap<string, string>): Set<string> {
  const found = new Set<string>();
  const bind = (index: number) => {
    const token = tokens[index];
    // Words of the language that may be names as well.
    if (/^(of|let|undefined|NaN|Infinity)$/.test(token?.text ?? '')) unproven();
    if (token?.kind !== 'name' || JAVASCRIPT_KEYWORDS.has(token.text) || modules.has(token.text)) return;
    if (JAVASCRIPT_GLOBALS.has(token.text) || JAVASCRIPT_DOORS.has(token.text)) unproven();
    found.add(token.text);
  };
  // `let a = 1, b = 2`: how deep in brackets the declaration stands that is not ended yet.
  let declared: number | undefined;
  let depth = 0;
  tokens.forEach((token, index) => {
    if (/^[[{(]$/.test(token.text)) depth++;
    else if (/^[\]})]$/.test(token.text)) depth--;
    if (declared !== undefined && (depth < declared || (depth === declared && token.text === ';')))
      declared = undefined;
    if (/^(const|let|var|function|catch)$/.test(token.text)) {
      if (/^(const|let|var)$/.test(token.text)) declared = depth;
      bind(index + 1);
      if (/^[[{(]$/.test(textAt(tokens, index + 1))) bindGroup(tokens, index + 1, bind);
      if (token.text === 'function' && textAt(tokens, index + 2) === '(') bindGroup(tokens, index + 2, bind);
    } else if (token.text === '=>') {
      if (textAt(tokens, index - 1) === ')') bindGroup(tokens, openOf(tokens, index - 1), bind);
      else bind(index - 1);
    } else if (token.text === ',' && depth === declared) bind(index + 1);
  });
  return found;
}

function bindGroup(tokens: readonly Token[], open: number, bind: (index: number) => void): void {
  let depth = 0;
  for (let at = open; at < tokens.length; at++) {
    if (/^[[{(]$/.test(textAt(tokens, at))) depth++;
    else if (/^[\]})]$/.test(textAt(tokens, at))) depth--;
    else if (textAt(tokens, at - 1) !== '=') bind(at);
    if (depth === 0) return;
  }
}

function openOf(tokens: readonly Token[], close: number): number {
  let depth = 0;
  for (let at = close; at >= 0; at--) {
    if (/^[\]})]$/.test(textAt(tokens, at))) depth++;
    else if (/^[[{(]$/.test(textAt(tokens, at))) depth--;
    if (depth === 0) return at;
  }
  return unproven();
}

function checkString(text: string): void {
  const value = text.slice(1, -1);
  if (JAVASCRIPT_DOORS.has(value) || value.startsWith('__')) unproven();
}

const BEGINS_ARRAY = /^([=(,[:?;{]|=>|&|\||\+|return|of|in|\.\.\.|)$/;

// A member by a computed name could be any: only numbers and plain strings may stand there.
function checkBracket({ tokens }: Code, index: number): void {
  const before = tokens[index - 1];
  if (before === undefined || BEGINS_ARRAY.test(before.text)) return;
  const [member, close] = [tokens[index + 1], textAt(tokens, index + 2)];
  if (close !== ']' || (member?.kind !== 'number' && literalOf(member) === undefined)) unproven();
}

function checkName(code: Code, index: number): void {
  const { tokens } = code;
  const name = textAt(tokens, index);
  const before = textAt(tokens, index - 1);
  if (name === 'require') {
    takeRequire(code, index);
    return;
  }
  if (name === 'of' && !/^(const|let|var)$/.test(textAt(tokens, index - 2)) && !/^[\]}]$/.test(before)) unproven();
  if (JAVASCRIPT_DOORS.has(name) || (name.startsWith('_') && name !== '_')) unproven();
  if (before === '.' || before === '?.') return;
  // A key of an object: `{ name: 1 }`.
  if (textAt(tokens, index + 1) === ':' && /^[{,]$/.test(before)) return;
  if (code.modules.has(name)) {
    if (/^(const|let|var)$/.test(before)) return;
    takeMember(code, index + 1, code.modules.get(name) ?? '');
  } else if (Object.hasOwn(JAVASCRIPT_OBJECTS, name)) checkObject(code, index, name);
  else if (!JAVASCRIPT_KEYWORDS.has(name) && !JAVASCRIPT_VALUES.has(name) && !code.bound.has(name)) unproven();
}

function checkObject({ tokens }: Code, index: number, name: string): void {
  const member = textAt(tokens, index + 2);
  const isCalled = (name === 'Array' || name === 'Promise') && textAt(tokens, index - 1) === 'new';
  if (isCalled) return;
  if (textAt(tokens, index + 1) !== '.') unproven();
  if (name === 'process' && member === 'env') {
    if (textAt(tokens, index + 3) !== '.' || !JAVASCRIPT_ENVIRONMENT.has(textAt(tokens, index + 4))) unproven();
  } else if (JAVASCRIPT_OBJECTS[name]?.has(member) !== true) unproven();
}

// `require('fs').readFileSync('x')`, `require('./package.json').version`, `require('typescript').version`.
function takeRequire(code: Code, index: number): void {
  const { tokens } = code;
  const module = requiredAt(tokens, index) ?? unproven();
  const declares = textAt(tokens, index - 1) === '=' && /^(const|let|var)$/.test(textAt(tokens, index - 3));
  if (Object.hasOwn(JAVASCRIPT_MODULES, module)) {
    if (textAt(tokens, index + 4) === '.') takeMember(code, index + 4, module);
    else if (!declares) unproven();
  } else if (/^\.{0,2}\/.*\.json$/.test(module)) code.reads.push(module);
  else if (!/^[@a-z][\w@./-]*$/.test(module) || JAVASCRIPT_GLOBALS.has(module) || module.includes('..')) unproven();
  else if (textAt(tokens, index + 4) !== '.' || textAt(tokens, index + 5) !== 'version') unproven();
}

function takeMember(code: Code, dot: number, module: string): void {
  const { tokens } = code;
  const member = textAt(tokens, dot + 1);
  if (textAt(tokens, dot) !== '.' || JAVASCRIPT_MODULES[module]?.has(member) !== true) unproven();
  if (module !== 'fs' || member === 'existsSync') return;
  if (textAt(tokens, dot + 2) !== '(' || !/^[,)]$/.test(textAt(tokens, dot + 4))) unproven();
  const file = tokens[dot + 3];
  if (member === 'readFileSync') {
    // 0 is the standard input.
    if (file?.text !== '0') code.reads.push(literalOf(file) ?? unproven());
  } else code.writes.push(literalOf(file) ?? unproven());
}
