// Proves that Perl only computes and prints. Perl cannot be cut into tokens without running it, so only a small part of
// it is taken: known functions, plain variables, and quotes and patterns that hold nothing but text and names.
import { PLAIN, type Plain, unproven } from './plain.ts';
import { type Token, words } from './tokens.ts';

const FUNCTIONS = words(`
  print printf say join split length substr index rindex uc lc ucfirst lcfirst reverse sort map grep keys values each
  scalar defined if unless else elsif while until for foreach my our next last redo and or not xor x eq ne lt gt le ge cmp
  chomp chop chr ord hex oct int abs sqrt sin cos exp log atan2 push pop shift unshift splice exists delete sprintf pack
  unpack time localtime gmtime rand srand BEGIN END strict warnings utf8 use no return undef sleep exit die warn
  STDIN STDOUT STDERR sum sum0 min max first uniq shuffle floor ceil fmod strftime encode_json decode_json to_json
  from_json encode_base64 decode_base64 md5_hex sha1_hex sha256_hex Dumper quotemeta pos wantarray local`);

/** What reaches the machine by its name: arguments that are opened, the environment, signals, where modules are. */
const DOORS = words('ARGV ENV SIG INC ISA');

const MODULES = words(`
  strict warnings utf8 List::Util POSIX JSON::PP JSON Data::Dumper MIME::Base64 Digest::MD5 Digest::SHA Time::HiRes
  integer bigint bignum feature Encode`);

/** `-Mstrict`, `-MList::Util=sum`: more is a line of code. */
export function isPlainPerlModule(value: string): boolean {
  const [, module = ''] = /^-?([A-Z][\w:]*|[a-z]\w*)(?:=[\w,:]*)?$/i.exec(value) ?? [];
  return MODULES.has(module);
}

const SKIP = /\s+|#[ -~]*(?=\n|$)/y;
const NUMBER = /(?:0[xXbB][\da-fA-F_]+|\d[\d_]*(?:\.\d+)?(?:[eE][+-]?\d+)?)(?!\w|\.(?!\.))/y;
// Not `$(`, `@{`, `${`, `%{` or `&name`: they hold or call code.
const VARIABLE = /\$#?[A-Za-z_]\w*|\$(?:\d+|[_&.,;!/\\0](?![\w{[(]))|@[A-Za-z_]\w*/y;
const HASH = /%[A-Za-z_]\w*/y;
const NAME = /[A-Za-z_]\w*/y;
const SINGLE = /'(?:[^'\\]|\\[\s\S])*'/y;
const DOUBLE = /"((?:[^"\\]|\\[\s\S])*)"/y;
const MATCH = /(?:m|qr)?\/((?:[^/\\\n]|\\[ -~])*)\/([a-z]*)/y;
const SUBSTITUTE = /s([/,|#:!])((?:(?!\1)[^\\\n]|\\[ -~])*)\1((?:(?!\1)[^\\\n]|\\[ -~])*)\1([a-z]*)/y;
const TRANSLATE = /(?:tr|y)([/,|#:!])(?:(?!\1)[^\\\n]|\\[ -~])*\1(?:(?!\1)[^\\\n]|\\[ -~])*\1[cdsr]*/y;
const WORDS = /qw\(([\w\s.,:/-]*)\)/y;
const INPUT = /<(?:STDIN)?>/y;
const MARK = /=>|<=>|&&|<(?!<)|[-+*%=>!|^~()[\]{},;?:.]/y;

/** Proves the code, or throws `Unproven`. */
export function provePerl(text: string): Plain {
  // Documentation in the text hides what stands in it.
  if (/^=[a-z]/m.test(text)) return unproven();
  const before: Token[] = [];
  const push = (kind: Token['kind'], part: string) => before.push({ kind, text: part });
  for (let at = 0; at < text.length; ) {
    const take = (pattern: RegExp): RegExpExecArray | null => {
      pattern.lastIndex = at;
      const found = pattern.exec(text);
      if (found !== null) at = pattern.lastIndex;
      return found;
    };
    if (take(SKIP) !== null) continue;
    const variable = take(VARIABLE) ?? (takesHash(before) ? take(HASH) : null);
    if (variable !== null) {
      if (/^\$[;\\]$/.test(variable[0]) || DOORS.has(variable[0].replace(/^\W+/, ''))) return unproven();
      push('name', variable[0]);
      continue;
    }
    if (isExpected(before) && takePattern(take)) {
      push('string', "''");
      continue;
    }
    const number = take(NUMBER);
    if (number !== null) push('number', number[0]);
    else if (takeSingle(take) || takeDouble(take)) push('string', "''");
    else if (take(INPUT) !== null) push('string', "''");
    else takeRest(take, before, push);
  }
  return PLAIN;
}

type Take = (pattern: RegExp) => RegExpExecArray | null;

// Where a value may begin a slash begins a pattern; elsewhere it divides, and that is not taken at all.
function isExpected(before: readonly Token[]): boolean {
  const last = before.at(-1);
  if (last === undefined) return true;
  if (last.kind === 'number' || last.kind === 'string') return false;
  if (last.kind === 'name')
    return /^(if|unless|and|or|not|while|until|grep|map|split|print|return|x|join)$/.test(last.text);
  return /^([(,;={!~?:|]|&&)$/.test(last.text);
}

// Elsewhere a percent sign is the remainder, and a name behind it a call.
function takesHash(before: readonly Token[]): boolean {
  const last = before.at(-1);
  if (last?.kind === 'mark') return /^[(,;={]$/.test(last.text);
  return last === undefined || /^(keys|values|each|my|our|local|scalar|print|delete|exists)$/.test(last.text);
}

function takePattern(take: Take): boolean {
  const substitute = take(SUBSTITUTE);
  if (substitute !== null) {
    const [, , pattern = '', replacement = '', flags = ''] = substitute;
    if (/[^gimsxnr]/.test(flags)) unproven();
    checkInterpolated(pattern, 'pattern');
    checkInterpolated(replacement, 'text');
    return true;
  }
  if (take(TRANSLATE) !== null) return true;
  const match = take(MATCH);
  if (match === null) return false;
  if (/[^gimsxnoc]/.test(match[2] ?? '')) unproven();
  checkInterpolated(match[1] ?? '', 'pattern');
  return true;
}

function takeSingle(take: Take): boolean {
  const single = take(SINGLE);
  // It may be used as a pattern.
  if (single !== null && /\(\?\??[{p]|\(\*/.test(single[0])) unproven();
  return single !== null;
}

function takeDouble(take: Take): boolean {
  const double = take(DOUBLE);
  if (double !== null) checkInterpolated(double[1] ?? '', 'text');
  return double !== null;
}

// A name alone is a value; a name with a bracket behind it holds code, and so do `@{[…]}`, `${…}` and `(?{…})`.
function checkInterpolated(inside: string, place: 'text' | 'pattern'): void {
  const rest = inside.replace(/\\[\s\S]/g, '..');
  if (/\(\?\??[{p]|\(\*/.test(rest)) unproven();
  if (/@(?![\s.,;:)%]|$)/.test(rest)) unproven();
  // An anchor in a pattern; a known element in text.
  const plain =
    place === 'pattern'
      ? rest.replace(/\$(?=[|)]|$)/g, '')
      : rest.replace(/(\$[A-Za-z_]\w*)(?:\[-?\d+\]|\{\w+\})(?![[{]|->)/g, '$1 ');
  if ([...plain.matchAll(/\$([A-Z]\w*)/g)].some(([, name = '']) => DOORS.has(name))) unproven();
  if (/\$(?![A-Za-z_]\w*(?![\w[{]|->|::)|\d+(?![\d[{])|[&.,](?![[{]))/.test(plain)) unproven();
}

function takeRest(take: Take, before: readonly Token[], push: (kind: Token['kind'], part: string) => void): void {
  if (take(WORDS) !== null) {
    push('string', "''");
    return;
  }
  const name = take(NAME);
  if (name !== null) {
    if (!FUNCTIONS.has(name[0])) unproven();
    push('name', name[0]);
    return;
  }
  // No `->`: a text in its left side names a variable, `$x = 'ARGV'; $x->[0]`.
  const mark = take(MARK) ?? unproven();
  if (mark[0] === '>' && before.at(-1)?.text === '-') unproven();
  push('mark', mark[0]);
}
