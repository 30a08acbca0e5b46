// timeout: 120
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: it is shell text
import { spawnSync } from 'node:child_process';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { parseCommand } from '../../src/lib/policy/language/parse.ts';
import { quote } from '../../src/lib/policy/language/print.ts';

const parse = (text: string) => parseCommand({ kind: 'text', text });

/** What is written, and the one form in which it runs; where that is left out, the same. */
const FORMS: readonly (readonly [text: string, printed?: string])[] = [
  ['ls -la'],
  ['ls   -la', 'ls -la'],
  ['ls;', 'ls'],
  ['ls\npwd', 'ls; pwd'],
  ['ls # comment', 'ls'],
  ['ls & pwd'],
  ['ls &'],
  ['a && b || c'],
  ['a | b |& c'],
  ['! a | b'],
  ['time a'],
  ['time ! a'],
  ['( a; b )'],
  ['(a)', '( a )'],
  ['{ a; b; }'],
  ['{ a & }'],
  ['if a; then b; elif c; then d; else e; fi'],
  ['if a\nthen b\nfi', 'if a; then b; fi'],
  ['while a; do b; done'],
  ['until a; do b; done'],
  ['for x in a b; do c; done'],
  ['for x; do c; done'],
  ['for x in; do c; done'],
  ['case $x in (a | b) c ;; (*) d ;& (e) ;;& esac', 'case ${x} in (a | b) c ;; (*) d ;& (e) ;;& esac'],
  ['case x in a) b;; esac', 'case x in (a) b ;; esac'],
  ['f() { a; }'],
  ['function f { a; }', 'f() { a; }'],
  ['f() ( a )'],
  ['[[ -n a && ! b == c* || ( d < e ) ]]'],
  ['[[ a =~ ^(b|c)+$ ]]'],
  ['((x + 1))'],
  ['(( x+1 ))', '((x+1))'],
  ['a=b'],
  ['a={b,c}', "a='{b,c}'"],
  ['a= b'],
  ['a+=b'],
  ['a=(b c)'],
  ['a=b c=d e'],
  ['export a=b'],
  ['export a=$b', 'export a=${b}'],
  ["echo 'a'", 'echo a'],
  ["echo 'a b'"],
  ['echo "a"', 'echo a'],
  ['echo "a b"', "echo 'a b'"],
  ['echo a\\ b', "echo 'a b'"],
  ["echo $'a\\tb'", "echo 'a\tb'"],
  ["echo $'\\x1b'", "echo $'\\033'"],
  ["echo $'\\u202e'", "echo $'\\342\\200\\256'"],
  ['echo \u202e', "echo $'\\342\\200\\256'"],
  ['echo a\u200bb', "echo $'a\\342\\200\\213b'"],
  ['echo "it\'s"', "echo 'it'\\''s'"],
  ["r''m x", 'rm x'],
  ['r\\m x', 'rm x'],
  ['"rm" x', 'rm x'],
  ["''", "''"],
  ['echo ""', "echo ''"],
  ['echo $a', 'echo ${a}'],
  ['echo "$a"', 'echo "${a}"'],
  ['echo "a$b"c', 'echo a"${b}"c'],
  ['echo ${a:-b} ${a#b} ${a%%b} ${a/b/c} ${a//b/c} ${a^^} ${a:1:2} ${#a} ${a[0]} ${a[@]}'],
  ['echo ${a:-$(b)}', 'echo ${a:-$( b )}'],
  ['echo $1 $@ $? $#', 'echo ${1} ${@} ${?} ${#}'],
  ['echo `a`', 'echo $( a )'],
  ['echo $(a)', 'echo $( a )'],
  ['echo "$(a "b")"', 'echo "$( a b )"'],
  ['echo $((1 + 2))', 'echo $((1 + 2))'],
  ['echo $[1+2]', 'echo $((1+2))'],
  ['echo <(a) >(b)', 'echo <( a ) >( b )'],
  ['echo * ? [ab] a*b'],
  ['echo "*"', "echo '*'"],
  ['echo ~ ~/a ~root'],
  ['echo "~"', "echo '~'"],
  ['a=~:~/b', 'a=~:~/b'],
  ['echo {a,b}c', 'echo ac bc'],
  ['echo {1..3}', 'echo 1 2 3'],
  ['echo {c..a}', 'echo c b a'],
  ['echo x{a,{b,c}}', 'echo xa xb xc'],
  ['echo {a,}', 'echo a'],
  ['echo {,a}"b"', 'echo b ab'],
  ['echo {a} {} {a', "echo '{a}' {} '{a'"],
  ['{rm,-rf,x}', 'rm -rf x'],
  ['a > b >> c < d'],
  ['a >| b <> c 2> d &> e &>> f'],
  ['a >&2 2>&1 <&3 3>&- 4<&-'],
  ['a >& b', 'a >&b'],
  ['a <<< b'],
  ['> a b', 'b > a'],
  ['{ a; } > b'],
  ['( a ) 2> b'],
  ['while a; do b; done < c'],
  ['cat <<E\na\nE', 'cat <<< a'],
  ['cat <<E\na $b\nE', 'cat <<< \'a \'"${b}"'],
  ["cat <<'E'\na $b\nE", "cat <<< 'a $b'"],
  ['cat <<E\nE', 'cat < /dev/null'],
  ['find . -exec a {} \\;', "find . -exec a {} ';'"],
  ['[ a = b ]'],
  ['test ! -f a'],
  ['echo if then fi done', 'echo if then fi done'],
  ['"if" a', "'if' a"],
  ['\\time a', "'time' a"],
  ['echo a#b', "echo 'a#b'"],
  ['echo a=b'],
  ['"a=b" c', "'a=b' c"],
  ['command "a=b"', "command 'a=b'"],
  ['time -p a', 'time -p a'],
  ['coproc a > b', 'coproc a > b'],
  ['coproc X { a; } 2>&1', 'coproc X { a; } 2>&1'],
  ['coproc while a; do b; done'],
  ['for ((i=0; i < 3; i++)) { a; }', 'for ((i=0; i < 3; i++)); do a; done'],
  ['for ((;;)); do a; done', 'for ((; ; )); do a; done'],
  ['a[1]=b a[$c]+=d a[${c}]=e a[f]=g', 'a[1]=b a[${c}]+=d a[${c}]=e a[f]=g'],
  ['echo ${a[-1]} ${a[$b]} "${a[b]}"', 'echo ${a[-1]} ${a[${b}]} "${a[b]}"'],
  ['echo {01..03} {-1..01} {5..1..2} {1..5..-2}', 'echo 01 02 03 -1 00 01 5 3 1 1 3 5'],
];

for (const [text, printed = text] of FORMS) {
  test(`prints ${JSON.stringify(text)} as ${JSON.stringify(printed)}, and that as itself`, () => {
    const once = parse(text);
    assert.equal(once.opaque, []);
    assert.is(once.printed, printed);
    assert.is(parse(once.printed).printed, printed);
  });
}

/** Never printed: the caller's text, with the reason. */
const OPAQUE: readonly (readonly [text: string, reason: RegExp])[] = [
  ['select x in a; do b; done', /select/],
  ['A=<(a) b', /joins what stands before/],
  ['echo ${a@P}', /not understood/],
  ['echo ${!a}', /not understood/],
  ['a[1]=c b', /array element/],
  ['declare a[b]=c', /array element/],
  ['a[$(b)]=c', /subscript/],
  ['a[b+1]=c', /subscript/],
  ['echo ${a[$(b)]}', /subscript/],
  ['echo ${a[b[1]]}', /subscript/],
  ['for ((i = a[1]; i < 3; i++)); do a; done', /for with arithmetic/],
  ['for ((i = 0; i < $(a); i++)); do a; done', /for with arithmetic/],
  ['echo $(for ((;;)); do a; done)', /for with arithmetic/],
  ['echo {1..1000..2}', /brace/],
  ['a=([x]=y)', /subscript/],
  ['echo $((a[1]))', /arithmetic/],
  ['echo $(( "1" ))', /arithmetic/],
  ['echo ${a:b}', /not understood/],
  ['[[ -v a[1] ]]', /name that bash would evaluate/],
  ['[[ a -eq b[1] ]]', /numeric test/],
  ['[[ a =~ "b" ]]', /regular expression/],
  ['[[ a =~ $b ]]', /regular expression/],
  ['echo $"a"', /translated/],
  ['echo @(a|b)', /extended pattern/],
  ['echo {a,$b}', /brace/],
  ['echo $a{b,c}', /brace/],
  ['a={b,$c}', /brace/],
  ['echo ~{a,b}', /brace/],
  ['echo {1..100000}', /brace/],
  ['a {fd}> b', /descriptor/],
  ['ec\\\nho a', /line continuation/],
  ['2\\\n>>x rm', /line continuation|digits/],
  ["echo $'a\\\nb'", /plain text|continuation/],
  ["echo $'\\x{41}'", /plain text/],
  ["echo $'\\xff'", /plain text/],
  ["echo $'\\ue005home'", /plain text/],
  ['m[1] a', /bracket/],
  ['12 a', /digits/],
  ['cat <<E\na', /without its end/],
  ['cat <<E\na\\\nb\nE', /continuation/],
  ['echo $( )', /empty substitution/],
  ['echo "$@$x"', /list beside/],
  ['< a time b', /time/],
  ['echo $(((1)) )', /arithmetic/],
  ['echo > ~:~', /tilde/],
  ['echo $x"a"$', /lone dollar/],
  ['echo $(a)$:', /lone dollar/],
  ['echo x=${y}:~', /tilde/],
  ['echo x+=~', /tilde/],
  ['echo "$(a <<E\nb\nE\nc)"', /here-document beside/],
  ['f-g.h() { a; }', /unusual name/],
];

for (const [text, reason] of OPAQUE) {
  test(`does not claim to understand ${JSON.stringify(text)}`, () => {
    const { opaque, printed } = parse(text);
    assert.match(opaque.map((each) => each.reason).join(), reason);
    assert.is(printed, text);
  });
}

test('quotes every byte and every odd character so that bash reads exactly it', () => {
  const texts = Array.from({ length: 255 }, (_, index) => String.fromCharCode(index + 1));
  const more = [
    'é',
    '😀',
    '\u202e',
    '\u200b',
    '\ufeff',
    '\u{e0041}',
    "'",
    "''",
    "a'b",
    '\\',
    "\\'",
    '!',
    '!!',
    '^a^b',
    '-',
    '{}',
    '[',
    '!',
  ];
  const all = [...texts, ...more, ...texts.map((text) => `a${text}b`), ...texts.map((text) => `${text}'\u001b`)];
  const script = `printf '%s\\0' ${all.map((text) => quote(text)).join(' ')}`;
  const run = spawnSync('bash', ['--noprofile', '--norc', '-c', script], {
    env: { LC_ALL: 'C.UTF-8', PATH: process.env.PATH },
  });
  const read = run.stdout.toString('utf8').split('\0').slice(0, -1);
  assert.equal(read, all);
});

test('shows nothing that a terminal would hide or reorder', () => {
  for (const char of ['\u202e', '\u2066', '\u200b', '\u200d', '\ufeff', '\u00ad', '\u3164', '\ufe0f', '\u{e0001}']) {
    assert.match(parse(`echo 'a${char}b'`).printed, /^echo \$'a(\\\d{3})+b'$/);
  }
});

test.run();
