import { readFileSync } from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { provePlain } from '../../src/lib/policy/code/index.ts';
import { MAX_CODE } from '../../src/lib/policy/code/plain.ts';
import { files } from './judged.ts';

let language = '';
const proofs = readFileSync(new URL('corpus/proofs-code.txt', import.meta.url), 'utf8')
  .split('\n')
  .flatMap((line) => {
    if (line.startsWith('# ')) language = line.slice(2);
    if (!/^[+-] /.test(line)) return [];
    return [{ language, isPlain: line.startsWith('+'), code: line.slice(2).replaceAll('⏎', '\n') }];
  });

for (const name of new Set(proofs.map((each) => each.language))) {
  const own = proofs.filter((each) => each.language === name);

  test(`proves nothing of ${name} that may do more than compute and print`, () => {
    const wrong = own.filter(({ isPlain, code }) => !isPlain && provePlain(name, code) !== undefined);
    assert.equal(
      wrong.map(({ code }) => code),
      [],
    );
  });

  test(`proves usual code of ${name} to be harmless`, () => {
    const missed = own.filter(({ isPlain, code }) => isPlain && provePlain(name, code) === undefined);
    assert.equal(
      missed.map(({ code }) => code),
      [],
    );
  });
}

// Put before, behind or around harmless code, what is dangerous must stay so.
for (const [name, dangerous] of [
  ['python', '__import__("os").system("id")'],
  ['javascript', 'require("child_process").execSync("id")'],
  ['perl', 'system("id")'],
  ['ruby', 'system("id")'],
  ['lua', 'os.execute("id")'],
  ['php', 'system("id")'],
] as const) {
  test(`is not talked out of it by harmless code around: ${name}`, () => {
    const plain = proofs.filter((each) => each.language === name && each.isPlain).map(({ code }) => code);
    for (const code of plain) {
      for (const mixed of [
        `${code};${dangerous}`,
        `${code};\n${dangerous}`,
        `${dangerous};${code}`,
        `${code}\n${dangerous}`,
        `(${dangerous})\n${code}`,
      ]) {
        assert.is(provePlain(name, mixed), undefined, mixed);
      }
    }
  });
}

test('proves no code that is longer than what people type', () => {
  assert.is(provePlain('python', `print(1)${' '.repeat(MAX_CODE)}`), undefined);
});

test('names the files that proven code reads and writes', () => {
  assert.equal(files(`python3 -c 'print(open("/etc/shadow").read())'`, 'reads'), ['/etc/shadow']);
  assert.equal(files(`python3 -c 'open("out.txt", "w").write("x")'`, 'writes'), ['/srv/app/out.txt']);
  assert.equal(files(`node -p 'require("fs").readFileSync("/etc/shadow", "utf8")'`, 'reads'), ['/etc/shadow']);
  assert.equal(files(`node -e 'require("fs").writeFileSync("a.txt", "x")'`, 'writes'), ['/srv/app/a.txt']);
  assert.equal(files(`python3 - <<< 'print(open("a").read())'`, 'reads'), ['/srv/app/a']);
  assert.equal(files("perl -ne 'print' /etc/shadow", 'reads'), ['/etc/shadow']);
  assert.equal(files("perl -pi.bak -e 's/a/b/' /etc/passwd", 'writes'), ['/etc/passwd']);
  assert.equal(files("ruby -ne 'print' /etc/shadow", 'reads'), ['/etc/shadow']);
});

test.run();
