// kubectl as text, where it runs inside a shell. A kubectl target judges every request; this is the next best.
import type { Pack } from './index.ts';

export const KUBERNETES: Pack = {
  name: 'kubernetes',
  description: 'asks or denies what kubectl changes, runs or reveals',
  attacks: [],
  lookAlikes: [],
  rules: [
    {
      id: 'secrets',
      match: { does: ['kubernetes.secrets'] },
      verdict: 'deny',
      reason: 'it reads or changes secrets of the cluster',
      suggest: 'describe what you need the secret for, and ask the owner of the cluster',
      tests: [{ input: 'kubectl get secrets -o yaml', verdict: 'deny' }],
    },
    {
      id: 'critical',
      match: { does: ['kubernetes.delete-critical', 'kubernetes.delete-many'] },
      verdict: 'deny',
      reason: 'it deletes more than one object, or one that others stand on',
      suggest: 'delete the one object by its name',
      tests: [
        { input: 'kubectl delete ns web', verdict: 'deny' },
        { input: 'kubectl delete pods --all', verdict: 'deny' },
      ],
    },
    {
      id: 'changes',
      match: { does: ['kubernetes.write', 'kubernetes.exec', 'kubernetes.identity'] },
      verdict: 'ask',
      reason: 'it changes the cluster, or runs something in it',
      tests: [{ input: 'kubectl scale deploy/web --replicas=0', verdict: 'ask' }],
    },
  ],
};
