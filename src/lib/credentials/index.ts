// The table of this room: every credential provider there is.

export { type KubeTokenCluster, kubeTokenProvider } from './kube-token.ts';
export { sshCaProvider } from './ssh-ca.ts';
export { openSshCa, type SshCa } from './ssh-ca-key.ts';
