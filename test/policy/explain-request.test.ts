// An explanation of a request is the decision itself, looked at from the side: what it says of each rule and what was decided are the same.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { PolicyDocument } from '../../src/lib/core/policy-document.ts';
import { checkRequest, compilePolicy, PACK_NAMES } from '../../src/lib/policy/index.ts';
import { explainRequest, type RequestExplanation } from '../../src/lib/policy/requests/explain-request.ts';

const test = suite('explain a request');

const OWN: PolicyDocument = {
  packs: PACK_NAMES,
  rules: [
    {
      id: 'scale',
      match: { verb: ['patch'], resource: ['deployments.apps/scale'], namespace: ['default'] },
      verdict: 'ask',
    },
    { id: 'tidy', match: { verb: ['delete'], resource: ['pods'], name: ['tmp-*'] }, verdict: 'allow' },
    {
      id: 'no-web',
      match: { verb: ['*'], resource: ['pods'], name: ['web'], not: [{ verb: ['get'] }] },
      verdict: 'deny',
    },
    { id: 'elsewhere', on: { target: ['lab'] }, match: { resource: ['pods'] }, verdict: 'deny' },
    { id: 'inside', match: { verb: ['create'], resource: ['pods/exec'], namespace: ['default'] }, verdict: 'allow' },
    { id: 'look', match: { command: ['ls'] }, verdict: 'allow' },
    {
      id: 'images',
      match: { resource: ['deployments.apps'], image: ['trusted/*'], verb: ['create'] },
      verdict: 'allow',
    },
  ],
  default: 'ask',
  opaque: 'deny',
};
const POLICY = compilePolicy(OWN, { approvalTtlMs: 60_000 });
const HERE = { target: 'prod', kind: 'kubectl', principal: 'agent' };
const input = (text: string) => ({ kind: 'argv', argv: text.split(' ') }) as const;
const explain = (text: string): RequestExplanation => explainRequest(POLICY, input(text), HERE);
const ruleOf = ({ rules }: RequestExplanation, id: string) => rules.find(({ rule }) => rule === id);

test('what decided is a rule that is said to match, or none of the policy', () => {
  let decidedByRule = 0;
  for (const verb of ['get', 'list', 'create', 'update', 'patch', 'delete', 'deletecollection']) {
    for (const what of ['pods', 'secrets', 'deployments.apps', 'deployments.apps/scale', 'nodes', 'configmaps']) {
      for (const name of ['', '/web', '/tmp-1']) {
        for (const namespace of ['', ' -n default', ' -n kube-system']) {
          const isOfOne = ['get', 'update', 'patch', 'delete'].includes(verb);
          if (isOfOne !== (name !== '')) continue;
          const text = `${verb} ${what}${name}${namespace}`;
          const { decision, rules } = explain(text);
          assert.is(decision.verdict, checkRequest(POLICY, input(text), HERE).decision.verdict, text);
          const deciding = rules.filter(({ relevance }) => relevance === 'decides');
          const strictest = (['deny', 'ask', 'allow'] as const).find((verdict) =>
            deciding.some((each) => each.verdict === verdict),
          );
          if (OWN.rules.some(({ id }) => id === decision.rule)) {
            decidedByRule += 1;
            assert.ok(
              deciding.some(({ rule }) => rule === decision.rule),
              text,
            );
            assert.is(decision.verdict, strictest, text);
          } else if (!decision.rule.startsWith('kubernetes/') && decision.rule !== 'default') {
            assert.ok(
              rules.some(({ rule }) => rule === decision.rule),
              `${text}: ${decision.rule}`,
            );
          }
          for (const { rule, result, fields } of rules) {
            if (fields.some((field) => field.result === 'no')) assert.is(result, 'no', `${text}: ${rule}`);
          }
        }
      }
    }
  }
  assert.ok(decidedByRule > 20, String(decidedByRule));
});

test('says which field of a rule does not fit, and which rules apply elsewhere', () => {
  const explanation = explain('delete pods/web -n default');
  assert.equal(explanation.facts, { verb: 'delete', resource: 'pods', namespace: 'default', name: 'web' });
  assert.equal([explanation.decision.verdict, explanation.decision.rule], ['deny', 'no-web']);
  assert.equal(ruleOf(explanation, 'tidy'), {
    ...{ rule: 'tidy', verdict: 'allow', result: 'no', relevance: 'near', missing: [] },
    fields: [
      { field: 'verb', result: 'yes' },
      { field: 'resource', result: 'yes' },
      { field: 'name', result: 'no' },
    ],
  });
  assert.is(ruleOf(explanation, 'scale')?.relevance, 'none');
  assert.equal(explanation.outOfScope, [{ rule: 'elsewhere', because: ['target'] }]);
  assert.is(explanation.program, null);
  const read = ruleOf(explain('get pods/web -n default'), 'no-web');
  assert.equal(read?.fields.at(-1), { field: 'not', result: 'no' });
});

test('what exec runs is explained by the rules about commands, and both must let it pass', () => {
  const allowed = explain('exec pods/api -n default -- ls /srv');
  assert.equal([allowed.decision.verdict, allowed.program?.decision.rule], ['allow', 'look']);
  const asked = explain('exec pods/api -n default -- touch /srv/x');
  assert.is(ruleOf(asked, 'inside')?.result, 'yes');
  assert.equal([asked.decision.verdict, asked.decision.rule], [asked.program?.decision.verdict, 'default']);
  assert.is(asked.program?.commands[0]?.facts.command, 'touch /srv/x');
});

test('a pod that is not known is no reason to allow', () => {
  const rule = ruleOf(explain('create deployments.apps -n default'), 'images');
  assert.equal([rule?.result, rule?.relevance], ['no', 'near']);
  assert.is(rule?.fields.find(({ field }) => field === 'image')?.result !== 'yes', true);
});

test.run();
