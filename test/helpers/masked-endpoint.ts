// A session's endpoint before a real cluster, with the real masks and previews and nobody who decides: whatever is asked is let through,
// but for masked values that are written back. For tests of what kubectl shows, and of what approvers would see.
import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { systemClock } from '../../src/lib/core/clock.ts';
import { Secret } from '../../src/lib/core/secret.ts';
import { describeEffect } from '../../src/lib/kubernetes/effect/effect.ts';
import { PreviewRefused } from '../../src/lib/kubernetes/effect/preview.ts';
import { refuseMaskedWrite } from '../../src/lib/kubernetes/masking/masked-write.ts';
import { sessionKubeconfig } from '../../src/lib/kubernetes/server/kubeconfig.ts';
import { openUpstream, type Upstream } from '../../src/lib/kubernetes/server/upstream.ts';
import type { ApiGate, ApiQuestion } from '../../src/lib/ports/api-gate.ts';
import { compileRules } from '../../src/lib/stream/mask/finding/compiled-rules.ts';
import { makeFingerprint } from '../../src/lib/stream/mask/fingerprint.ts';
import { indexNeedles } from '../../src/lib/stream/mask/known/known-finder.ts';
import { maskKinds } from '../../src/lib/stream/mask/mask-kinds.ts';
import { createMaskStage } from '../../src/lib/stream/mask/mask-stage.ts';
import { RULES } from '../../src/lib/stream/mask/rules/index.ts';
import { openEndpoint } from '../../src/lib/targets/kubectl/endpoint.ts';
import { exchange } from '../../src/lib/targets/kubectl/exchange.ts';
import { issueSessionCertificate } from '../../src/lib/targets/kubectl/session-certificate.ts';
import { releasesOf } from '../../src/lib/targets/kubectl/session-endpoint.ts';
import type { Cluster } from './cluster.ts';

export interface MaskedEndpoint extends AsyncDisposable {
  /** For a kubectl that talks to the cluster through the masks. */
  readonly kubeconfig: string;
  /** What an approver would have seen of each write, in order; `refused: 422` where the server would refuse. */
  readonly effects: string[];
  /** The masks of a terminal of the session, over a whole text. */
  throughTerminal(text: string): string;
}

const RULE_SET = compileRules(RULES);
const KINDS = maskKinds(RULE_SET, []);

/** The way to the cluster for its administrator. */
export function adminUpstream(cluster: Cluster): Upstream {
  const pki = (name: string) => readFileSync(join(cluster.folder, 'pki', name), 'utf8');
  return openUpstream(
    { server: new URL(cluster.url), ca: readFileSync(cluster.ca, 'utf8'), serverName: undefined },
    { kind: 'certificate', certificate: pki('admin.crt'), privateKey: new Secret(pki('admin.key')) },
  );
}

/** `previews`: whether the server is asked by a dry run before each write. */
export async function openMaskedEndpoint(cluster: Cluster, { previews = true } = {}): Promise<MaskedEndpoint> {
  const upstream = adminUpstream(cluster);
  const fingerprint = makeFingerprint(randomBytes(32));
  const labelOf = (value: Uint8Array) => `[kubernetes-secret:${fingerprint(value)}]`;
  const mask = () => createMaskStage({ rules: RULE_SET, known: indexNeedles([]), size: null, fingerprint });
  const effects: string[] = [];

  async function look({ request, body, parsed, preview }: ApiQuestion, signal: AbortSignal): Promise<void> {
    refuseMaskedWrite(request, parsed, body, KINDS);
    if (preview === undefined || !previews) return;
    try {
      effects.push(describeEffect(request, await preview(signal), null, parsed));
    } catch (error) {
      if (error instanceof PreviewRefused) effects.push(`refused: ${error.status}`);
      throw error;
    }
  }

  const gate: ApiGate = {
    async permit(question, signal) {
      await look(question, signal);
      return {
        verdict: 'allow',
        streams: () => {
          throw new Error('nothing here opens a stream');
        },
        done: async () => {},
      };
    },
    refused: async () => {},
    labelOf,
    labelForApprovers: labelOf,
    replyMask: mask,
  };
  const end = new AbortController();
  const certificate = await issueSessionCertificate('s-test', Date.now(), 3_600_000);
  const token = new Secret(randomBytes(24).toString('base64url'));
  const releases = releasesOf(gate);
  const endpoint = await openEndpoint({
    ...{ certificate, token, mayConnect: () => true },
    handle: (call) => exchange(call, { gate, releases, upstream, clock: systemClock, signal: end.signal }),
  });
  const kubeconfig = join(cluster.folder, `masked-${endpoint.port}.kubeconfig`);
  const server = `https://127.0.0.1:${endpoint.port}`;
  const written = sessionKubeconfig({ name: 'masked', server, ca: certificate.ca, token, namespace: undefined });
  writeFileSync(kubeconfig, written.reveal(), { mode: 0o600 });
  return {
    kubeconfig,
    effects,
    throughTerminal(text) {
      const stage = mask();
      return Buffer.concat([...stage.push(Buffer.from(text)), ...stage.flush()]).toString();
    },
    async [Symbol.asyncDispose]() {
      end.abort(new Error('the test is over'));
      await endpoint[Symbol.asyncDispose]();
      upstream[Symbol.dispose]();
    },
  };
}
