// biome-ignore-all lint/suspicious/noTemplateCurlyInString: it is shell text
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { does } from './judged.ts';

/** A command, and what it is said to do. Nothing: it has no name here. */
const ACTIONS: readonly (readonly [text: string, ...actions: string[]])[] = [
  ['shutdown now', 'system.stop'],
  ['shutdown -c'],
  ['systemctl poweroff', 'system.stop'],
  ['systemctl status a'],
  ['kill -9 -1', 'process.kill-all'],
  ['kill -9 1'],
  ['chmod u+s a', 'files.setuid'],
  ['chmod 4755 a', 'files.setuid'],
  ['chmod 755 a'],
  ['chmod 777 a', 'files.world-writable'],
  ['chmod o+w a', 'files.world-writable'],
  ['chmod u+w a'],
  ['history -c', 'history.clear'],
  ['set +o history', 'history.clear'],
  ['iptables -F', 'firewall.off'],
  ['iptables -L'],
  ['date -s x', 'system.clock'],
  ['date 01010000', 'system.clock'],
  ['date +%s'],
  ['getent shadow', 'accounts.hashes'],
  ['getent -s files gshadow', 'accounts.hashes'],
  ['getent passwd'],
  ['env', 'environment.reveal'],
  ['env -0', 'environment.reveal'],
  ['export -p', 'environment.reveal'],
  ['set', 'environment.reveal'],
  ['printenv', 'environment.reveal'],
  ['printenv PATH'],
  ['printenv API_TOKEN', 'environment.reveal'],
  ['echo $API_TOKEN', 'environment.reveal'],
  ['a <<< "$API_TOKEN"', 'environment.reveal'],
  ['x=$API_TOKEN', 'environment.reveal'],
  ['echo ${API_TOKEN:-none}', 'environment.reveal'],
  ['echo ${#API_TOKEN} ${API_TOKEN:+set}'],
  ['[ -n "$API_TOKEN" ]'],
  ['API_TOKEN=x; echo $API_TOKEN'],
  ['echo $HOME $KEYBOARD'],
  ['ps e', 'environment.reveal'],
  ['ps -ef'],
  ['ps -eo pid,comm'],
  ['ps -u me'],
  ["jq -n '$ENV'", 'code.inline', 'environment.reveal'],
  ["jq '.env'", 'code.inline'],
  ['jq -n env', 'code.inline', 'environment.reveal'],
  ["jq '.environment'", 'code.inline'],
  ['a | sh', 'code.from-input'],
  ['sh a', 'code.file'],
  ["python3 -c 'x'", 'code.inline'],
  ['a | python3', 'code.from-input'],
  ["awk '{print $1}' a"],
  ['awk \'$1 > 2 || /a|b/ {print "a > b | c"}\' a'],
  ['awk \'{print > "b"}\' a', 'filter.runs'],
  ['awk \'{print | "b"}\' a', 'filter.runs'],
  ['awk \'BEGIN{system("b")}\'', 'filter.runs'],
  ['awk \'{x = 1 / 2; print > "b/c"}\' a', 'filter.runs'],
  ['awk \'BEGIN{print ENVIRON["A"]}\'', 'filter.runs'],
  ['awk -f a b', 'filter.runs'],
  ["sed 's/a/b/g; /c/d; 1,5p' a"],
  ["sed 's/a/b/e' a", 'filter.runs'],
  ["sed 's/a/b/w c' a", 'filter.runs'],
  ["sed 'w c' a", 'filter.runs'],
  ["sed '1e b' a", 'filter.runs'],
  ["sed 'r b' a", 'filter.runs'],
  ['sed -f a b', 'filter.runs'],
];

for (const [text, ...actions] of ACTIONS) {
  test(actions.length === 0 ? `has no name for ${text}` : `says ${actions.join(', ')} of ${text}`, () => {
    assert.equal(does(text), [...actions].sort());
  });
}

test.run();
