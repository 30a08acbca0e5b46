// What may run without asking: it looks, and leaves everything as it was. A command is in here only as long as its own
// options cannot write, run or send; `writes: []` is "no file that is known to be written".
import type { Rule, RuleMatch } from '../../core/policy-document.ts';
import type { Pack } from './index.ts';

const words = (text: string): string[] => text.trim().split(/\s+/);

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
  summary: 'allows looking: ls, cat, grep, git status …',
  rules: [
    look(
      'look',
      {
        command: words(`
          ls dir vdir cat tac head tail wc nl stat du df pwd whoami id groups uname arch nproc uptime free ps pgrep pidof
          who w users last lsblk lscpu lsmem lspci lsusb vmstat which whereis basename dirname realpath readlink cut
          paste tr rev fold expand unexpand column fmt pr diff cmp comm join md5sum sha1sum sha256sum sha512sum b2sum
          cksum sum base64 base32 od xxd hexdump strings grep egrep fgrep zgrep zcat bzcat xzcat uniq seq numfmt factor
          jq locale getconf tty cal tsort shuf`),
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
    look('date', { command: ['date'], without: ['-f', '--file'] }, ['date +%s', 'date -u']),
    look(
      'accounts',
      { command: ['getent'], text: 'getent (passwd|group|hosts|services|protocols|networks)( [^ ]+)*' },
      ['getent passwd root'],
    ),
    look(
      'find',
      {
        command: ['find'],
        without: words('-delete -exec -execdir -ok -okdir -fprint -fprint0 -fprintf -fls'),
      },
      ['find . -name "*.ts" -mtime -1'],
    ),
    // What it runs is judged on its own.
    look('find-exec', {
      command: ['find'],
      flags: ['-exec'],
      without: words('-delete -execdir -ok -okdir -fprint -fprint0 -fprintf -fls'),
    }),
    look('sort', { command: ['sort'], without: words('-o --output --compress-program -T --temporary-directory') }, [
      'sort -u a.txt',
    ]),
    look('stream-edit', { command: words('sed gsed'), without: words('-i --in-place -s') }, ["sed -n '1,5p' a.txt"]),
    look(
      'awk',
      { command: words('awk gawk mawk nawk'), without: words('-i --include -l --load -E --exec -f --file -o -p -d') },
      ["awk '{ print $1 }' a.txt"],
    ),
    look('file', { command: ['file'], without: words('-C --compile -z --uncompress') }, ['file a.bin']),
    look('tree', { command: ['tree'], without: ['-o', '-R'] }, ['tree -L 2']),
    look('ripgrep', { command: ['rg'], without: words('--pre --hostname-bin -z --search-zip') }, ['rg -n TODO']),
    look('git', { command: ['git'], does: ['git.look'] }, [
      'git status',
      'git -C /srv/app log --oneline -5',
      'git diff HEAD~1',
    ]),
    look(
      'journal',
      {
        command: ['journalctl'],
        without: words(
          '--vacuum-size --vacuum-time --vacuum-files --rotate --flush --sync --relinquish-var --update-catalog --setup-keys --cursor-file --smart-relinquish-var -M --machine -D --directory --root --image --file -i',
        ),
      },
      ['journalctl -u nginx -n 50'],
    ),
    look(
      'units',
      {
        command: ['systemctl'],
        args: ['*', '**'],
        text: 'systemctl (--no-pager |--user |-l |--full |--all |-a )*(status|show|list-units|list-timers|list-unit-files|is-active|is-enabled|is-failed|cat|list-dependencies)( .*)?',
        without: ['-H', '--host', '-M', '--machine', '--root', '--image'],
      },
      ['systemctl status nginx', 'systemctl is-active nginx'],
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
        args: ['*', '**'],
        text: '(docker|podman) (ps|images|version|info|stats --no-stream)( [^ ]+)*',
      },
      ['docker ps -a'],
    ),
    look('sockets', { command: ['ss', 'netstat'], without: ['-K', '--kill', '-D', '--diag'] }, ['ss -tlnp']),
    look(
      'addresses',
      {
        command: ['ip'],
        text: 'ip (-[46bsdhj]+ |-br |-c |--brief |--json )*(a|addr|address|r|route|l|link|n|neigh|rule)( (show|list|ls)( .*)?)?',
      },
      ['ip addr', 'ip -br addr show'],
    ),
  ],
};
