// Command lines of clouds, clusters and provisioning: what they tear down, hand out, or run.
import type { CommandFact } from './index.ts';

/** Every action this file names. */
export const INFRASTRUCTURE_ACTIONS: readonly string[] = ['infrastructure.destroy', 'infrastructure.rights'];

const GONE =
  '(delete|destroy|remove|terminate|purge|deregister|wipe|nuke|uninstall|teardown|rm|rb|reset|detach|disable|revoke|release|cancel|drop)';

/** Matched against the command and its operands and options, joined by blanks. */
const DESTROYS: readonly RegExp[] = [
  /^(terraform|tofu|terragrunt)( -\S+)* (run-all )?(destroy|apply.* -destroy|state (rm|push|mv)|force-unlock|workspace delete|taint|untaint)( |$)/,
  /^terragrunt .*\bdestroy\b/,
  /^pulumi( -\S+)* (destroy|stack rm|down|state delete|cancel)( |$)/,
  /^(cdk|cdktf|sst|copilot|eb|serverless|sls|sam|helmfile|crictl|ctr|amplify|vagrant|eksctl|kops|kind|k3d|minikube|doctl|hcloud|linode-cli|fly|flyctl|scw|vultr-cli|civo|exo|openstack|ibmcloud|oci|aliyun|nomad|packer|juju|railway|render|netlify|vercel|wrangler|firebase|supabase|neonctl|planetscale|pscale|heroku|argocd|flux|velero|istioctl|linkerd|rancher|cf|azd|multipass|limactl|ironic|govc|qm|pct|xe|virsh|zfs|zpool|ceph|gluster|rook|databricks|snow|dbt)( \S+)* (delete|destroy|remove|rm|terminate|purge|undefine|uninstall|teardown|[\w-]+:(?:delete|destroy|reset|remove)|system gc|job stop)(-\S+)?( |$)/,
  /^aws( \S+)* (delete|terminate|remove|deregister|purge|disable|detach|revoke|release|stop|cancel|schedule-key-deletion|reset|batch-delete|force-delete|abort|put-bucket-lifecycle)[\w-]*( |$)/,
  /^aws( -\S+( [^-\s]\S*)?)* s3 (rm|rb)( |$)/,
  /^aws( -\S+( [^-\s]\S*)?)* s3 (sync|mv) .*--delete/,
  new RegExp(
    `^(gcloud|az|gsutil|bq|azcopy|s3cmd|mc|rclone|b2|oci|eksctl)( \\S+)* (${GONE}|deletefile|cleanup|purge|del|rmdirs|undeploy|reset-windows-password)(-\\S+)?( |$)`,
  ),
  /^(crictl|ctr)( \S+)* (rm|rmp|rmi|delete|kill|stopp)( |$)/,
  /^helm3?( \S+)* (uninstall|delete|del|un|rollback)( |$)/,
  /^nomad (job )?stop/,
  /^vault( \S+)* (delete|destroy|seal|revoke|disable|step-down|rekey|metadata delete)( |$)/,
  /^kubeadm( \S+)* (reset|token|certs|init|join)( |$)/,
  /^(k3s|rke2)-(uninstall|killall)/,
  /^etcdctl( \S+)* (del|snapshot restore|member remove)( |$)/,
  /^systemctl .*--host/,
];
const RIGHTS: readonly RegExp[] = [
  /^aws( \S+)* iam (create-(access-key|login-profile|user|role|policy)\S*|(attach|put)-\S*policy|add-user-to-group|update-(assume-role-policy|login-profile|access-key)|set-default-policy-version)/,
  /^aws( \S+)* (put-bucket-(policy|acl)|put-public-access-block|put-key-policy|authorize-security-group-\S+|modify-instance-attribute|add-permission|create-grant|assume-role\S*|get-federation-token)/,
  /^gcloud( \S+)* (add-iam-policy-binding|set-iam-policy|keys create|ssh-keys add|firewall-rules create)( |$)/,
  /^gcloud( \S+)* --impersonate-service-account/,
  /^gsutil (iam|acl|defacl) (ch|set)/,
  /^az( \S+)* (role assignment create|ad sp create\S*|ad app credential reset|keyvault set-policy|vm run-command)/,
  /^(terraform|tofu|terragrunt)( \S+)* (console|login)( |$)/,
  /^vault( \S+)* (policy write|auth enable|write auth\S*|token create|operator (init|unseal|generate-root))/,
  /^helm3?( \S+)* (--post-renderer|get (values|all|manifest|hooks)|--kube-token|--kube-as-user|--kubeconfig)/,
  /^kustomize( \S+)* --(enable-exec|enable-alpha-plugins|enable-helm)/,
  /^etcdctl( \S+)* get .*(secrets|--prefix)/,
  /^argocd( \S+)* (cluster add|account update-password|login|repo add|admin)/,
  /^(gh|glab)( \S+)* (secret set|auth (token|login|setup-git)|ssh-key add|gpg-key add|repo edit .*--visibility|workflow (run|disable)|extension install|ruleset|api .*(-X|--method) ?(put|post|patch))/i,
];
const NAMES =
  /^(terraform|tofu|terragrunt|pulumi|cdk|cdktf|sst|copilot|eb|serverless|sls|sam|helmfile|crictl|ctr|amplify|vagrant|eksctl|kops|kind|k3d|minikube|doctl|hcloud|linode-cli|fly|flyctl|scw|vultr-cli|civo|exo|openstack|ibmcloud|oci|aliyun|nomad|packer|juju|railway|render|netlify|vercel|wrangler|firebase|supabase|neonctl|planetscale|pscale|heroku|argocd|flux|velero|istioctl|linkerd|rancher|cf|azd|multipass|limactl|govc|qm|pct|xe|virsh|zfs|zpool|ceph|gluster|databricks|aws|gcloud|az|gsutil|bq|azcopy|s3cmd|mc|rclone|b2|helm3?|vault|kubeadm|k3s-\S+|rke2-\S+|etcdctl|kustomize|gh|glab)$/;

const MAX_WORDS = 60;
const MAX_LENGTH = 200;

/** `infrastructure.destroy`, `.rights`. */
export function infrastructureActions({ name, args }: CommandFact): string[] {
  if (!NAMES.test(name)) return [];
  // Nobody writes more words than that before the verb.
  const text = [name, ...args.slice(0, MAX_WORDS).map(({ value }) => value.slice(0, MAX_LENGTH))].join(' ');
  if (/ (--dry-?run|--help|-h|--dryrun|--what-if)( |$|=client|=server|=true)/.test(text)) return [];
  return [
    ...(args.length > MAX_WORDS || DESTROYS.some((each) => each.test(text)) ? ['infrastructure.destroy'] : []),
    ...(RIGHTS.some((each) => each.test(text)) ? ['infrastructure.rights'] : []),
  ];
}
