// What a target's sandbox is to be, as configured, and how it is named to people. Types and words; nothing is looked at.

export interface SandboxOptions {
  /** `read-only`: nothing outside its own /tmp can be written. `workspace`: these folders can, too. */
  readonly preset: 'read-only' | 'workspace';
  /** Absolute, real paths; with `workspace` at least one. */
  readonly workspace: readonly string[];
  /** Absolute paths, or `~/…` of who it runs as, hidden beside those that always are (hidden-paths.ts). */
  readonly hide: readonly string[];
  /** `none`, the machine's own, or only these (`host:port`) through a proxy of the broker. */
  readonly network: 'none' | 'host' | readonly string[];
}

/** Paths of the broker itself. */
export interface BrokerPaths {
  /** State, recordings, socket, log: invisible in every sandbox. */
  readonly hidden: readonly string[];
  /** The configuration: readable, and not to be written where it lies in a workspace. */
  readonly readOnly: readonly string[];
}

/** For the line that an approver reads: `sandbox workspace /srv/app, no network`. */
export function sandboxWords({ preset, workspace, network }: SandboxOptions): string {
  const folders = workspace.length === 0 ? '' : ` ${workspace.join(' ')}`;
  const reach = network === 'none' ? 'no network' : network === 'host' ? "the machine's network" : network.join(' ');
  return `sandbox ${preset}${folders}, ${reach}`;
}
