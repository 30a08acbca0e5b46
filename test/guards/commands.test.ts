// The command line is a contract: names, arguments, flags and summaries of every command, compared with what was agreed.
// After a change that is meant: npm run build && UPDATE_SNAPSHOT=1 node --import tsx test/run.ts guards/commands
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';

const test = suite('commands');
const HERE = dirname(fileURLToPath(import.meta.url));
const ROOT = join(HERE, '..', '..');
const SNAPSHOT = join(HERE, 'commands.snapshot.json');

interface Flag {
  readonly type: 'boolean' | 'option';
  readonly char?: string;
  readonly summary?: string;
  readonly description?: string;
  readonly required?: boolean;
  readonly allowNo?: boolean;
  readonly default?: unknown;
  readonly options?: readonly string[];
  readonly exclusive?: readonly string[];
}

interface Manifest {
  readonly commands: Readonly<
    Record<
      string,
      {
        readonly summary?: string;
        readonly description?: string;
        readonly examples?: readonly unknown[];
        readonly args: Readonly<Record<string, { readonly required?: boolean; readonly description?: string }>>;
        readonly flags: Readonly<Record<string, Flag>>;
      }
    >
  >;
}

const manifest = JSON.parse(readFileSync(join(ROOT, 'oclif.manifest.json'), 'utf8')) as Manifest;
const commands = Object.entries(manifest.commands).sort(([a], [b]) => (a < b ? -1 : 1));

/** What a caller can rely on, and nothing of how oclif writes it down. */
function contract(): unknown {
  return Object.fromEntries(
    commands.map(([id, { summary, args, flags }]) => [
      id.replaceAll(':', ' '),
      {
        summary,
        args: Object.entries(args).map(([name, { required }]) => (required === true ? name : `[${name}]`)),
        flags: Object.fromEntries(
          Object.entries(flags)
            .sort(([a], [b]) => (a < b ? -1 : 1))
            .map(([name, flag]) => [name, flagContract(flag)]),
        ),
      },
    ]),
  );
}

function flagContract({ type, char, required, allowNo, default: value, options, exclusive }: Flag): string {
  return [
    type === 'boolean' ? 'switch' : 'value',
    ...(char === undefined ? [] : [`-${char}`]),
    ...(required === true ? ['required'] : []),
    ...(allowNo === true ? ['or --no-'] : []),
    ...(value === undefined ? [] : [`default ${JSON.stringify(value)}`]),
    ...(options === undefined ? [] : [`one of ${options.join(', ')}`]),
    ...(exclusive === undefined || exclusive.length === 0 ? [] : [`not with ${exclusive.join(', ')}`]),
  ].join(', ');
}

test('are those of the snapshot', () => {
  const now = `${JSON.stringify(contract(), null, 2)}\n`;
  if (process.env.UPDATE_SNAPSHOT === '1') writeFileSync(SNAPSHOT, now);
  assert.fixture(now, readFileSync(SNAPSHOT, 'utf8'));
});

test('are one for each file in src/commands: the build is of these sources', () => {
  const folder = join(ROOT, 'src/commands');
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));
  const ids = files.map((file) =>
    relative(folder, join(folder, file))
      .replace(/(\/index)?\.ts$/, '')
      .replaceAll('/', ':'),
  );
  assert.equal(ids.sort(), commands.map(([id]) => id).sort());
});

test('each say in a line what they do, and what every argument and flag is', () => {
  for (const [id, { summary, args, flags }] of commands) {
    assert.match(summary ?? '', /^[a-z].{10,}[^.]$/, `${id}: a lower-case line without a full stop`);
    for (const [name, { description }] of Object.entries(args)) assert.ok(description, `${id} ${name}`);
    for (const [name, flag] of Object.entries(flags)) assert.ok(flag.description ?? flag.summary, `${id} --${name}`);
  }
});

test('have an example where they take more than flags', () => {
  for (const [id, { args, examples }] of commands) {
    if (Object.keys(args).length > 0) assert.ok((examples ?? []).length > 0, id);
  }
});

test('all take --json and --config', () => {
  for (const [id, { flags }] of commands) {
    assert.ok(flags.json !== undefined && flags.config !== undefined, id);
  }
});

test.run();
