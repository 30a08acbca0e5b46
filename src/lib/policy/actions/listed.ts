// Processes that one command of a text lists and another kills: `kill $(ps -e -o pid=)`, `pgrep . | xargs kill`.
import type { SimpleCommand } from '../facts/facts.ts';

const EVERYTHING = /^(-[a-zA-Z]*[uUPsgtv].*|--(user|euid|uid|inverse|parent|terminal).*|[.^$*+?()[\]|/]*)$/;
const FIRST_OF_ALL = /^(init|systemd|sshd|dbus-daemon|auditd|rsyslogd|systemd-\w+)$/;

/** Adds `process.kill-all` to what kills processes that the text lists without choosing any by name. */
export function killsListed(commands: readonly SimpleCommand[]): readonly SimpleCommand[] {
  if (!commands.some(killsUnknown) || !commands.some(listsEverybody) || commands.some(chooses)) return commands;
  return commands.map((command) =>
    killsUnknown(command) ? { ...command, does: [...command.does, 'process.kill-all'] } : command,
  );
}

function killsUnknown({ name, args, wrappers }: SimpleCommand): boolean {
  return (
    name === 'kill' && (args.some(({ exact }) => !exact) || wrappers.includes('xargs') || wrappers.includes('parallel'))
  );
}

function listsEverybody({ name, args, reads }: SimpleCommand): boolean {
  const values = args.map(({ value }) => value);
  switch (name) {
    case 'ps':
      return (
        values.some((value) => /^(-[a-zA-Z]*[eA]|(?=.*a)(?=.*x)-?[a-z]+$)/.test(value)) &&
        !values.some((value) => /^(-C|--comm|-p|--pid)/.test(value))
      );
    case 'pgrep':
      return (
        values.some((value) => EVERYTHING.test(value) || FIRST_OF_ALL.test(value)) ||
        values.every((value) => value.startsWith('-'))
      );
    case 'pidof':
      return values.some((value) => FIRST_OF_ALL.test(value));
    case 'ls':
      return values.some((value) => /^\/proc\/?$/.test(value)) || reads.some(({ forms }) => forms.includes('/proc'));
    case 'seq':
      return true;
    default:
      return false;
  }
}

// `grep node` between the two names some of them.
function chooses({ name, args }: SimpleCommand): boolean {
  const values = args.map(({ value }) => value).filter((value) => !value.startsWith('-'));
  if (/^(grep|egrep|fgrep|rg|ag)$/.test(name))
    return values.some((value) => /[a-z]{2}/i.test(value.replace(/\[[^\]]*\]/g, '')));
  if (/awk$/.test(name)) return values.some((value) => /\/[^/]*[a-z]{2}[^/]*\/|~|==/i.test(value));
  return false;
}
