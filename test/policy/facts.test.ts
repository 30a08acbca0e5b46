// biome-ignore-all lint/suspicious/noTemplateCurlyInString: it is shell text
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { files, ran, reasons } from './judged.ts';

/** Text, and every command it may run. `…` is what only the run will know; after a word, any number of arguments. */
const RUNS: Readonly<Record<string, readonly (readonly [text: string, ...commands: string[]])[]>> = {
  'lists and pipelines': [
    ['a; b & c', 'a', 'b', 'c'],
    ['a && b || c', 'a', 'b', 'c'],
    ['a | b |& c', 'a', 'b', 'c'],
    ['! a', 'a'],
    ['time a', 'a'],
    ['( a; ( b ) ); { c; }', 'a', 'b', 'c'],
  ],
  substitutions: [
    ['a $(b)', 'b', 'a ……'],
    ['a "$(b)"', 'b', 'a …'],
    ['a `b`', 'b', 'a ……'],
    ['a <(b) >(c)', 'b', 'c', 'a /dev/fd/63 /dev/fd/63'],
    ['a <<< "$(b)"', 'b', 'a'],
    ['a > "$(b)"', 'b', 'a'],
    ['x=$(a) b', 'a', 'b'],
    ['x=$(a)', 'a'],
    ['x=(1 $(a))', 'a'],
    ['a ${x:-$(b)}', 'b', 'a ……'],
    ['[[ -n $(a) ]]', 'a'],
    ['case $(a) in $(b)) c;; esac', 'a', 'b', 'c'],
    ['for x in $(a); do b; done', 'a', 'b'],
  ],
  'control flow': [
    ['if a; then b; elif c; then d; else e; fi', 'a', 'b', 'c', 'd', 'e'],
    ['while a; do b; done', 'a', 'b'],
    ['until a; do b; done', 'a', 'b'],
    ['case x in (a) b;; (*) c;; esac', 'b', 'c'],
    ['for x in 1 2; do a $x; done', 'a 1', 'a 2'],
    ['for x in r m; do $x a; done', 'r a', 'm a'],
    ['for x in *.ts; do a "$x"; done', 'a *.ts…'],
  ],
  variables: [
    ['x=rm; $x -r y', 'rm -r y'],
    ['x=r; y=m; $x$y z', 'rm z'],
    ["x='rm -r'; $x y", 'rm -r y'],
    ['x=rm; "${x}" y', 'rm y'],
    ['x=a; x+=b; e $x', 'e ab'],
    ['x=ABC; e ${x,,}', 'e abc'],
    ['x=abc; e ${x:1:1} ${x#a} ${x%c} ${x/b/-}', 'e b bc ab a-c'],
    ['x=1; y=$((x + 1)); e $y', 'e …'],
    ['x=a; if b; then x=c; fi; e $x', 'b', 'e a', 'e c'],
    ['x=a; b && x=c; e $x', 'b', 'e a', 'e c'],
    ['x=a; ( x=b ); e $x', 'e a'],
    ['x=a; b | x=c; e $x', 'b', 'e a'],
    ['x=(a b); e "${x[@]}"', 'e a b'],
    ['x=(a "b c"); e "${x[@]}"', 'e a b c'],
    ['set -- a b; e "$@" $1', 'e a b a', 'set -- a b'],
    ['set -- a b; shift; e "$@"', 'e b', 'set -- a b', 'shift'],
    ['x=b a $x', 'a ……'],
    ["x=a; x=b eval 'e $x'", 'e b', 'eval e $x'],
    ['read x <<< a; e $x', 'read x', 'e', 'e a'],
    ['e $(echo a) $(printf b)', 'echo a', 'printf b', 'e a b'],
    ['e {a,b}{1,2}', 'e a1 a2 b1 b2'],
    ['e $empty', 'e ……'],
    ['unset x; e $x', 'unset x', 'e'],
  ],
  functions: [
    ['f() { a "$1"; }; f b', 'a b'],
    ['f() { a; }', 'a'],
    ['f() { "$@"; }; f a b', 'a b'],
    ['f() { g; }; g() { a; }; f', 'a'],
    ['a && f() { b; }; f', 'a', 'b', 'f'],
    ['f() ( a ); f', 'a'],
    ['f() { a "$x"; }; x=b; trap f EXIT; x=c', 'a b', 'a c', 'f', 'trap f EXIT'],
  ],
  'what runs at any time': [
    ["trap 'a' EXIT; cd /b", 'a', 'trap a EXIT', 'cd /b'],
    ["x=1; trap 'a $x' DEBUG; x=2; x=3", 'a 1', 'a 2', 'a 3', 'trap a $x DEBUG'],
    ["x=1; trap 'a $x' EXIT; if b; then x=2; fi; unset x", 'a', 'a 1', 'a 2', 'b', 'trap a $x EXIT', 'unset x'],
    ['trap "trap \'a\' EXIT" INT', 'a', 'trap a EXIT', "trap trap 'a' EXIT INT"],
    ['coproc a b', 'a b'],
    ['coproc X { a; b; }', 'a', 'b'],
  ],
  'loops over numbers and elements': [
    ['for ((i=0; i<3; i++)); do a "$i"; done', 'a …'],
    ['for i in {08..10}; do a $i; done', 'a 08', 'a 09', 'a 10'],
    ['x[0]=a; x[1]=b; e "${x[1]}"', 'e a', 'e b', "e ''"],
    ['declare -A x; x[k]=rm; ${x[k]} y', 'declare -A x', 'rm y', 'y'],
  ],
  'what commands print': [
    ['e "$(cat <<\'E\'\na b\nE\n)"', 'cat', 'e a b'],
    ['x=$(cat <<< "rm y"); $x', 'cat', 'rm y'],
    ['e "$(date +%F)"', 'date +%F', 'e …-…-…'],
    ['e "$(mktemp)"', 'mktemp', 'e /tmp/tmp.…'],
    ['e "$(mktemp -d a.XXXXXX)"', 'mktemp -d a.XXXXXX', 'e a.…'],
    ['n=$(a | wc -l); ((n > 1)) && b', 'a', 'wc -l', 'b'],
    ['for f in *.a; do e "${f%.a}.b" "${f%.*}" "${f##*/}"; done', 'e *.b… *… *.a…'],
    ['f=a/b.c; e ${f##*/} ${f%/*} ${f%.*}', 'e b.c a a/b'],
  ],
  wrappers: [
    ['sudo a b', 'sudo > a b'],
    ['sudo -u x -n A=b a b', 'sudo > a b'],
    ['sudo --user=x a', 'sudo > a'],
    ['doas -u x a', 'doas > a'],
    ['env a b', 'env > a b'],
    ['env -i A=b -u C a b', 'env > -u C a b'],
    ['env -u C A=b a b', 'env > a b'],
    ["env -S 'a b' ", 'env > a b'],
    ["env -S'a b'", 'env > a b'],
    ['nice a', 'nice > a'],
    ['nice -n 5 a', 'nice > a'],
    ['nice -5 a', 'nice > a'],
    ['ionice -c 2 -n 7 a', 'ionice > a'],
    ['nohup a', 'nohup > a'],
    ['setsid -w a', 'setsid > a'],
    ['timeout 5 a b', 'timeout > a b'],
    ['timeout -k 1 --sig KILL 5 a', 'timeout > a'],
    ['stdbuf -o L a', 'stdbuf > a'],
    ['taskset 1 a', 'taskset > a'],
    ['chrt -r 1 a', 'chrt > a'],
    ['flock /l a', 'flock > a'],
    ['flock -n 9 a', 'flock > a'],
    ['strace -f -e x a', 'strace > a'],
    ['busybox a b', 'busybox > a b'],
    ['command a', 'command > a'],
    ['command -v a', 'command -v a'],
    ['builtin echo a', 'builtin > echo a'],
    ['exec -a x a b', 'exec > a b'],
    ['chroot /r a', 'chroot > a'],
    ['unshare -r a', 'unshare > a'],
    ['systemd-run a', 'systemd-run > a'],
    ['su -c "a b"', 'su > a b'],
    ['su x -c a', 'su > a'],
    ['runuser -u x -- a', 'runuser > a'],
    ['script -qc "a b" /dev/null', 'script > a b'],
    ['watch -n 1 a b', 'watch > a b'],
    ['watch "a | b"', 'watch > a', 'watch > b'],
    ['sudo nice env timeout 5 a', 'sudo > nice > env > timeout > a'],
    ['xargs a b < f', 'xargs > a b ……'],
    ['xargs -n 1 -P 4 a', 'xargs > a ……'],
    ['xargs -I{} a x{}', 'xargs > a x…'],
    ['xargs -I % a %', 'xargs > a …'],
    ['echo b c | xargs a', 'echo b c', 'xargs > a b… c…'],
    ['find . -exec a {} +', 'find > a ./…', 'find . -exec a {} +'],
    [
      "find . -name '*.x' -ok a {} ';' -execdir b ';'",
      'find > a ./…*.x',
      'find > b',
      'find . -name *.x -ok a {} ; -execdir b ;',
    ],
    ['ssh h a b', 'ssh > a b', 'ssh h a b'],
    ["ssh -p 1 -l x h 'a; b'", 'ssh > a', 'ssh > b', 'ssh -p 1 -l x h a; b'],
  ],
  'inner shells': [
    ["sh -c 'a; b'", 'a', 'b'],
    ['bash -c "a \\"b c\\""', 'a b c'],
    ['sh -c \'sh -c "sh -c a"\'', 'a'],
    ["bash -c '$0 $1' a b", 'a b'],
    ['bash -c \'a "$@"\' x b c', 'a b c'],
    ["bash --norc -xc 'a'", 'a'],
    ['bash <<< "a b"', 'a b'],
    ['sh <<E\na\nE', 'a'],
    ["echo 'a b' | sh", 'echo a b', 'a b'],
    ["eval a 'b c'", 'a b c', 'eval a b c'],
    ["sudo sh -c 'a'", 'sudo > a'],
    ["x=a; sh -c 'e $x'", 'e a', 'e ……'],
    ["export x=a; sh -c 'e $x'", 'export x=a', 'e a'],
    ['x=b; true && x=c; sh -c "$x"', 'true', 'b', 'c'],
    ["trap 'a' EXIT", 'a', 'trap a EXIT'],
  ],
};

for (const [group, rows] of Object.entries(RUNS)) {
  for (const [text, ...commands] of rows) {
    test(`${group}: ${JSON.stringify(text)}`, () => {
      assert.equal([...new Set(ran(text))].sort(), [...commands].sort());
    });
  }
}

/** What makes a command opaque, however it is written. */
const OPAQUE: readonly (readonly [text: string, reason: RegExp])[] = [
  ['$x a', /command name that only the run/],
  ['$(a) b', /command name that only the run/],
  ['/bin/r? a', /command name/],
  ['sh -c "$x"', /text that only the run/],
  ['eval "$x"', /eval/],
  ['eval "$(a)"', /eval/],
  ['ssh h "$x"', /remote command/],
  ['watch "$x"', /not all are known/],
  ['parallel "$x" ::: b', /not all are known/],
  ['tmux new "$x"', /only the run/],
  ['docker exec c sh -c "$x"', /only the run/],
  ['env --unknown a', /option of env/],
  ['sudo -Z a', /option of sudo/],
  ['timeout --unknown 5 a', /option of timeout/],
  ['find . -exec a {}', /without an end/],
  ['f() { f; }; f', /calls itself/],
  ['f() { f | f & }; f', /calls itself/],
  ['ls() { a; }; ls', /name of a command/],
  ["sh -c 'alias ls=a'", /alias/],
  ['POSIXLY_CORRECT=1', /reads text/],
  ['export POSIXLY_CORRECT=1', /reads text/],
  ['ｒｍ a', /may not be one/],
  ['rm\u200b a', /may not be one/],
  ['!rm a', /may not be one/],
  ['^a^b', /may not be one/],
  ['shopt -s expand_aliases', /reads text/],
  ['set -o posix', /reads text/],
  ['set -k', /reads text/],
  ['hash -p /x ls', /another program/],
  ['enable -f ./x ls', /builtin/],
  ['bind -x a', /key/],
  ['complete -C a b', /completion/],
  ['fc -s', /history/],
  ['jobs -x a', /jobs/],
  ['mapfile -C a x', /every line/],
  ["printf -v 'a[0]' x", /name that bash would evaluate/],
  ["read 'a[0]' <<< x", /name that bash would evaluate/],
  ["unset 'a[0]'", /name that bash would evaluate/],
  ["test -v 'a[0]'", /name that bash would evaluate/],
  ['declare -n x=y', /evaluates/],
  ['declare -i x=y', /evaluates/],
  ["let 'a[0]=1'", /arithmetic/],
  ["x='a[$(b)]'; echo $((x))", /not known to be a number/],
  ["x='a[$(b)]'; [[ $x -eq 1 ]]", /not known to be a number/],
  ['source <(a)', /shell code/],
  ['. "$x"', /shell code/],
  ['trap "$x" EXIT', /trap/],
  ['fish -c a', /not read here/],
  ['sh -c \'sh -c "if"\'', /cannot be parsed/],
  [`${'nice '.repeat(40)}a`, /too deep/],
  [`find . ${'-exec a {} + '.repeat(40)}`, /more commands in one find/],
  [`${'for a in 1 2 3; do '.repeat(8)}x${'; done'.repeat(8)}; rm x`, /too much/],
  [`cat ${'a '.repeat(3000)}`, /more files/],
  [`cat ${'a? '.repeat(300)}`, /more files/],
  [`a ${'>b '.repeat(3000)}`, /more files/],
  [`${'sudo env '.repeat(1000)}a`, /too deep|too much/],
];

for (const [text, reason] of OPAQUE) {
  test(`is not sure of ${JSON.stringify(text.slice(0, 60))}`, () => {
    assert.match(reasons(text).join(), reason);
  });
}

/** Every wrapper: an option that nobody told us of could take the next word with it. */
const WRAPPERS =
  'sudo doas pkexec run0 env nice ionice chrt taskset numactl prlimit nohup setsid setarch linux64 timeout gtimeout stdbuf ' +
  'unbuffer time command builtin exec catchsegv eatmydata fakeroot dbus-run-session proxychains torsocks bwrap proot strace ' +
  'ltrace rlwrap watch flock xargs chroot unshare nsenter setpriv systemd-run systemd-nspawn sg runcon schroot ' +
  'systemd-inhibit runuser su script caffeinate cgexec chpst setuidgid gosu su-exec busybox toybox hyperfine entr chronic ' +
  'choom uclampset cpulimit trickle faketime xvfb-run tini dumb-init ssh-agent sshpass';

for (const name of WRAPPERS.split(' ')) {
  test(`is not sure what ${name} runs behind an option that it does not know`, () => {
    assert.match(reasons(`/usr/bin/${name} --zz-unknown 5 5 a`).join(), /whose meaning is not known|not all are known/);
  });
}

for (const [text, removed] of [
  ['find -L /etc -delete', '/etc/**'],
  ['find -H -O3 -D tree -- /etc -delete', '/etc/**'],
  ['find - /etc -delete', '/etc/**'],
  ["find '(x' /etc -delete", '/etc/**'],
  ["find '!x' /etc -delete", '/etc/**'],
] as const) {
  test(`names every place that find starts in: ${text}`, () => {
    assert.ok(files(text, 'removes').includes(removed), files(text, 'removes').join(' '));
  });
}

for (const [text, read] of [
  ["v='a?'; cat < $v", '/srv/app/a?'],
  ['v=\'a?\'; cat < "$v"', '/srv/app/a?'],
  ["v='[o'; cat a$v]w", '/srv/app/a…'],
  ["v='a?\\b'; cat $v", '/srv/app/a?…'],
  ['v=[!a]?; cat < "$v"', '/srv/app/[!a]?'],
  ['git -C /etc diff -- shadow x', '/etc/shadow'],
] as const) {
  test(`names the files that a pattern in a variable may find: ${text}`, () => {
    assert.ok(files(text, 'reads').includes(read), files(text, 'reads').join(' '));
  });
}

test.run();
