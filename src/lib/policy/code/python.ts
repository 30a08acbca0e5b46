// Proves that code in Python only computes and prints. Python finds names among its builtins, its imports and what the
// code binds itself, so code that names nothing dangerous does nothing dangerous; attributes are of a known list.
import { PLAIN, type Plain, unproven } from './plain.ts';
import { PYTHON_ATTRIBUTES, PYTHON_DANGEROUS, PYTHON_IMPURE, PYTHON_MODULES, PYTHON_PURE } from './python-names.ts';
import { literalOf, type Token, textAt, tokensOf } from './tokens.ts';

// No backslash outside of strings, and nothing but ASCII: Python folds other letters to these.
const TOKENS =
  /(?<skip>[ \t\n]+|#[ -~]*)|(?<string>[rRbBuUfF]{0,2}(?:'''(?:[^\\]|\\[\s\S])*?'''|"""(?:[^\\]|\\[\s\S])*?"""|'(?:[^'\\\n]|\\[\s\S])*'|"(?:[^"\\\n]|\\[\s\S])*"))|(?<number>(?:0[xXoObB][\da-fA-F_]+|\d[\d_]*(?:\.\d[\d_]*|\.(?!\.))?(?:[eE][+-]?\d+)?[jJ]?|\.\d+)(?![\w.]))|(?<name>[A-Za-z_]\w*)|(?<mark>[-+*/%=<>!&|^~()[\]{},:;.@])/y;

/** Proves the code, or throws `Unproven`. */
export function provePython(text: string): Plain {
  // A comment may name another encoding, in which the text reads differently.
  if (/#.*coding/.test(text)) return unproven();
  const tokens = tokensOf(text, TOKENS);
  const code: Code = { tokens, modules: new Map(), reads: [], writes: [] };
  const rest = takeImports(code);
  for (const index of rest) checkToken(code, index);
  return code.reads.length + code.writes.length === 0 ? PLAIN : { reads: code.reads, writes: code.writes };
}

interface Code {
  readonly tokens: readonly Token[];
  /** Name in the code → module, and the rest of its name that has to follow: `urllib` for `urllib.parse`. */
  readonly modules: Map<string, { readonly module: string; readonly rest: readonly string[] }>;
  readonly reads: string[];
  readonly writes: string[];
}

// Reads the imports, and answers the places of all other tokens.
function takeImports(code: Code): number[] {
  const { tokens } = code;
  const rest: number[] = [];
  for (let at = 0; at < tokens.length; at++) {
    const { kind, text } = tokens[at] ?? unproven();
    if (kind !== 'name' || textAt(tokens, at - 1) === '.' || !/^(import|from)$/.test(text)) {
      rest.push(at);
      continue;
    }
    at = text === 'import' ? takeImport(code, at + 1) : takeFrom(code, at + 1);
    at--;
  }
  return rest;
}

// `a.b as c, d`: answers the place behind it.
function takeImport(code: Code, start: number): number {
  let at = start;
  for (;;) {
    const [name, next] = dotted(code, at);
    at = next;
    let [local = '', ...rest] = name.split('.');
    if (textAt(code.tokens, at) === 'as') {
      local = nameAt(code, at + 1);
      rest = [];
      at += 2;
    }
    if (PYTHON_DANGEROUS.has(local) || name === 'antigravity') return unproven();
    code.modules.set(local, { module: name, rest });
    if (textAt(code.tokens, at) !== ',') return at;
    at++;
  }
}

function takeFrom(code: Code, start: number): number {
  const [module, next] = dotted(code, start);
  if (textAt(code.tokens, next) !== 'import') return unproven();
  let at = next + 1;
  for (;;) {
    const name = nameAt(code, at);
    if (!isKnownMember(module, name)) return unproven();
    at++;
    if (textAt(code.tokens, at) === 'as') {
      nameAt(code, at + 1);
      at += 2;
    }
    if (textAt(code.tokens, at) !== ',') return at;
    at++;
  }
}

function dotted(code: Code, start: number): [name: string, next: number] {
  let name = nameAt(code, start);
  let at = start + 1;
  while (textAt(code.tokens, at) === '.') {
    name += `.${nameAt(code, at + 1)}`;
    at += 2;
  }
  return [name, at];
}

function nameAt(code: Code, index: number): string {
  const token = code.tokens[index];
  return token?.kind === 'name' ? token.text : unproven();
}

function isKnownMember(module: string, name: string): boolean {
  if (name.startsWith('_')) return name === '__version__' || name === '__file__';
  if (PYTHON_PURE.has(module)) return !PYTHON_IMPURE.has(name);
  return Object.hasOwn(PYTHON_MODULES, module) && PYTHON_MODULES[module]?.has(name) === true;
}

function checkToken(code: Code, index: number): void {
  const token = code.tokens[index] ?? unproven();
  if (token.kind === 'string') checkString(code, token.text);
  if (token.kind === 'mark' && token.text === '@') unproven();
  if (token.kind !== 'name') return;
  if (textAt(code.tokens, index - 1) === '.') checkAttribute(code, index, token.text);
  else if (code.modules.has(token.text)) checkModule(code, index);
  else if (token.text === 'open') takeOpen(code, index);
  else if (PYTHON_DANGEROUS.has(token.text) || /^__(?!name__$|file__$|doc__$)/.test(token.text)) unproven();
}

// The module itself is no value that code may keep: `m = os` would hide what follows.
function checkModule(code: Code, index: number): void {
  const { module, rest } = code.modules.get(textAt(code.tokens, index)) ?? unproven();
  let at = index + 1;
  for (const part of rest) {
    if (textAt(code.tokens, at) !== '.' || textAt(code.tokens, at + 1) !== part) unproven();
    at += 2;
  }
  const member = textAt(code.tokens, at + 1);
  if (textAt(code.tokens, at) !== '.' || member === '') unproven();
  if (module === 'sys' && member === 'path') {
    // Shown, never changed: it says where modules are loaded from.
    const shown = /^(print|join|len|list|sorted|repr|str)$/.test(textAt(code.tokens, index - 2));
    if (!shown || textAt(code.tokens, index - 1) !== '(' || textAt(code.tokens, at + 2) !== ')') unproven();
  } else if (!isKnownMember(module, member)) unproven();
}

function checkAttribute(code: Code, index: number, name: string): void {
  const before = code.tokens[index - 2];
  if (isMemberOfModule(code, index)) return;
  if (name === 'format') {
    // Fields of a format may walk from object to object: `'{0.__globals__}'`.
    if (before?.kind !== 'string' || /\{[^}]*[.[!\\_]/.test(before.text)) unproven();
    return;
  }
  if (!PYTHON_ATTRIBUTES.has(name)) unproven();
}

// What follows a module was looked at with it.
function isMemberOfModule(code: Code, index: number): boolean {
  for (let at = index; textAt(code.tokens, at - 1) === '.'; ) {
    at -= 2;
    const head = code.tokens[at];
    if (head?.kind !== 'name') return false;
    if (textAt(code.tokens, at - 1) === '.') continue;
    const found = code.modules.get(head.text);
    return found !== undefined && index <= at + 2 * (found.rest.length + 1);
  }
  return false;
}

const MODES = /^(?:r|rt|rb|w|wt|wb|a|at|ab|x)$/;

// `open('name'[, 'mode'][, encoding='…'])`: the file is a fact.
function takeOpen(code: Code, index: number): void {
  const file = literalOf(code.tokens[index + 2]);
  if (textAt(code.tokens, index + 1) !== '(' || file === undefined || file === '') unproven();
  let at = index + 3;
  let mode = 'r';
  if (textAt(code.tokens, at) === ',' && code.tokens[at + 1]?.kind === 'string') {
    mode = literalOf(code.tokens[at + 1]) ?? unproven();
    at += 2;
  }
  while (textAt(code.tokens, at) === ',' && /^(encoding|errors|newline)$/.test(textAt(code.tokens, at + 1))) {
    if (textAt(code.tokens, at + 2) !== '=' || literalOf(code.tokens[at + 3]) === undefined) unproven();
    at += 4;
  }
  if (textAt(code.tokens, at) !== ')' || !MODES.test(mode)) unproven();
  (mode.startsWith('r') ? code.reads : code.writes).push(file);
}

// The expressions in `f'…{x}…'` are code as well.
function checkString(code: Code, text: string): void {
  const prefix = /^[A-Za-z]*/.exec(text)?.[0] ?? '';
  if (!/f/i.test(prefix)) return;
  const body = text.slice(prefix.length).replace(/^('''|"""|'|")([\s\S]*)\1$/, '$2');
  const rest = body.replace(/\{\{|\}\}/g, '').replace(/\{([^{}]*)\}/g, (_, inside: string) => {
    const [, expression = ''] = /^([\s\S]*?)(?:=?![rsa])?(?::[^'"[\](){}]*)?$/.exec(inside) ?? unproven();
    if (/[#\\]/.test(expression)) unproven();
    const tokens = tokensOf(expression.replace(/=\s*$/, ''), TOKENS);
    const inner: Code = { ...code, tokens };
    tokens.forEach((_each, index) => {
      checkToken(inner, index);
    });
    return '';
  });
  if (/[{}]/.test(rest)) unproven();
}
