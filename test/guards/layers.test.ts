// Imports go downwards: walks every import of src with the TypeScript API and fails on an arrow that climbs, on a
// package or a global used outside the one file or room that owns it, and on a circle.
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
const lib = join(root, 'src/lib');

/** Rooms from the ground up; those on one floor never import each other. */
const FLOORS = [
  ['core'],
  ['ports'],
  ['config', 'kubernetes', 'policy', 'stream', 'os'],
  ['identity', 'credentials', 'targets', 'archive', 'store'],
  ['approval', 'leases', 'recording', 'audit'],
  ['session'],
  ['api'],
  ['broker'],
  ['cli'],
  ['commands'],
] as const;

/** Picked in one place: only the composition root may know which adapter stands behind a port. */
const ADAPTERS: readonly string[] = FLOORS[3];

/** What may use a package: a room, or a path within `src/lib`. */
const PACKAGE_OWNERS: Readonly<Record<string, readonly string[]>> = {
  '@bufbuild/protobuf': ['kubernetes/request/protobuf.ts'],
  '@oclif/core': [
    'commands',
    'cli/main.ts',
    'cli/own-commands.ts',
    'cli/base-command.ts',
    'cli/invocation-flags.ts',
    'cli/mask-flags.ts',
  ],
  '@xterm/headless': ['stream/mask/screen/screen-model.ts'],
  'asciinema-player': ['recording/web-page-assets.ts'],
  'better-sqlite3': ['store/driver.ts'],
  asn1js: ['targets/kubectl/session-certificate.ts'],
  canonicalize: ['core/digest.ts'],
  diff: ['kubernetes/effect/object-diff.ts'],
  execa: ['approval'],
  'get-east-asian-width': ['stream/mask/reading/character-width.ts'],
  chalk: ['cli/render.ts'],
  koffi: ['os/libc.ts'],
  kysely: ['store'],
  'node-pty': ['targets/pty.ts'],
  pkijs: ['targets/kubectl/session-certificate.ts'],
  re2js: ['policy/rules/rules.ts'],
  ssh2: ['targets/ssh-connection.ts'],
  unbash: ['policy'],
  ws: ['api', 'cli/attach.ts', 'kubernetes/server/upstream-channels.ts', 'kubernetes/streams/web-socket.ts'],
  yaml: ['config/document.ts', 'kubernetes'],
  zod: ['config', 'api/schemas.ts'],
};

interface Source {
  /** Relative to `src/lib`, or `commands/…`. */
  readonly path: string;
  readonly room: string;
  readonly imports: readonly { readonly specifier: string; readonly typeOnly: boolean }[];
  readonly tree: ts.SourceFile;
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => join(entry.parentPath, entry.name));
}

function load(file: string): Source {
  const tree = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.ES2023, true);
  const path = file.startsWith(lib) ? relative(lib, file) : relative(join(root, 'src'), file);
  return { path, room: path.split('/')[0] ?? '', imports: importsOf(tree), tree };
}

function importsOf(tree: ts.SourceFile): Source['imports'] {
  const found: { specifier: string; typeOnly: boolean }[] = [];
  const visit = (node: ts.Node): void => {
    if ((ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) && node.moduleSpecifier !== undefined) {
      const typeOnly = ts.isImportDeclaration(node) ? node.importClause?.isTypeOnly === true : node.isTypeOnly;
      found.push({ specifier: (node.moduleSpecifier as ts.StringLiteral).text, typeOnly });
    }
    const isDynamic = ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword;
    if (isDynamic && node.arguments[0] !== undefined && ts.isStringLiteral(node.arguments[0])) {
      found.push({ specifier: node.arguments[0].text, typeOnly: false });
    }
    ts.forEachChild(node, visit);
  };
  visit(tree);
  return found;
}

const sources = [...filesBelow(lib), ...filesBelow(join(root, 'src/commands'))].map(load);

function floorOf(room: string): number {
  return FLOORS.findIndex((rooms) => (rooms as readonly string[]).includes(room));
}

function target(source: Source, specifier: string): string {
  const from = source.path.startsWith('commands/') ? join(root, 'src', source.path) : join(lib, source.path);
  const file = resolve(dirname(from), specifier);
  return file.startsWith(lib) ? relative(lib, file) : relative(join(root, 'src'), file);
}

function isOwner(path: string, owners: readonly string[]): boolean {
  return owners.some((owner) => path === owner || path.startsWith(`${owner}/`));
}

const test = suite('guards: layers');

test('every folder of src/lib is a room with a floor', () => {
  const unknown = sources.filter(({ room }) => floorOf(room) === -1).map(({ path }) => path);
  assert.equal(unknown, []);
  assert.ok(sources.length > 150, `only ${sources.length} files were found`);
});

test('no import climbs to a higher floor or to a neighbour on the same one', () => {
  const climbing = sources.flatMap((source) =>
    source.imports
      .filter(({ specifier }) => specifier.startsWith('.'))
      .map(({ specifier }) => target(source, specifier))
      .filter((path) => {
        const room = path.split('/')[0] ?? '';
        return room !== source.room && floorOf(room) >= floorOf(source.room);
      })
      .map((path) => `${source.path} → ${path}`),
  );
  assert.equal(climbing, []);
});

test('only the broker room picks adapters', () => {
  const picking = sources.flatMap((source) =>
    source.imports
      .filter(({ specifier }) => specifier.startsWith('.'))
      .map(({ specifier }) => target(source, specifier))
      .filter((path) => {
        const room = path.split('/')[0] ?? '';
        return ADAPTERS.includes(room) && room !== source.room && source.room !== 'broker';
      })
      .map((path) => `${source.path} → ${path}`),
  );
  assert.equal(picking, []);
});

test('no files import each other in a circle', () => {
  const edges = new Map(
    sources.map((source) => [
      source.path,
      source.imports
        .filter(({ specifier, typeOnly }) => specifier.startsWith('.') && !typeOnly)
        .map(({ specifier }) => target(source, specifier)),
    ]),
  );
  const circles: string[] = [];
  const done = new Set<string>();
  const walk = (path: string, way: readonly string[]): void => {
    const at = way.indexOf(path);
    if (at !== -1) circles.push([...way.slice(at), path].join(' → '));
    if (at !== -1 || done.has(path)) return;
    for (const next of edges.get(path) ?? []) walk(next, [...way, path]);
    done.add(path);
  };
  // The policy room walks a recursive language: a command runs text, and text holds commands.
  for (const path of edges.keys()) walk(path, []);
  assert.equal(
    circles.filter((circle) => !circle.split(' → ').every((path) => path.startsWith('policy/'))),
    [],
  );
});

test('every package is used by the room or file that owns it, and by no other', () => {
  const strays: string[] = [];
  const used = new Set<string>();
  for (const source of sources) {
    for (const { specifier } of source.imports) {
      if (specifier.startsWith('.') || specifier.startsWith('node:')) continue;
      const name = specifier
        .split('/')
        .slice(0, specifier.startsWith('@') ? 2 : 1)
        .join('/');
      used.add(name);
      if (!isOwner(source.path, PACKAGE_OWNERS[name] ?? [])) strays.push(`${source.path}: ${name}`);
    }
  }
  assert.equal(strays, []);
  // asciinema-player is read as files, never imported.
  const declared = Object.keys(JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).dependencies);
  const unused = declared.filter((name) => !used.has(name) && name !== 'asciinema-player');
  assert.equal(unused, [], 'declared, and used nowhere');
});

/** `object.member` → the files that may say it. */
const GLOBAL_OWNERS: Readonly<Record<string, readonly string[]>> = {
  'process.env': ['cli/environment.ts'],
  'Date.now': ['core/clock.ts'],
  'Math.random': [],
  'console.log': [],
  'console.error': [],
};

test('the environment, the wall clock and randomness have one owner each', () => {
  const strays: string[] = [];
  for (const source of sources) {
    const visit = (node: ts.Node): void => {
      if (ts.isPropertyAccessExpression(node)) {
        const name = `${node.expression.getText()}.${node.name.text}`;
        const owners = Object.hasOwn(GLOBAL_OWNERS, name) ? GLOBAL_OWNERS[name] : undefined;
        if (owners !== undefined && !isOwner(source.path, owners)) strays.push(`${source.path}: ${name}`);
      }
      ts.forEachChild(node, visit);
    };
    visit(source.tree);
  }
  assert.equal(strays, []);
});

test('no file of src is longer than 250 lines', () => {
  const long = sources
    .map(({ path, tree }) => ({ path, lines: tree.getLineAndCharacterOfPosition(tree.getEnd()).line }))
    .filter(({ lines }) => lines > 250)
    .map(({ path, lines }) => `${path}: ${lines}`);
  assert.equal(long, []);
});

test.run();
