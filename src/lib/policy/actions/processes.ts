// Processes of everybody: ended all at once, or looked into.
import { overlaps } from '../facts/glob.ts';
import { hasOption, parseOptions } from '../facts/options.ts';
import type { CommandFact } from './index.ts';
import { hasLong, onlyTells, verbsOf } from './words.ts';

/** Every action this file names. */
export const PROCESS_ACTIONS: readonly string[] = ['process.inspect', 'process.kill-all'];

/** `process.kill-all`, `process.inspect`. */
export function processActions({ name, args }: CommandFact): string[] {
  if (onlyTells(args)) return [];
  switch (name) {
    case 'kill':
      return kill(args);
    case 'killall5':
      return ['process.kill-all'];
    case 'pkill':
    case 'killall':
    case 'skill':
    case 'slay':
      return killByName(name, args);
    case 'fuser':
      return hasOption(args, '-k', '--kill') && verbsOf(args).some((value) => value.startsWith('/'))
        ? ['process.kill-all']
        : [];
    case 'gcore':
    case 'reptyr':
    case 'procdump':
      return ['process.inspect'];
    case 'gdb':
    case 'lldb':
    case 'strace':
    case 'ltrace':
    case 'rr':
    case 'frida':
    case 'perf':
    case 'py-spy':
    case 'rbspy':
    case 'jmap':
    case 'jcmd':
    case 'dlv':
      return attaches(name, args) ? ['process.inspect'] : [];
    case 'ss':
      return hasOption(args, '-K', '--kill') ? ['process.kill-all'] : [];
    case 'loginctl':
      return args.some(({ value }) => /^(kill|terminate)-(user|session|seat)$/.test(value)) ? ['process.kill-all'] : [];
    default:
      return [];
  }
}

// The first word may be a signal; then `-1` is everybody, and `1` is what started all others.
function kill(args: CommandFact['args']): string[] {
  const values = args.map(({ value }) => value);
  const first = values[0] ?? '';
  if (/^(-l|-L|--list|--table|-0$)/.test(first)) return [];
  let at = 0;
  if (/^(-s|-n|--signal|-q|--queue|--timeout)$/.test(first)) at = 2;
  else if (first.startsWith('-') && first !== '--') at = 1;
  const targets = values.slice(at).filter((value) => value !== '--');
  const isAlone = at === 1 && targets.length === 0 && first === '-1';
  return isAlone || targets.some((value) => /^-?0*1$/.test(value) || value === '0' || /^-0+$/.test(value))
    ? ['process.kill-all']
    : [];
}

const KILLS = {
  short: 'sgGPtuUFr',
  long: ['signal', 'pgroup', 'group', 'parent', 'session', 'terminal', 'pidfile', 'ns', 'nslist', 'older', 'runstates'],
};

const KILLALL = { short: 'snoyuZ', long: ['signal', 'user', 'context', 'ns', 'older-than', 'younger-than'] };

// By account, by terminal, or by a pattern that everything matches.
function killByName(name: string, args: CommandFact['args']): string[] {
  if (
    args.some(
      ({ value }) =>
        /^(-[a-zA-Z]*[uUtGgPsv]|--(user|euid|uid|terminal|inverse|session|pgroup|ns|parent))/.test(value) &&
        !isSignal(value),
    )
  )
    return ['process.kill-all'];
  const patterns = parseOptions(args, name === 'killall' ? KILLALL : KILLS).operands.map(({ value }) => value);
  const everything = /^(\^|\(|\)|\$|\.|\*|\+|\?|\[[^\]]*\]|\||\\.|\/|[a-z](?=\||$)|\{[\d,]*\})*$/i;
  return patterns.some(
    (pattern) => everything.test(pattern) || /^(init|systemd|sshd|dbus-daemon|login|bash|zsh|sh)$/.test(pattern),
  )
    ? ['process.kill-all']
    : [];
}

// `-USR1`, `-SIGTERM`, `-TERM`: letters of a signal, not options.
function isSignal(value: string): boolean {
  return /^-(SIG)?(HUP|INT|QUIT|ILL|TRAP|ABRT|BUS|FPE|KILL|USR[12]|SEGV|PIPE|ALRM|TERM|STKFLT|CHLD|CONT|STOP|TSTP|TTIN|TTOU|URG|XCPU|XFSZ|VTALRM|PROF|WINCH|IO|PWR|SYS|RT.*)$/.test(
    value,
  );
}

const TRACES = { short: 'abeEIkoOpPsSuXUlnAx', posix: true };

// `-p 123`, `--pid=123`, `gdb program 123`.
function attaches(name: string, args: CommandFact['args']): boolean {
  const values = args.map(({ value }) => value);
  const number = (value: string) => /^\d+$/.test(value) || overlaps(value, '123');
  switch (name) {
    case 'gdb':
      return (
        hasLong(args, '--pid') ||
        values.some((value) => /^(-p\d*|-?-pid.*|-ex=?attach.*|attach \d+)$/.test(value)) ||
        values.slice(0, 3).some(number)
      );
    case 'lldb':
    case 'frida':
    case 'py-spy':
    case 'rbspy':
      return values.some((value) => /^(-p\d*|-n|--pid|--attach-pid|--attach-name|dump|record|top)/.test(value));
    case 'perf':
      return (
        /^(trace|record|probe|kmem|lock)$/.test(values[0] ?? '') &&
        values.some((value) => /^(-p|--pid|-a|--all-cpus)/.test(value))
      );
    case 'jmap':
      return values.some((value) => /dump/.test(value));
    case 'jcmd':
      return values.some((value) => /dump|system_properties/i.test(value));
    case 'dlv':
      return values[0] === 'attach';
    default:
      return parseOptions(args, TRACES).options.some((option) => option.name === '-p' || /^--att/.test(option.name));
  }
}
