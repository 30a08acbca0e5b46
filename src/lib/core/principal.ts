// Who asks, and how that was proven. A name without a proof is not a principal.

/** The kernel's word on who holds the other end of a Unix socket (unix(7), SO_PEERCRED). */
export interface UnixPeer {
  readonly method: 'unix-peer';
  readonly uid: number;
  readonly gid: number;
  readonly pid: number;
}

export interface Principal {
  /** Stable name used in policy, audit and approvals, e.g. `unix:agent`. */
  readonly name: string;
  readonly proof: UnixPeer;
}
