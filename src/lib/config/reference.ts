// docs/config.md, written from the schema and the table of defaults, so that the page cannot say something else than
// the code. Pure: returns the text; a test holds the file to it.
import { z } from 'zod';
import { formatDuration } from '../core/duration.ts';
import type { Pack } from '../core/policy-document.ts';
import { CONFIG_FILE_MAX_BYTES } from './config-file.ts';
import { DEFAULTS, type Default } from './defaults.ts';
import { packSchema } from './policy-schema.ts';
import { configSchema } from './schema.ts';
import { formatSize } from './size.ts';

/** The whole page, Markdown. `packs`: the shipped ones. */
export function renderConfigReference(packs: readonly Pick<Pack, 'name' | 'description'>[]): string {
  const schema = z.toJSONSchema(configSchema, { io: 'input', unrepresentable: 'any' }) as Node;
  const top = Object.entries(schema.properties ?? {});
  const simple = top.filter(([, node]) => fieldsOf(node) === undefined);
  const sections = top.filter(([, node]) => fieldsOf(node) !== undefined);
  const parts = [
    INTRODUCTION,
    table(simple.map(([key, node]) => row(key, node, schema))),
    ...sections.flatMap(([key, node]) => renderSection(key, node)),
    renderPacks(packs),
    renderReasons(),
  ];
  return `${parts.join('\n\n')}\n`;
}

/** The few words of JSON Schema that the schema's own translation uses here. */
interface Node {
  readonly description?: string;
  readonly form?: string;
  readonly properties?: Readonly<Record<string, Node>>;
  readonly additionalProperties?: Node | boolean;
  readonly oneOf?: readonly Node[];
  readonly items?: Node;
  readonly required?: readonly string[];
}

const INTRODUCTION = `<!-- Written by renderConfigReference() (src/lib/config/reference.ts); change the schema, not this page. -->

# Config reference

\`sallyport.yaml\` is one YAML 1.2 document of at most ${formatSize(CONFIG_FILE_MAX_BYTES)}. Unknown keys, duplicate keys and tags are refused;
every mistake is reported at once, with file, line and column. The file that counts is the first of these:

1. \`--config FILE\`, or \`SALLYPORT_CONFIG\`;
2. the nearest \`sallyport.yaml\` from the working folder upwards (to your home or the root) that you trusted with
   \`sallyport trust\`; any other on the way is reported and ignored, because an agent can write there;
3. \`$XDG_CONFIG_HOME/sallyport/sallyport.yaml\` (\`~/.config/sallyport/sallyport.yaml\`);
4. \`/etc/sallyport/sallyport.yaml\`;
5. the built-in one: the target \`local\` and a policy that lets look, asks for the rest and denies destruction.

Files never add up: one counts, whole. A running broker takes up a changed \`policy\` at once, as a whole or not at all, and with it
\`masking\`, for sessions that begin; what else the file says counts from its next start. A file that others could have written (group or others may write, or a foreign owner) is
refused.

Durations are written \`90s\`, \`15m\`, \`2h\`, \`7d\`; sizes \`64MiB\`, \`4GiB\`. NAME stands for a name of your choice: lower-case letters,
digits, \`.\`, \`_\` and \`-\`, starting with a letter or digit, at most 63.`;

function renderSection(path: string, node: Node): string[] {
  const parts = [`## \`${path}\`\n\n${node.description ?? ''}`];
  collect(path, node, parts);
  return parts;
}

/** One table a mapping; mappings inside it follow as tables of their own. */
function collect(path: string, node: Node, parts: string[], kind?: string): void {
  const named = typeof node.additionalProperties === 'object' ? node.additionalProperties : undefined;
  if (named !== undefined) {
    collect(`${path}.NAME`, named, parts, kind);
    return;
  }
  if (node.items !== undefined) {
    collect(`${path}[]`, node.items, parts, kind);
    return;
  }
  if (node.oneOf !== undefined) {
    for (const kind of node.oneOf) collectTable(path, kindOf(kind), kind, parts);
    return;
  }
  collectTable(path, kind, node, parts);
}

/** `kind`: of the target whose field it is. */
function collectTable(path: string, kind: string | undefined, node: Node, parts: string[]): void {
  const fields = Object.entries(node.properties ?? {});
  if (path.includes('.') || path.includes('[') || kind !== undefined) {
    parts.push(`### \`${path}\`${kind === undefined ? '' : ` with \`kind: ${kind}\``}`);
  }
  parts.push(table(fields.map(([key, field]) => row(`${path}.${key}`, field, node, kind))));
  for (const [key, field] of fields) {
    if (fieldsOf(field) !== undefined && !isExplained(field)) collect(`${path}.${key}`, field, parts, kind);
  }
}

/** The node that has keys of its own, or undefined for a leaf. */
function fieldsOf(node: Node): Node | undefined {
  if (node.properties !== undefined || node.oneOf !== undefined) return node;
  if (typeof node.additionalProperties === 'object') return fieldsOf(node.additionalProperties);
  return node.items === undefined ? undefined : fieldsOf(node.items);
}

/** A mapping whose form names the one that has the same keys. */
function isExplained({ form }: Node): boolean {
  return form?.startsWith('as `') === true;
}

function kindOf(node: Node): string {
  return node.properties?.kind?.form?.replaceAll('`', '') ?? '';
}

interface Row {
  readonly key: string;
  readonly form: string;
  readonly fallback: string;
  readonly meaning: string;
}

function row(path: string, node: Node, parent: Node, kind?: string): Row {
  const key = path.slice(path.lastIndexOf('.') + 1);
  const known = defaultOf(path, kind);
  const isRequired = parent.required?.includes(key) ?? false;
  return {
    key: `\`${key}\``,
    form: node.form ?? (fieldsOf(node) === undefined ? mappingForm(node) : 'see below'),
    fallback: known === undefined ? (isRequired ? '**required**' : '') : `\`${formatDefault(known)}\``,
    meaning: node.description ?? '',
  };
}

function mappingForm(node: Node): string {
  return typeof node.additionalProperties === 'object' ? `NAME: ${node.additionalProperties.form ?? ''}` : 'a value';
}

function table(rows: readonly Row[]): string {
  const cell = (text: string) => text.replaceAll('|', '\\|');
  const lines = rows.map((each) => `| ${[each.key, each.form, each.fallback, each.meaning].map(cell).join(' | ')} |`);
  return ['| key | form | default | meaning |', '|---|---|---|---|', ...lines].join('\n');
}

type AnyDefault = Default<string | number | readonly string[]>;
const TABLE: readonly AnyDefault[] = Object.values(DEFAULTS);

function defaultOf(path: string, kind: string | undefined): AnyDefault | undefined {
  const written = path.replace(/\bNAME\b/g, '*');
  const find = (wanted: string) => TABLE.find(({ key }) => key === wanted);
  return find(`${written} (${kind})`) ?? find(written);
}

function formatDefault({ value, unit }: AnyDefault): string {
  if (typeof value === 'number') {
    return unit === 'ms' ? formatDuration(value) : unit === 'bytes' ? formatSize(value) : String(value);
  }
  return typeof value === 'string' ? value : `[${value.join(', ')}]`;
}

function renderPacks(packs: readonly Pick<Pack, 'name' | 'description'>[]): string {
  const lines = packs.map(({ name, description }) => `| \`${name}\` | ${description.replaceAll('|', '\\|')} |`);
  const fields = z.toJSONSchema(packSchema, { io: 'input', unrepresentable: 'any' }) as Node;
  const own = table(Object.entries(fields.properties ?? {}).map(([key, node]) => row(`pack.${key}`, node, fields)));
  return [
    '## Packs',
    '',
    '| shipped pack | what it does |',
    '|---|---|',
    ...lines,
    '',
    OWN_PACKS,
    '',
    own,
    '',
    OF_ITS_RULES,
  ].join('\n');
}

const OWN_PACKS = `A pack of your own is a file that \`policy.packs\` names, beside the config or at an absolute path. Who could have written it
is asked as of the config; for a project's config, \`sallyport trust\` trusts the packs that it names as well. At load it is tested:
alone, with \`default: allow\` and the workspace \`/srv/app\`, it must not allow one of its \`attacks\`, and must allow every one of its
\`lookAlikes\`; a pack that allows is tested with \`default: ask\`. One that fails is refused.`;

const OF_ITS_RULES =
  'Its rules have one field more than those of the policy: `evenInWorkspace: true`, for a rule whose `writes` and `removes` hold\ninside a workspace, too.';

function renderReasons(): string {
  const lines = TABLE.map(
    (entry) => `| \`${entry.key.replace('*', 'NAME')}\` | \`${formatDefault(entry)}\` | ${entry.reason} |`,
  );
  return ['## Why these defaults', '', '| key | default | reason |', '|---|---|---|', ...lines].join('\n');
}
