// Terraform: outputs and attributes that its state, its plans and `terraform output -json` call sensitive, and what it drew
// at random. What has a telling name is found by that.
import { isPlaceholder } from '../checks/index.ts';
import type { Rule } from '../rule.ts';
import { SensitiveAttributesMachine, SensitiveOutputMachine } from './files-terraform-machines.ts';

const STATE = 64 * 1024;

const quoted = (...names: readonly string[]): readonly string[] =>
  names.flatMap((name) => [`"${name}"`, `\\"${name}\\"`]);

const base = { kind: 'terraform-value', family: 'named' } as const;

export const TERRAFORM_RULES: readonly Rule[] = [
  {
    ...base,
    name: 'terraform-sensitive-output',
    anchors: quoted('value', 'sensitive'),
    maxLength: STATE,
    begin: ({ anchor }) => new SensitiveOutputMachine(anchor),
    tests: {
      masks: [
        '{"outputs":{"db":{"value":"${alnum:16}","type":"string","sensitive":true}}}',
        '{\n  "db": {\n    "sensitive": true,\n    "type": "string",\n    "value": "${weak}"\n  }\n}\n',
        '"o": {"value": {"a": "${alnum:9}", "b": ["${alnum:8}"]}, "type": ["object", {}], "sensitive": true}',
      ],
      leaves: [
        '"host": {"value": "db.example.com", "type": "string"}',
        '"host": {"sensitive": false, "type": "string", "value": "db.example.com"}',
        '"sensitive_attributes": [[{"type": "get_attr", "value": "password"}]]',
      ],
    },
  },
  {
    ...base,
    name: 'terraform-sensitive-attributes',
    anchors: quoted('attributes', 'values', 'after', 'before'),
    maxLength: STATE,
    begin: ({ anchor }) => new SensitiveAttributesMachine(anchor),
    tests: {
      masks: [
        '"attributes": {"id": "a", "content": "${alnum:20}"}, "sensitive_attributes": [[{"type": "get_attr", "value": "content"}]]',
        '"after":{"name":"x","content":"${alnum:20}","tags":{"a":"b"}},"after_sensitive":{"content":true,"tags":{}}',
        '"values": {"settings": [{"value": "${alnum:12}"}], "id": "a"}, "sensitive_values": {"settings": [{"value": true}]}',
      ],
      leaves: [
        '"attributes": {"id": "a", "content": "hello"}, "sensitive_attributes": []',
        '"before": "x", "after": "y"',
        '{"data":{"attributes":{"title":"hello"},"type":"articles"}}',
      ],
    },
  },
  {
    ...base,
    name: 'terraform-new-value',
    anchors: ['" -> "', '" to "'],
    secret: '[^"\\n]{3,400}',
    tail: '"',
    // What it was is found by its name.
    isAmong: (before) =>
      /(?:password|passwd|pwd|passphrase|secret|token|_key|credential)"?(?: {1,24}= | changed from )"[^"]*" (?:->|to) "$/i.test(
        before,
      ),
    check: (value) => !isPlaceholder(value) && !/^\(/.test(value),
    tests: {
      masks: ['      ~ master_password = "old" -> "${alnum:16}"\n'],
      leaves: ['  ~ size = "small" -> "large"', '  ~ password = "a" -> "(sensitive value)"', 'from "a" to "b"'],
    },
  },
  {
    ...base,
    name: 'terraform-random-value',
    anchors: ['"bcrypt_hash"', '\\"bcrypt_hash\\"'],
    lead: '\\s{0,4}:\\s{0,4}\\\\{0,3}"',
    secret: '[^"\\\\\\n]{4,200}',
    tests: { masks: ['"bcrypt_hash": "${b64url:53}"'], leaves: ['"bcrypt_hash": ""', '"bcrypt_hash": null'] },
  },
  {
    ...base,
    name: 'terraform-random-password',
    anchors: ['"random_password"'],
    lead: '[^{}]{0,200}\\{?[^{}]{0,600}\\{[^{}]{0,600}"result"\\s{0,4}:\\s{0,4}"',
    secret: '[^"\\n]{4,200}',
    tests: {
      masks: [
        '"type": "random_password", "name": "db", "instances": [{"schema_version": 3, "attributes": {"id": "none", "length": 16, "result": "${alnum:16}", "special": false}}]',
      ],
      leaves: [
        '"type": "random_password", "name": "db"',
        '"type": "random_pet", "attributes": {"result": "happy-fox"}',
      ],
    },
  },
];
