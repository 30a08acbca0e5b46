// Config text → Config, or everything that is wrong with it at once. Pure: files are read by whoever calls, config and
// packs alike.
import { sha256 } from '../core/digest.ts';
import { BrokerError } from '../core/errors.ts';
import type { MaskKnowledge } from '../core/masking-document.ts';
import type { Pack } from '../core/policy-document.ts';
import { readPeople } from './check-policy.ts';
import type { Config } from './config.ts';
import type { ConfigFile } from './config-file.ts';
import { crossCheck, type Finding } from './cross-checks.ts';
import { readDocument } from './document.ts';
import { problemsOf } from './issues.ts';
import { parsePack, policyDigest, type ReadPack } from './pack-files.ts';
import { isPackFile } from './pack-name.ts';
import { type ConfigProblem, quoted } from './problem.ts';
import { resolveConfig } from './resolve.ts';
import { configSchema } from './schema.ts';
import { mapping, oneOrMore } from './written.ts';

export type ParsedConfig =
  | {
      readonly ok: true;
      readonly config: Config;
      /** Of the text, `sha256:…`. */
      readonly digest: string;
      /** Of the text and of the packs that it names: what decides whether the policy is another one. */
      readonly policyDigest: string;
      /** The files of its packs, as they were read. */
      readonly packFiles: readonly ConfigFile[];
    }
  | { readonly ok: false; readonly problems: readonly ConfigProblem[] };

export interface ParseOptions {
  /** As problems name it. */
  readonly file: string;
  /** Names `policy.packs` may hold; without it they are not checked here. */
  readonly knownPacks?: readonly string[];
  /** Of the rules that come with the mask; without it, names of rules and kinds, and own rules, are not checked here. */
  readonly mask?: MaskKnowledge | undefined;
  /** Reads the files that `policy.packs` names (pack-files.ts); without it they stay names, which no policy compiles. */
  readonly readPack?: ReadPack;
}

/**
 * Reads one config document. Never throws for what the text says; an empty text is a config with nothing in it. Problems
 * come in file order, those of packs after it, never empty where `ok` is false.
 */
export function parseConfig(text: string, { file, knownPacks, mask, readPack }: ParseOptions): ParsedConfig {
  const source = readDocument(text, file);
  if (!source.readable) return { ok: false, problems: source.problems };
  const document = source.value ?? {};
  const result = configSchema.safeParse(document);
  const packs = readPack === undefined ? NO_PACKS : readPacks(document, readPack, knownPacks ?? []);
  const findings = [...crossCheck(document, { packs: knownPacks, mask }), ...packs.findings];
  const own = problemsOf(result.success ? [] : result.error.issues, findings, source, document, file);
  const problems = [...own, ...packs.problems];
  if (!result.success || problems.length > 0) return { ok: false, problems };
  const config = resolveConfig(result.data, (path) => source.locate(path));
  const digest = sha256(text);
  return {
    ok: true,
    config: packs.files.length === 0 ? config : { ...config, policy: withPacks(config.policy, packs.packs) },
    digest,
    policyDigest: policyDigest(digest, packs.files),
    packFiles: packs.files,
  };
}

interface ReadPacks {
  readonly packs: readonly Pack[];
  readonly files: readonly ConfigFile[];
  /** What is wrong with the entries, and with what is in the files. */
  readonly findings: readonly Finding[];
  readonly problems: readonly ConfigProblem[];
}

const NO_PACKS: ReadPacks = { packs: [], files: [], findings: [], problems: [] };

function readPacks(document: unknown, readPack: ReadPack, taken: readonly string[]): ReadPacks {
  const { policy, approvers } = mapping(document);
  const packs: Pack[] = [];
  const files: ConfigFile[] = [];
  const findings: Finding[] = [];
  const problems: ConfigProblem[] = [];
  for (const [index, entry] of oneOrMore(mapping(policy).packs).entries()) {
    if (typeof entry !== 'string' || !isPackFile(entry)) continue;
    const path = ['policy', 'packs', index];
    try {
      const file = readPack(entry);
      files.push(file);
      const people = readPeople(approvers);
      const parsed = parsePack(file.text, { file: file.path, people, lists: mapping(mapping(policy).lists) });
      if (!parsed.ok) problems.push(...parsed.problems);
      else if (['all', ...taken, ...packs.map(({ name }) => name)].includes(parsed.pack.name)) {
        findings.push({ path, expected: 'a pack with a name of its own', got: `another ${quoted(parsed.pack.name)}` });
      } else packs.push(parsed.pack);
    } catch (error) {
      if (!(error instanceof BrokerError)) throw error;
      findings.push({ path, expected: 'a file that can be used', got: `${quoted(entry)}: ${error.publicMessage}` });
    }
  }
  return { packs, files, findings, problems };
}

/** The files' names give way to what is in them. */
function withPacks(policy: Config['policy'], ownPacks: readonly Pack[]): Config['policy'] {
  return { ...policy, packs: policy.packs.filter((name) => !isPackFile(name)), ownPacks };
}
