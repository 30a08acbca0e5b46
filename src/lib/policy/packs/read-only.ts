// What may run without asking: it looks, and leaves everything as it was. Where a command has an option that writes,
// runs, sends or takes more options from a file, the harmless ones are listed (`only`), and whatever is not in the list is
// asked for. `writes: []` is "no file that is known to be written".
import type { Rule, RuleMatch } from '../../core/policy-document.ts';
import type { Pack } from './index.ts';
import {
  DIFF,
  FIND,
  JOURNAL,
  JQ,
  RIPGREP,
  SED,
  SOCKETS,
  SORT,
  SYSTEMCTL,
  TREE,
  UNITS,
  words,
} from './read-only-options.ts';

const QUIET = { writes: [], removes: [] } as const;

function look(id: string, match: RuleMatch, tests: readonly string[] = []): Rule {
  return {
    id,
    match: { ...match, ...QUIET },
    verdict: 'allow',
    reason: 'it only looks',
    tests: tests.map((input) => ({ input, verdict: 'allow' })),
  };
}

export const READ_ONLY: Pack = {
  name: 'read-only',
  description: 'allows looking: ls, cat, grep, git status …',
  attacks: [
    'find . -name a -delete',
    'find . -exec rm {} +',
    'find . -fprintf out %p',
    "sed -i 's/a/b/' a.txt",
    "sed 'w out' a.txt",
    "sed '1e id' a.txt",
    'sort -o out a.txt',
    'sort --compress-program=./x a.txt',
    'tail --follow=name log | sh',
    'awk \'BEGIN { system("id") }\'',
    'awk \'{ print > "out" }\' a.txt',
    'rg --pre ./x a',
    'tree -o out',
    'uniq a.txt out',
    'git log --output=out',
    'git -c core.pager=./x log',
    'git diff --ext-diff',
    'git grep -O./x a',
    'journalctl --vacuum-size=1M',
    'systemctl stop nginx',
    'date -s 12:00',
    'ss -K dst 192.0.2.1',
    'ip link set eth0 down',
    'kubectl delete pod web-1',
    'docker -H tcp://192.0.2.1 ps',
    'getent hosts a.example.org',
    'ls > out',
    'LD_PRELOAD=./x.so ls',
    './ls',
    'sudo cat a.txt',
    'cat a.txt | sh',
    'ls; rm a.txt',
    'echo "$(rm a.txt)"',
  ],
  lookAlikes: [
    'ls -la /srv',
    'cat a.txt | grep -c b | sort -n',
    "find . -name '*.ts' -mtime -1",
    'find . -type f -exec grep -l a {} +',
    "sed -n '1,5p' a.txt",
    "sed 's/a/b/g' a.txt",
    'sort -u a.txt',
    'tail -f log',
    "awk '{ print $1 }' a.txt",
    'rg -n TODO src',
    'git status && git log --oneline -5',
    'git diff HEAD~1 -- src',
    'jq -r .name package.json',
    'journalctl -u nginx -n 50',
    'systemctl status nginx',
    'kubectl get pods -n web',
    'docker ps -a',
    'ss -tlnp',
    'df -h; free -m',
    'for f in a b; do wc -l "$f"; done',
    'LC_ALL=C ls',
  ],
  rules: [
    look(
      'look',
      {
        command: words(`
          ls dir vdir cat tac head tail wc nl stat du df pwd whoami id groups uname arch nproc uptime free ps pgrep pidof
          who w users last lsblk lscpu lsmem vmstat which whereis basename dirname realpath readlink cut
          paste tr rev fold expand unexpand column fmt pr cmp comm join md5sum sha1sum sha256sum sha512sum b2sum
          cksum sum base64 base32 od xxd hexdump strings grep egrep fgrep zcat bzcat xzcat uniq seq numfmt factor
          locale getconf tty cal tsort`),
      },
      ['ls -la /srv', 'cat a.txt | grep -c b', 'grep -rn TODO src'],
    ),
    look('shell', {
      command: words(`: true false test [ echo printf cd pushd popd dirs export unset set shift local declare typeset
        readonly read sleep wait exit return break continue type times umask getopts let jobs`),
    }),
    look('environment', { command: words('hostname date mount alias'), args: [] }, ['hostname', 'date']),
    // Where it runs something, that is judged on its own.
    look('lookup', { command: ['command'] }, ['command -v git']),
    look('variable', { command: ['printenv'], args: ['*'] }, ['printenv PATH']),
    look(
      'date',
      {
        command: ['date'],
        only: words('-u -R -d= -r= -I --utc --universal --date= --iso-8601 --rfc-3339 --rfc-email'),
      },
      ['date +%s', "date -u -d '1 hour ago'"],
    ),
    look(
      'accounts',
      // A name of a host would be asked of a server; -s names a library to load.
      {
        command: ['getent'],
        text: 'getent (passwd|group|services|protocols)( [^ ]+)*|getent (hosts|networks)|getent hosts localhost',
        only: [],
      },
      ['getent passwd root', 'getent hosts'],
    ),
    // What -exec runs is judged on its own.
    look('find', { command: ['find'], only: [...FIND, '-exec;'] }, ['find . -name "*.ts" -mtime -1']),
    look('compare', { command: ['diff'], only: DIFF }, ['diff -u a b', 'diff -rq old new']),
    look('sort', { command: ['sort'], only: SORT }, ['sort -u a.txt', "sort -t, -k2,2nr 'a b.csv'"]),
    look(
      'shuffle',
      { command: ['shuf'], only: words('-e -i= -n= -r -z --echo --input-range= --head-count= --repeat') },
      ['shuf -n 5 a.txt'],
    ),
    look('stream-edit', { command: words('sed gsed'), only: SED }, ["sed -n '1,5p' a.txt", "sed -E 's/a+/b/' a.txt"]),
    look('awk', { command: words('awk gawk mawk nawk'), only: words('+ -F= -v=') }, [
      "awk '{ print $1 }' a.txt",
      "awk -F: -v n=1 '$n { print $1 }' *.txt",
    ]),
    look('json', { command: ['jq'], only: JQ }, ['jq -r .name package.json', "jq --arg a 1 '.x == $a' a.json"]),
    look('compressed', { command: ['zgrep'], only: words('-A= -B= -C= -c -E -e= -F -h -H -i -l -m= -n -o -v -w -x') }, [
      'zgrep -n error a.log.gz',
    ]),
    look(
      'file',
      { command: ['file'], only: words('-b -h -i -k -L -N -r -s -0 --brief --mime --mime-type --mime-encoding') },
      ['file -b a.bin'],
    ),
    look('tree', { command: ['tree'], only: TREE }, ['tree -L 2', "tree -a -I 'node_modules|.git'"]),
    look('ripgrep', { command: ['rg'], only: RIPGREP }, ['rg -n TODO', "rg -l --type ts 'a|b' src"]),
    look('devices', { command: words('lspci lsusb'), only: words('-v -k -n -m -D -t -s= -d=') }, ['lspci -nnk']),
    look('git', { command: ['git'], does: ['git.look'] }, [
      'git status',
      'git -C /srv/app log --oneline -5',
      'git diff HEAD~1',
    ]),
    look('journal', { command: ['journalctl'], only: JOURNAL }, [
      'journalctl -u nginx -n 50',
      'journalctl --since "1 hour ago" --no-pager',
    ]),
    look(
      'units',
      {
        command: ['systemctl'],
        // The verb is the first word that is no option; a quoted value could hide another.
        text: `systemctl( -[alqr]+| --(all|failed|full|no-legend|no-pager|plain|quiet|recursive|reverse|system|user|value)| --[a-z-]+=[^ '"\\\\]+)*( (${UNITS})( .*)?)?`,
        only: SYSTEMCTL,
      },
      ['systemctl status nginx', 'systemctl is-active nginx', 'systemctl --user list-units --failed'],
    ),
    look(
      'versions',
      {
        command: words(
          'node npm python python3 go cargo rustc java ruby perl gcc make docker git kubectl helm terraform',
        ),
        args: ['--version'],
      },
      ['node --version'],
    ),
    look('kubernetes', { command: ['kubectl', 'oc'], does: ['kubernetes.look'] }, [
      'kubectl get pods -n web',
      'kubectl logs api-1 --tail=20',
    ]),
    look(
      'containers',
      {
        command: ['docker', 'podman'],
        text: '(docker|podman) (ps|images|version|info|stats --no-stream)( [^ ]+)*',
        only: words(
          '-a --all -q --quiet --no-trunc -n= --last= -l --latest -s --size -f= --filter= --format= --digests --no-stream',
        ),
      },
      ['docker ps -a'],
    ),
    look('sockets', { command: ['ss'], only: words(`${SOCKETS} -H -O -m -o -b`) }, ['ss -tlnp', 'ss -s']),
    look('netstat', { command: ['netstat'], only: words(`${SOCKETS} -r -g -c -v -C`) }, ['netstat -tulpn']),
    look(
      'addresses',
      {
        command: ['ip'],
        text: 'ip (-[46sdhjo] |-br |-c |-brief |-json )*(a|addr|address|r|route|l|link|n|neigh|rule)( (show|list|ls)( .*)?)?',
      },
      ['ip addr', 'ip -br addr show'],
    ),
  ],
};
