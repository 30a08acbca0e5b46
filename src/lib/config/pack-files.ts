// Packs of the policy's owner: files that `policy.packs` names. What may write them is asked as of the config itself,
// because what they say is policy all the same.
import { dirname, resolve } from 'node:path';
import { sha256 } from '../core/digest.ts';
import { BrokerError } from '../core/errors.ts';
import { EXIT } from '../core/exit-codes.ts';
import type { Pack } from '../core/policy-document.ts';
import { checkRules, type People } from './check-policy.ts';
import { type ConfigFile, readConfigFile, refuseForeignWriters } from './config-file.ts';
import { readDocument } from './document.ts';
import { problemsOf } from './issues.ts';
import { packSchema } from './policy-schema.ts';
import { type ConfigProblem, quoted } from './problem.ts';
import { resolvePack } from './resolve.ts';
import type { TrustStore } from './trust.ts';
import { list, type Mapping, mapping } from './written.ts';

/** Reads what an entry of `policy.packs` names. Throws BrokerError (78) for a file that is not there or not to be trusted. */
export type ReadPack = (entry: string) => ConfigFile;

/**
 * Files beside the config, or at absolute paths. `configFile`: its real path. `trust`: for a project's config, where a
 * person's trust is noted: its packs need it as well; without, whoever owns a file is trusted as for the config.
 */
export function packReader(
  configFile: string,
  { uid, trust }: { readonly uid: number; readonly trust?: Pick<TrustStore, 'trustOf'> | undefined },
): ReadPack {
  return (entry) => {
    const path = resolve(dirname(configFile), entry);
    const file = readConfigFile(path);
    if (file === undefined) throw refusal('pack-not-found', `there is no file ${quoted(path)}`, 'check policy.packs');
    refuseForeignWriters(file, uid);
    if (trust !== undefined && trust.trustOf(file) !== 'trusted') {
      const hint = 'read it, then trust the config that names it: sallyport trust';
      throw refusal('pack-untrusted', `nobody trusted ${quoted(file.path)} as it is now`, hint);
    }
    return file;
  };
}

export type ParsedPack =
  | { readonly ok: true; readonly pack: Pack }
  | { readonly ok: false; readonly problems: readonly ConfigProblem[] };

/** One pack from its text. `names`: what its rules may name beside their own. Its tests are the policy room's to run. */
export function parsePack(
  text: string,
  { file, people, lists }: { readonly file: string; readonly people: People; readonly lists: Mapping },
): ParsedPack {
  const source = readDocument(text, file);
  if (!source.readable) return { ok: false, problems: source.problems };
  const document = source.value ?? {};
  const result = packSchema.safeParse(document);
  const findings = [...checkRules(list(mapping(document).rules), ['rules'], people, lists)];
  const problems = problemsOf(result.success ? [] : result.error.issues, findings, source, document, file);
  if (!result.success || problems.length > 0) return { ok: false, problems };
  return { ok: true, pack: resolvePack(result.data, file, (path) => source.locate(path)) };
}

/** What decides whether the policy is another one: the config's own digest, and those of its packs. */
export function policyDigest(config: string, packs: readonly ConfigFile[]): string {
  if (packs.length === 0) return config;
  return sha256([config, ...packs.map(({ path, digest }) => `${digest} ${path}`)].join('\n'));
}

function refusal(code: string, message: string, hint: string): BrokerError {
  return new BrokerError({ code, exit: EXIT.configuration, message, hint });
}
