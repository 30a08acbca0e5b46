// Aliases: harmless where a name stands for a command with other options, not where a name that people trust stands for
// another program, or a short one for what would be denied.
import type { Field } from '../facts/facts.ts';

const TRUSTED =
  /^(sudo|su|doas|ssh|scp|rsync|git|ls|cd|cat|cp|mv|rm|ps|kill|grep|find|less|more|man|vi|vim|nano|top|passwd|login|docker|kubectl|curl|wget|make|npm|pip|python3?|node|tar|chmod|chown|mount|systemctl|bash|sh|exit|echo|test|true|false|command|builtin|cargo|go|terraform|aws)$/;
/** Programs that run, fetch or rewrite whatever they are told. */
const ANYTHING =
  /^(sudo|su|doas|sh|bash|dash|zsh|ksh|fish|eval|exec|source|\.|python\d*|perl|ruby|node|php|curl|wget|nc|ncat|socat|rm|dd|chmod|chown|env|xargs)$/;
const PLAIN = /^[\w.+-]+( [\w.,:=/@+~-]+)*$/;
const LOSES = /\bpush\b.* (-[a-z]*f|--force|--mirror|--delete)( |$)|\bdelete (ns|namespace)\b|\bdestroy\b/;

/** True where an alias may make a later command do something else than it says. */
export function aliasDeceives({ value, exact }: Field): boolean {
  const [, name = '', text = ''] = /^([^=]+)=([\s\S]*)$/.exec(value) ?? [];
  if (name === '') return false;
  const [program = '', ...words] = text.split(' ');
  if (!exact || !PLAIN.test(text) || LOSES.test(text)) return true;
  if (program === name) return ANYTHING.test(program) && words.some((word) => !word.startsWith('-'));
  return TRUSTED.test(name) || ANYTHING.test(program);
}
