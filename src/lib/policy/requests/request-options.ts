// The options of a request as people write it, and the words of a line. Strict: nothing is given twice, nothing is passed over.
import { BrokerError } from '../../core/errors.ts';
import { EXIT } from '../../core/exit-codes.ts';
import { POD_TRAITS, type PodTrait } from '../../core/policy-document.ts';
import { NO_PODS, type PodFacts } from './pod-facts.ts';

export interface InputOptions {
  readonly namespace: string | null;
  readonly isDryRun: boolean;
  /** Undefined where nothing was said of them. */
  readonly pods: PodFacts | undefined;
  /** Of exec: what it runs, whether it has an input, and a terminal. */
  readonly command: readonly string[] | undefined;
  readonly isTyped: boolean;
  readonly isTerminal: boolean;
}

/** Pods that are like nothing special. */
export const PLAIN_PODS: PodFacts = { ...NO_PODS, state: 'known', serviceAccounts: ['default'] };

const NAMESPACE = /^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/;

/** Throws `bad-request-input` (64). */
export function readOptions(words: readonly string[]): InputOptions {
  const end = words.indexOf('--');
  const command = end === -1 ? undefined : words.slice(end + 1);
  const seen = new Set<string>();
  let namespace: string | null = null;
  let pods: PodFacts | undefined;
  const before = end === -1 ? words : words.slice(0, end);
  for (let at = 0; at < before.length; at++) {
    const word = before[at] ?? '';
    const [, option = word, value = ''] = /^(--[a-z-]+)=(.+)$/.exec(word) ?? [];
    // All namespaces, or one: never both.
    const key = option === '-A' ? '-n' : option;
    if (seen.has(key)) throw badInput(`"${option}" is given twice`, 'give it once');
    seen.add(key);
    if (word === '-n') namespace = namespaceOf(before[++at]);
    else if (option === '--pod') pods = { ...(pods ?? PLAIN_PODS), traits: value.split(',').map(traitOf) };
    else if (option === '--image') pods = { ...(pods ?? PLAIN_PODS), images: value.split(',') };
    else if (option === '--service-account') pods = { ...(pods ?? PLAIN_PODS), serviceAccounts: value.split(',') };
    else if (!SWITCHES.has(word)) throw badInput(`nobody knows "${word}"`, `one of ${KNOWN}`);
  }
  return {
    ...{ namespace, pods, command },
    ...{ isDryRun: seen.has('--dry-run'), isTyped: seen.has('-i'), isTerminal: seen.has('-t') },
  };
}

const SWITCHES = new Set(['-A', '--dry-run', '-i', '-t']);
const KNOWN = '-n NAMESPACE, -A, --dry-run, --pod=, --image=, --service-account=, and of exec -i, -t, --';

function namespaceOf(word: string | undefined): string {
  if (word === undefined || !NAMESPACE.test(word)) throw badInput('after -n comes a namespace', 'write -n NAMESPACE');
  return word;
}

function traitOf(word: string): PodTrait {
  const trait = POD_TRAITS.find((each) => each === word);
  if (trait === undefined) throw badInput(`"${word}" is nothing that a pod is like`, `one of ${POD_TRAITS.join(', ')}`);
  return trait;
}

const WORD = /(?:[^\s'"\\]|\\.|'[^']*'|"(?:[^"\\]|\\.)*")+|\S/gs;

/** The words of a line, quotes taken off; nothing is expanded. Throws `bad-request-input` (64) for a quote that does not end. */
export function wordsOf(line: string): readonly string[] {
  return (line.match(WORD) ?? []).map((word) => {
    if (/^['"\\]$/.test(word)) throw badInput('a quote does not end', 'close it');
    return word.replace(
      /\\(.)|'([^']*)'|"((?:[^"\\]|\\.)*)"/gs,
      (_, escaped?: string, single?: string, double?: string) =>
        escaped ?? single ?? (double ?? '').replace(/\\(["\\$`])/g, '$1'),
    );
  });
}

export const badInput = (message: string, hint: string): BrokerError =>
  new BrokerError({ code: 'bad-request-input', exit: EXIT.usage, message, hint });
