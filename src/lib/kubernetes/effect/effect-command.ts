// What a request to run something in a pod, or to connect to one, would do: where, how, and each word of the command by itself, so that
// no quoting can hide one. Pure.
import { type ApiRequest, commandIn, isSwitchedOn, type ResourceSubject } from '../../core/api-request.ts';
import { parameter } from '../request/request-query.ts';
import { quoted } from './shown-lines.ts';

/** What stands for itself without quotes. */
const PLAIN_WORD = /^[A-Za-z0-9_@%+=:,./-]+$/;

export interface CommandWords {
  readonly heads: readonly string[];
  readonly lines: readonly string[];
}

/** For the subresources `exec`, `attach` and `portforward`. */
export function commandLines({ query }: ApiRequest, subject: ResourceSubject): CommandWords {
  const { subresource, name, namespace, resource, group } = subject;
  const kind = resource === 'pods' && group === '' ? 'pod' : `${resource}${group === '' ? '' : `.${group}`}`;
  const pod = `${kind} ${quoted(name ?? '')} in namespace ${quoted(namespace ?? '')}`;
  if (subresource === 'portforward') {
    // Clients name ports once they are connected, whatever they have said before.
    const ports = query.filter(([name]) => name === 'ports').map(([, value]) => quoted(value));
    const said = ports.length === 0 ? '' : ` (the client says: ${ports.join(', ')})`;
    return { heads: [`connects to any port of the ${pod}${said}`], lines: [] };
  }
  const container = parameter(query, 'container');
  const place = container === undefined ? pod : `${pod}, container ${quoted(container)}`;
  const how = [
    ...(isSwitchedOn(query, 'tty') ? ['with a terminal'] : []),
    ...(isSwitchedOn(query, 'stdin') ? ['with input from the client'] : ['without input']),
  ].join(', ');
  if (subresource === 'attach') return { heads: [`attaches to what runs in the ${place}: ${how}`], lines: [] };
  const words = commandIn(query);
  return {
    heads: [`runs a command in the ${place}: ${how}`, `its ${words.length} words:`],
    lines: words.flatMap((word, index) => wordLines(word, index + 1)),
  };
}

function wordLines(word: string, number: number): readonly string[] {
  if (PLAIN_WORD.test(word)) return [`  ${number}: ${word}`];
  const lines = word.split('\n');
  if (lines.length === 1) return [`  ${number}: ${quoted(word)}`];
  return [`  ${number}: ${lines.length} lines:`, ...lines.map((line) => `  | ${line}`)];
}
