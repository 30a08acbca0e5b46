// How a program gets into the sandbox and out of it again: a few lines of shell before bubblewrap and inside it. They run as
// the account, read nothing but their arguments, and are gone or out of the way while the program runs.
// Their variables are SALLYPORT_*, which no program is ever given (environment.ts): any other name may be one of its own, and
// would reach it changed.

export interface Trampoline {
  /** Absolute paths. */
  readonly bash: string;
  readonly bwrap: string;
  readonly env: string;
  readonly sleep: string;
  readonly bwrapArguments: readonly string[];
  /** Covered as what they are for the account: folders, files, or not at all where they are out of its reach. */
  readonly covers: {
    readonly pinned: readonly string[];
    readonly hidden: readonly string[];
    readonly readOnly: readonly string[];
  };
  /** Descriptors, as inherited: the filter to read, and what to say "in" to once the walls stand. */
  readonly filterFd: number;
  readonly statusFd: number;
  /** Of those that shells set, the ones that the program is not to have. */
  readonly unset: readonly string[];
  /** `NAME=value`, for the program. */
  readonly variables: readonly string[];
  /** Started inside before the program, and ended with it (relay.ts): `node -e script socket`. */
  readonly relay: { readonly node: string; readonly script: string; readonly socket: string } | undefined;
  readonly program: { readonly file: string; readonly args: readonly string[] };
}

/** What to execute, once the program's user is who runs. */
export function trampoline(way: Trampoline): { file: string; args: string[] } {
  const { covers } = way;
  const relay = way.relay === undefined ? ['', '', ''] : [way.relay.node, way.relay.script, way.relay.socket];
  const groups = [covers.pinned, covers.hidden, covers.readOnly, [way.bwrap, ...way.bwrapArguments]];
  const inside = [
    ...['/bin/sh', '-c', INSIDE, 'sh', way.sleep, ...relay],
    ...[way.env, '--default-signal', ...way.unset.flatMap((name) => ['-u', name]), '--'],
    ...[...way.variables, way.program.file, ...way.program.args],
  ];
  const counted = groups.flatMap((group) => [String(group.length), ...group]);
  const descriptors = [String(way.filterFd), String(way.statusFd)];
  return {
    file: way.bash,
    args: ['--noprofile', '--norc', '-c', BEFORE, 'bash', ...descriptors, ...counted, ...inside],
  };
}

// bubblewrap waits beside the program, in the same group: it must not be what a Ctrl-C or a signal ends, because that would
// end the program without asking it. So the signals are ignored here (17 is SIGCHLD), and `env` gives them back inside.
// The descriptors have any number; they are moved out of the way first, since one of them may be 8 or 9 itself.
const BEFORE = `
trap '' {1..16} {18..31} {34..64}
exec {SALLYPORT_FILTER}<&"$1" {SALLYPORT_STATUS}>&"$2" || exit
eval "exec $1<&- $2>&-"
exec 8<&"$SALLYPORT_FILTER" 9>&"$SALLYPORT_STATUS" {SALLYPORT_FILTER}<&- {SALLYPORT_STATUS}>&-
shift 2
SALLYPORT_OVER=()
SALLYPORT_COUNT=$1; shift
for SALLYPORT_PATH in "\${@:1:SALLYPORT_COUNT}"; do
  [ ! -d "$SALLYPORT_PATH" ] || SALLYPORT_OVER+=(--bind "$SALLYPORT_PATH" "$SALLYPORT_PATH")
done
shift "$SALLYPORT_COUNT"; SALLYPORT_COUNT=$1; shift
for SALLYPORT_PATH in "\${@:1:SALLYPORT_COUNT}"; do
  if [ -d "$SALLYPORT_PATH" ]; then
    SALLYPORT_OVER+=(--perms 0555 --tmpfs "$SALLYPORT_PATH" --remount-ro "$SALLYPORT_PATH")
  elif [ -e "$SALLYPORT_PATH" ]; then
    SALLYPORT_OVER+=(--ro-bind /dev/null "$SALLYPORT_PATH")
  fi
done
shift "$SALLYPORT_COUNT"; SALLYPORT_COUNT=$1; shift
for SALLYPORT_PATH in "\${@:1:SALLYPORT_COUNT}"; do
  [ ! -e "$SALLYPORT_PATH" ] || SALLYPORT_OVER+=(--ro-bind "$SALLYPORT_PATH" "$SALLYPORT_PATH")
done
shift "$SALLYPORT_COUNT"; SALLYPORT_COUNT=$1; shift
exec "\${@:1:SALLYPORT_COUNT}" "\${SALLYPORT_OVER[@]}" --seccomp 8 -- "\${@:SALLYPORT_COUNT+1}"
`;

// The shell inside has no word of its own on the program's stderr, where shells say "Terminated". What it knows of the
// end goes to the status descriptor: `jobs` tells an exit with 143 from a SIGTERM, which nothing else here does (status-words.ts).
// bubblewrap ends everything with the program. What still writes the end of its output, such as tee in a process
// substitution, has a moment: as long as it has without a sandbox (launch.ts, LEFTOVER_QUIET_MS).
const INSIDE = `
SALLYPORT_SLEEP=$1 SALLYPORT_OTHERS=2
if [ -n "$2" ]; then
  [ "$("$2" -e "$3" "$4" </dev/null 2>/dev/null 9>&- &)" = ready ] || { echo 'the way to the proxy did not come up' >&2; exit 70; }
  SALLYPORT_OTHERS=3
fi
shift 4
echo in >&9
exec 6<&0 7>&2 2>/dev/null
"$@" <&6 2>&7 6<&- 7>&- 9>&- &
exec 6<&-
wait "$!"
SALLYPORT_CODE=$?
jobs -l >&9
SALLYPORT_ROUNDS=0
while set -- /proc/[0-9]*; [ "$#" -gt "$SALLYPORT_OTHERS" ] && [ "$SALLYPORT_ROUNDS" -lt 50 ]; do "$SALLYPORT_SLEEP" 0.02; SALLYPORT_ROUNDS=$((SALLYPORT_ROUNDS + 1)); done
exit "$SALLYPORT_CODE"
`;
