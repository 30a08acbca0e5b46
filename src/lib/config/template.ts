// The sallyport.yaml that `sallyport init` writes: what a newcomer can read in two minutes. It loads as it stands, and
// so does every setting in it that is switched off; only features that exist are in it.

export interface TemplateOptions {
  /** The shipped packs, in the order they are explained. */
  readonly packs: readonly { readonly name: string }[];
  /** The person who may approve, by any name; without one, the section is there but switched off. */
  readonly approver?: { readonly name: string; readonly key: string } | undefined;
}

/** The whole file. Explanations and switched-off settings differ in the space after "#", as its own head says. */
export function configTemplate({ packs, approver }: TemplateOptions): string {
  return `# sallyport: what an agent may reach, what it may run there, and who it has to ask.
# "#", one space and a word explain. Any other "#" switches a setting off: take it away to use it.
# Every setting is described in docs/config.md. A changed policy counts at once; after any other
# change: sallyport broker stop
version: 1

# The places an agent can reach, by name.
targets:
  # Your own shell, in the folder the agent works in. Try: sallyport shell local -- ls -l
  local:
    kind: shell
    # Of your variables, the program gets only these:
    #env: [HOME, LANG, LC_*, LOGNAME, PATH, TERM, TZ, USER]

  # A server. A certificate is minted for each command; on the server, sshd must trust the line
  # that "sallyport ssh-ca public-key" prints (TrustedUserCAKeys in sshd_config).
  # Try: sallyport ssh web -- uptime
  #web:
  #  kind: ssh
  #  host: web.example.org
  #  user: deploy
  #  # On the server: ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub
  #  hostKey: "${EXAMPLE_FINGERPRINT}"

  # A cluster. Each request of kubectl is judged, also those of helm and the like with --kubeconfig.
  # What its administrator applies: sallyport targets rbac prod --as agents:sallyport
  # Try: sallyport targets check prod, and then: sallyport kubectl prod -- get pods
  #prod:
  #  kind: kubectl
  #  # The broker's own way in; without it, the account of the pod that it runs in.
  #  kubeconfig: /etc/sallyport/prod.kubeconfig
  #  # What sessions act as: give it no more rights than agents need.
  #  credential: { serviceAccount: agents/agent }
  #  quota: { deletes: 5 }

# The people who can approve what a rule asks for. They sign with an SSH key of theirs. With "user",
# what runs as that OS user cannot approve its own. Without anybody here, all of it is refused.
${approverSection(approver)}
# What may run. deny beats ask beats allow, whatever the order of the rules.
policy:
  # Rules that come with sallyport, every one of them. They are:
${wrapped(packs.map(({ name }) => name).join(', '))}
  packs: all
  # Files in here are the agent's to change: there, the rules above mind less.
  #workspace: /srv/app
  # Your own. Try them without running anything: sallyport policy check --target local -- COMMAND
  rules:
    - id: build
      on: { target: local }
      match: { command: make, args: [test] }
      verdict: allow
    #- id: restart
    #  on: { target: "web*" }
    #  match: { command: systemctl, args: [restart, "*"] }
    #  verdict: ask
    #  ttl: 10m
    #- id: scale
    #  on: { target: prod }
    #  match: { verb: patch, resource: deployments.apps/scale }
    #  verdict: ask
    #- id: no-etc
    #  match: { writes: "/etc/**" }
    #  verdict: deny
    #  reason: the configuration of machines is changed by pull request
    #  suggest: open one
  # What no rule matched, and what the parser cannot read:
  default: ask
  opaque: deny

# What is masked in output, recordings and requests. With nothing here: tokens, keys, passwords and
# personal data of every known kind, everywhere. Try it: sallyport mask test FILE
#masking:
#  # By the families and kinds that "sallyport mask explain" lists:
#  families: { personal: false }
#  where:
#    - on: { target: "web*" }
#      kinds: { card: true }
#  exceptions:
#    - kind: email
#      on: { target: web }
#      reason: who works there answers customers
#  # Your own, and a file with a value that nobody may ever see, in any encoding:
#  rules:
#    - name: acme-token
#      anchors: acme_
#      secret: "[a-z0-9]{32}"
#  values:
#    - { name: db-password, file: /etc/sallyport/db-password }

# When sessions and requests end.
#limits:
#  hard: 1h
#  idle: 10m
#  approvalWait: 15m
`;
}

/** As lines of explanation. */
function wrapped(text: string): string {
  return text.replace(/(.{1,90})( |$)/g, '  # $1\n').trimEnd();
}

/** Well-formed, so that the file loads when the example is switched on; no server has a key with that print. */
export const EXAMPLE_FINGERPRINT = `SHA256:${'REPLACE'.repeat(7).slice(0, 43)}`;

const EXAMPLE_KEY = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA ann@example.org';

function approverSection(approver: TemplateOptions['approver']): string {
  if (approver !== undefined) {
    return `approvers:\n  ${asName(approver.name)}:\n    keys:\n      - ${JSON.stringify(approver.key)}\n`;
  }
  return `#approvers:\n#  ann:\n#    keys:\n#      # The line in ~/.ssh/id_ed25519.pub:\n#      - "${EXAMPLE_KEY}"\n`;
}

/** The nearest name that the config takes (fields.ts, NAME): an account may be called "Ann Smith". */
function asName(text: string): string {
  const plain = text
    .toLowerCase()
    .replace(/[^a-z0-9._-]+/g, '-')
    .replace(/^[^a-z0-9]+/, '');
  return plain.slice(0, 63) || 'me';
}
