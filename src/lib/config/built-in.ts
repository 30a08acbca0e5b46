// The config where there is none: the caller's own shell, judged by the policy that is passed in. By hand rather
// than through the schema, so that a broker without a config loads neither YAML nor schema (70 ms together).
import { NO_MASKING } from '../core/masking-document.ts';
import type { PolicyDocument, Probing } from '../core/policy-document.ts';
import type { Config } from './config.ts';
import { DEFAULTS } from './defaults.ts';

const DEFAULT_PROBING: Probing = {
  denials: DEFAULTS.probingDenials.value,
  withinMs: DEFAULTS.probingWithinMs.value,
  coolDownMs: DEFAULTS.probingCoolDownMs.value,
};

/** Target `local`: a shell as the caller, in the caller's working folder. No approvers: `ask` is refused clearly. */
export function builtInConfig(policy: PolicyDocument): Config {
  const limits = { hardMs: DEFAULTS.hardMs.value, idleMs: DEFAULTS.idleMs.value };
  return {
    broker: {
      mode: DEFAULTS.brokerMode.value,
      socket: undefined,
      group: undefined,
      state: undefined,
      idleExitMs: DEFAULTS.idleExitMs.value,
    },
    targets: new Map([
      [
        'local',
        {
          kind: 'shell',
          name: 'local',
          user: undefined,
          cwd: undefined,
          env: DEFAULTS.env.value,
          set: new Map(),
          shell: undefined,
          sandbox: DEFAULTS.sandbox.value,
          limits,
        },
      ],
    ]),
    approvers: new Map(),
    policy: {
      workspace: [],
      lists: new Map(),
      listsAt: new Map(),
      protectedPaths: [],
      probing: DEFAULT_PROBING,
      ...policy,
    },
    masking: NO_MASKING,
    recording: { folder: undefined, maxBytes: DEFAULTS.recordingMaxBytes.value },
    limits: { ...limits, approvalWaitMs: DEFAULTS.approvalWaitMs.value },
  };
}
