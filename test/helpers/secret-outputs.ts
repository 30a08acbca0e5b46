// Whatever kubectl prints of Secrets, and how to tell that no value is in it.
import * as assert from 'uvu/assert';

const base64 = (text: string) => Buffer.from(text).toString('base64');

/** Fails for any part of a value, in any form that output could have it in. Values: of at least 24 characters. */
export function expectNoValue(text: string, values: readonly string[], what: string): void {
  for (const value of values) {
    const forms = [value, base64(value), Buffer.from(value).toString('hex'), base64(base64(value))];
    for (const form of [...forms, value.slice(4, 20), base64(value).slice(4, 24)]) {
      assert.not.ok(text.includes(form), `${what} shows a value`);
    }
  }
}

/** Arguments for kubectl that print the Secret `name`, and `account`, which holds the token of a service account. */
export const outputsOf = (name: string, account: string): readonly (readonly string[])[] => [
  ['get', 'secret', name, '-o', 'yaml', '--show-managed-fields'],
  ['get', 'secret', name, '-o', 'json'],
  ['get', 'secret', name, '-o', 'jsonpath={.data}'],
  ['get', 'secret', name, '-o', 'jsonpath={.data.password}{"\\n"}{.data.url}'],
  ['get', 'secret', name, '-o', 'jsonpath-as-json={..}'],
  ['get', 'secret', name, '-o', 'go-template={{.data}}'],
  ['get', 'secret', name, '-o', 'go-template={{range $k, $v := .data}}{{$k}}={{$v | base64decode}}{{"\\n"}}{{end}}'],
  ['get', 'secret', name, '-o', 'custom-columns=A:.data.password,B:.metadata.annotations'],
  ['get', 'secret', name, '-o', 'kyaml'],
  ['get', 'secret', name, '-o', 'wide', '--show-labels'],
  ['get', 'secrets', '-A', '-o', 'yaml'],
  ['get', 'secrets', '-l', `of=${name}`, '-o', 'json'],
  ['get', 'secrets', `--field-selector=metadata.name=${name}`, '-o', 'yaml'],
  ['get', 'secret,configmap', '-o', 'yaml'],
  ['get', '--raw', `/api/v1/namespaces/default/secrets/${name}`],
  ['get', '--raw', '/api/v1/secrets?pretty=true'],
  ['get', 'secrets', '-v=9', '-o', 'yaml'],
  ['get', 'secrets', '-v=9'],
  ['describe', 'secret', name],
  ['apply', 'view-last-applied', 'secret', name, '-o', 'json'],
  ['get', 'secret', name, '--watch-only=false', '-w', '--output-watch-events', '-o', 'json', '--request-timeout=2s'],
  ['annotate', 'secret', name, 'a=b', '--overwrite', '-o', 'yaml'],
  ['label', 'secret', name, 'a=b', '--overwrite', '-o', 'json'],
  ['patch', 'secret', name, '-p', '{"metadata":{"labels":{"b":"c"}}}', '-o', 'yaml'],
  ['patch', 'secret', name, '-p', '{"metadata":{"labels":{"b":"d"}}}', '-o', 'yaml', '--dry-run=server'],
  ['get', 'secret', account, '-o', 'yaml'],
  ['describe', 'secret', account],
];
