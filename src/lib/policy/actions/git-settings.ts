// Settings of git whose value is a program, or brings one in.
import type { Field } from '../facts/facts.ts';

const RUNS =
  /^(core\.(pager|editor|sshcommand|fsmonitor|hookspath|gitproxy|askpass|worktree|attributesfile|alternaterefscommand)|pager\..*|diff\.external|diff\..+\.(command|textconv)|filter\..*|credential\.(.+\.)?helper|gpg\.(.+\.)?program|gpg\.ssh\.defaultkeycommand|uploadpack\.packobjectshook|merge\..+\.driver|include\.path|includeif\..*|init\.templatedir|interactive\.difffilter|sequence\.editor|(browser|man|mergetool|difftool|guitool)\..+\.(cmd|path)|guitool\..*|protocol\.(.+\.)?allow|url\..*|submodule\..+\.(update|url)|remote\..+\.(uploadpack|receivepack|vcs|push|mirror)|trailer\..+\.(cmd|command)|sendemail\..*|web\.browser|help\.browser|ssh\.variant|hook\..*|maintenance\..*|tar\..+\.command|instaweb\..*|transfer\.fsckobjects|receive\.procreceiverefs|core\.untrackedcache\.command)$/i;
/** Programs that people name there every day. */
const USUAL =
  /^(cat|less( -[A-Za-z]+)*|more|delta|diff-so-fancy|vim?|nvim|nano|emacs|code --wait|true|false|store|cache|osxkeychain|manager|rebases|simple|current|)$/;

/** True where `NAME=VALUE` may make git run something. */
export function isProgramSetting({ value, exact }: Field): boolean {
  const [key = '', ...rest] = value.split('=');
  if (!exact && /[\ue000-\ue004]/.test(key)) return true;
  return setsProgram(key, { value: rest.length === 0 ? 'true' : rest.join('='), exact });
}

/** `git.set-program`: what will run the next time that git is. */
export function settingActions(args: readonly Field[]): string[] {
  const words = args.map(({ value }) => value);
  if (words.some((word) => /^(--get|--list|-l$|--unset|get$|list$|unset$|--name-only)/.test(word))) return [];
  if (words.some((word) => /^(-e|--edit|edit)$/.test(word))) return ['git.set-program'];
  const sets = args.some((arg, index) => {
    const value = args[index + 1];
    if (value === undefined) return false;
    return setsProgram(arg.value, value) || (!arg.exact && /^[\ue000-\ue004]/.test(arg.value));
  });
  return sets ? ['git.set-program'] : [];
}

function setsProgram(key: string, { value, exact }: Pick<Field, 'value' | 'exact'>): boolean {
  if (/^alias\./i.test(key))
    return !exact || /^\s*!/.test(value) || /^push\b.*(\s-[a-z]*f|--f|--mirror|--delete|\s\+)/.test(value);
  if (/^remote\..+\.(push|mirror)$/i.test(key)) return !exact || value !== 'false';
  return RUNS.test(key) && (!exact || !USUAL.test(value));
}
