// biome-ignore-all lint/suspicious/noTemplateCurlyInString: it is shell text
// Writes scripts of bash's whole language over harmless marker commands. They end, touch nothing outside their folder,
// and name no program by its path; the odd corners are drawn far more often than people write them.
import type { Random } from './random.ts';

// Never understood, or no valid bash more often than not.
const OPAQUE =
  /\$"|[@+]\(|\\\n|\$\{!|@[QPEU]\}|\[x|select|alias|^m\[|\{fd\}|^#|\{a,"|\{a,\$|\{\*|\{a\\|printf -v|arr\[\$\(|\$_|type m/;

const MARKERS = ['m1', 'm2', 'm3', 'm4'] as const;
const NAMES = ['v', 'w', 'e', 'cmd'] as const;
const PLAIN = [
  'a',
  'b1',
  'x.y',
  '-n',
  '--opt=v',
  'a=b',
  '=',
  '%',
  '@x',
  '+',
  'a:b',
  ',',
  '0',
  '12',
  '^',
  'é',
  '😀',
  ']',
];
const HARD = [
  'a b',
  '$v',
  '*',
  '`m1`',
  '"',
  '\\',
  ';',
  '&',
  '|',
  '#',
  '~',
  '!',
  '{a,b}',
  '$(m1)',
  '\t',
  '\n',
  "''",
  '',
  // Patterns, and parts of them, that a variable may hold.
  '?1',
  '[ab]',
  '[a',
  '1]',
  '[!x',
];
const ANSI = [
  '\\n',
  '\\t',
  '\\x41',
  '\\101',
  '\\u0041',
  "\\'",
  '\\\\',
  '\\e',
  '\\a',
  'a',
  ' ',
  '$v',
  '"',
  '\\"',
  '\\?',
  '\\cA',
];

export function makeScript(random: Random): string {
  const { below, chance, pick } = random;
  let fuel = 3 + below(12);
  const spend = () => fuel-- > 0;
  const repeat = (most: number, make: () => string, between = '') =>
    Array.from({ length: 1 + below(most) }, make).join(between);

  const marker = (): string => pick(MARKERS);

  // Most scripts leave out what is opaque anyway, so that there is something to compare.
  const isTame = chance(0.75);
  const settle = (make: () => string): string => {
    for (let round = 0; round < 8; round++) {
      const made = make();
      if (!isTame || !OPAQUE.test(made)) return made;
    }
    return marker();
  };

  function single(): string {
    return `'${repeat(3, () => pick([...PLAIN, ...HARD])).replaceAll("'", '')}'`;
  }

  function parameter(): string {
    const name = pick(NAMES);
    return pick([
      `$${name}`,
      `\${${name}}`,
      `$${name}`,
      `\${${name}:-${operand()}}`,
      `\${${name}-${operand()}}`,
      `\${${name}:+${operand()}}`,
      `\${${name}:=${operand()}}`,
      `\${${name}#${pick(['a', '*a', 'm'])}}`,
      `\${${name}%${pick(['b', '1', '*'])}}`,
      `\${${name}%%${pick(['.*', 'x'])}}`,
      `\${${name}/${pick(['a', '1', '*', ''])}/${pick(['b', '2', ''])}}`,
      `\${${name}//a/${operand()}}`,
      `\${${name}^^}`,
      `\${${name},,}`,
      `\${#${name}}`,
      `\${${name}:${pick(['0', '1', ' -1', '0:1', '0:2'])}}`,
      `\${${name}[${pick(['0', '@', '*', '1'])}]}`,
      `\${!${name}}`,
      `\${${name}@${pick(['Q', 'P', 'E', 'U'])}}`,
      pick(['$1', '$@', '$*', '$#', '$?', '${1}', '${@:1}', '$0', '$-', '$_']),
    ]);
  }

  function operand(): string {
    return pick(['', 'd', 'm1', 'a b', '$w', '"q r"', "'s'", '$(m2)', '*', '\\ ', '{a,b}', '~', 'x/y', '${w:-z}']);
  }

  function arithmetic(): string {
    return pick([
      '$((1+2))',
      '$((v))',
      '$(( 3 * (2+1) ))',
      '$[1+1]',
      '$((v=2))',
      '$((w++))',
      '$((1?2:3))',
      '$((0x1f))',
    ]);
  }

  function substitution(): string {
    if (!spend()) return '$(:)';
    const script = list();
    if (chance(0.2) && !/[`\\]/.test(script)) return `\`${script}\``;
    return `$(${chance(0.1) ? ' ' : ''}${script}${/#|<</.test(script) ? '\n' : ''})`;
  }

  function double(): string {
    const inside = () =>
      pick([
        () => pick(PLAIN),
        () => pick(['\\"', '\\$', '\\`', '\\\\', '\\n', '\\ ', "'", '*', '~', '{a,b}', '\n', '#', '!']),
        parameter,
        substitution,
        arithmetic,
        () => (chance(0.2) ? '\\\n' : ' '),
      ])();
    return `"${chance(0.1) ? '' : repeat(3, inside)}"`;
  }

  function ansi(): string {
    return `$'${repeat(3, () => pick(ANSI))}'`;
  }

  function glob(): string {
    return pick([
      '*',
      '?',
      'a*',
      '[ab]*',
      '[!a]?',
      '*.txt',
      'nothing*',
      '[a-c]1',
      'sub/*',
      'a[',
      '[x',
      '[[:alpha:]]1',
      '"a"*',
    ]);
  }

  function brace(): string {
    const braces = ['{a,b}', '{1..3}', 'x{a,b}y', '{a,{b,c}}', '{a}', '{a..c}', '{a,b}{c,d}', '{,x}', '{3..1}', '{}'];
    return pick([
      ...braces,
      '{a,"b c"}',
      '{a,$v}',
      '{a,b',
      'a}',
      '{01..03}',
      '{-02..1}',
      '{5..1..2}',
      '{a..e..2}',
      '{a,}',
      '{m1,x}',
      '\\{a,b}',
      '{a\\,b}',
      '{*,a}',
    ]);
  }

  function piece(): string {
    return settle(pickPiece);
  }

  function pickPiece(): string {
    return pick([
      () => pick(PLAIN),
      () => pick(PLAIN),
      single,
      double,
      double,
      ansi,
      parameter,
      parameter,
      glob,
      brace,
      substitution,
      arithmetic,
      () => pick(['\\ ', '\\$', '\\;', '\\\\', '\\a', "\\'", '\\"', '\\*', '\\~', '\\{']),
      () => pick(['~', '~/x', '~+', 'a~', 'x=~', 'a:~', '~nobodyhere']),
      () => pick(['$"loc"', '+(a)', '@(a1|b)', '#', 'a#b', '!', '$', '$:', 'a$', '$"']),
    ])();
  }

  function word(): string {
    const made = repeat(chance(0.6) ? 1 : 3, piece);
    return chance(0.02) ? `${made.slice(0, 1)}\\\n${made.slice(1)}` : made;
  }

  function name(): string {
    return settle(pickName);
  }

  function pickName(): string {
    const [one, two] = [marker(), marker()];
    if (chance(0.6)) return one;
    return pick([
      () => `m\\${one.slice(1)}`,
      () => `'m'${one.slice(1)}`,
      () => `"${one}"`,
      () => `$'${one}'`,
      () => `$'\\x6d'${one.slice(1)}`,
      () => `{${one},${two}}`,
      () => `$(echo ${one})`,
      () => `$(${one})`,
      () => '$cmd',
      () => '"$cmd"',
      () => '${cmd:-m3}',
      () => '$e',
      () => `$e${one}`,
      () => `m$((1))`,
      () => `m[1-4]`,
      () => `m\\\n${one.slice(1)}`,
      () => `\\\n${one}`,
      () => `$@`,
      () => `"\${arr[@]}"`,
    ])();
  }

  function redirection(): string {
    const fd = chance(0.15) ? pick(['1', '2', '3', '{fd}']) : '';
    return pick([
      () => `${fd}> ${pick(['out', 'sub/out', '"$v"', 'a1'])}`,
      () => `${fd}>>out`,
      () => `${fd}>|out`,
      () => '< a1',
      () => '<> out',
      () => '&> out',
      () => '&>> out',
      () => '2>&1',
      () => '>&2',
      () => '>& out',
      () => '2>&-',
      () => '<&0',
      () => `<<< ${word()}`,
      () => '2> /dev/null',
      () => `> >(${spend() ? list() : 'm4'})`,
      () => `< <(${spend() ? list() : 'm2'})`,
    ])();
  }

  // Bodies wait until their line ends.
  const pending: string[] = [];
  function hereDoc(): string {
    const quoted = chance(0.4);
    const tabs = chance(0.3);
    const lines = repeat(
      3,
      () =>
        pick([
          'a b',
          '$v',
          '\\$v',
          '`m1`',
          '$(m2 x)',
          '\\\\',
          '\\`',
          '"q"',
          "'q'",
          '',
          '\ttab',
          '* ~ {a,b}',
          'a\\b',
          'x\\',
          '${v:-d}',
          '$((1+1))',
          '"${v}"',
          '#',
        ]),
      '\n',
    );
    const end = pick(['EOF', 'E', '-', 'x y']);
    const spelled = quoted || end.includes(' ') ? pick([`'${end}'`, `"${end}"`]) : end;
    pending.push(`${lines}\n${tabs && chance(0.5) ? '\t' : ''}${end}\n`);
    return `<<${tabs ? '-' : ''}${chance(0.2) ? ' ' : ''}${spelled}`;
  }

  function assignment(): string {
    const target = pick(NAMES);
    const value =
      target === 'cmd'
        ? pick([marker(), `"${marker()} x"`, '$v', 'echo'])
        : pick([word, word, () => '', () => '~:~', () => 'a b'.slice(0, 1)])();
    return `${target}${chance(0.1) ? '+' : ''}=${value}`;
  }

  function argumentsOf(): string {
    return chance(0.2) ? '' : ` ${repeat(3, word, ' ')}`;
  }

  function simple(): string {
    const made = pick([
      () => `${name()}${argumentsOf()}`,
      () => `${name()}${argumentsOf()}`,
      () => `${name()}${argumentsOf()}`,
      () => `${repeat(2, assignment, ' ')} ${name()}${argumentsOf()}`,
      () => repeat(2, assignment, ' '),
      () => `arr=(${repeat(2, word, ' ')})`,
      builtin,
      wrapper,
    ])();
    const redirected = chance(0.15) ? `${made} ${redirection()}` : chance(0.04) ? `${redirection()} ${made}` : made;
    return chance(0.08) ? `${redirected} ${hereDoc()}` : redirected;
  }

  function builtin(): string {
    const text = () => `${marker()}${argumentsOf()}`;
    return pick([
      () => `echo${argumentsOf()}`,
      () => `printf '%s\\n'${argumentsOf()}`,
      () => 'true',
      () => ':',
      () => `set -- ${repeat(3, word, ' ')}`,
      () => 'shift',
      () => `export ${assignment()}`,
      () => `declare ${assignment()}`,
      () => `unset ${pick(NAMES)}`,
      () => `eval ${text()}`,
      () => `eval "${text().replace(/[\\"$`\n]/g, '')}"`,
      () => `eval '${text().replaceAll("'", '')}'`,
      () => `read ${pick(NAMES)} <<< ${word()}`,
      () => `command ${text()}`,
      () => `builtin echo ${word()}`,
      () => `exec ${text()}`,
      () => `cd ${pick(['sub', '.', '..', '"$OLDPWD"', 'missing'])}`,
      () => `test ${word()} = ${word()}`,
      () => `[ -n ${word()} ]`,
      () => `trap '${marker()} trapped' EXIT`,
      () => `trap '${marker()} "$v" $w' ${pick(['EXIT', 'DEBUG', 'ERR', 'RETURN'])}`,
      () => `arr[${pick(['0', '1', 'v', '$v', '-1', '$(m1)'])}]${chance(0.2) ? '+' : ''}=${word()}`,
      () => `echo "\${arr[${pick(['0', '1', 'v', '$v', '-1', '@'])}]}"`,
      () => `printf -v ${pick(NAMES)} '%s' ${word()}`,
      () => `let ${pick(['v=1', "'w = 2'", 'v++'])}`,
      () => `alias ${pick(['m1=m2', 'x=y'])}`,
      () => `time ${text()}`,
      () => `local v=1`,
      () => `type ${marker()}`,
    ])();
  }

  function wrapper(): string {
    const inner = () => `${marker()}${argumentsOf()}`;
    const shellText = () => {
      const text = spend() ? list() : marker();
      return `'${text.replaceAll("'", "'\\''")}'`;
    };
    return pick([
      () => `env ${inner()}`,
      () => `env -i PATH="$PATH" LOG="$LOG" ${inner()}`,
      () => `env A=b ${inner()}`,
      () => `env -S "${marker()} x y"`,
      () => `nice -n 5 ${inner()}`,
      () => `timeout 5 ${inner()}`,
      () => `timeout -k 1 5 env ${inner()}`,
      () => `nohup ${inner()}`,
      () => `echo ${word()} | xargs ${inner()}`,
      () => `echo a b | xargs -n 1 ${inner()}`,
      () => `echo a | xargs -I{} ${marker()} x{}y`,
      () => `sh -c ${shellText()}`,
      () => `bash -c ${shellText()} zero ${word()}`,
      () => `bash <<< ${shellText()}`,
      () => `find . -name a1 -exec ${marker()} {} ${pick(['\\;', '+', "';'"])}`,
      () => `stdbuf -oL ${inner()}`,
      () => `setsid -w ${inner()}`,
      () => `cat <<< ${shellText()} | ${pick(['sh', 'bash', 'bash -s', 'nice sh'])}`,
      () => `echo ${shellText()} | sh`,
      () => `( exec -a x ${inner()} )`,
      () => `nohup nice -n 1 env -u v ${inner()}`,
      () => `env -- v=1 ${inner()}`,
      () => `timeout -s INT --kill-af 1 5 ${inner()}`,
      () => `sh -c "$(cat <<< ${shellText()})"`,
      () => `m1 "$(cat <<< ${word()})"`,
    ])();
  }

  function test(): string {
    const plain = pick([
      () => `-n ${word()}`,
      () => `${word()} == ${pick([word, glob])()}`,
      () => `$v -eq ${pick(['1', '$w', 'v', '0x1'])}`,
      () => `$v =~ ${pick(['^a', 'a|b', '(a)', '$w', '[ab]+', '"a"', 'a\\ b'])}`,
      () => `! -e ${word()}`,
      () => `( -n $v )`,
      () => `-v ${pick(NAMES)}`,
      () => `a < b`,
    ])();
    return chance(0.2) ? `[[ ${plain} ${pick(['&&', '||'])} -n $e ]]` : `[[ ${plain} ]]`;
  }

  function command(): string {
    const made = settle(pickCommand);
    return chance(0.05) && /[)}a-z]$/.test(made) ? `${made} ${redirection()}` : made;
  }

  function pickCommand(): string {
    if (!spend() || chance(0.55)) return simple();
    return pick([
      () => `( ${list()} )`,
      () => `{ ${list()}; }`,
      () => `if ${list()}; then ${list()}; fi`,
      () => `if ${list()}; then ${list()}; elif ${list()}; then ${list()}; else ${list()}; fi`,
      () => `while ${list()}; do ${list()}; break; done`,
      () => `until ${list()}; do ${list()}; break; done`,
      () => `for v in ${repeat(3, word, ' ')}; do ${list()}; done`,
      () => `for v; do ${list()}; done`,
      () => `for ((i=0;i<2;i++)); do ${list()}; done`,
      () => `for ((v=${pick(['0', 'w', '1+1'])}; v${pick(['<', '!='])}2; v+=1)) { ${list()}; break; }`,
      () =>
        `case ${word()} in ${pick([word, glob])()}) ${list()} ${pick([';;', ';;', ';&', ';;&'])} (*|a) ${list()} ;; esac`,
      () => `((${pick(['1+1', 'v=3', 'v', '0', 'w++', 'v<2', 'v ? 1 : 2'])}))`,
      test,
      test,
      definition,
      () => `coproc ${simple()}`,
      () => `coproc ${pick(['', 'X '])}{ ${list()}; }; wait`,
      () => `select v in a b; do ${list()}; break; done`,
      () => `! ${command()}`,
      () => `time ${command()}`,
    ])();
  }

  function definition(): string {
    const called = pick(['f', 'g', 'm1', 'echo']);
    const body = `{ ${list()}; }`;
    return `${pick([`${called}() ${body}`, `function ${called} ${body}`, `${called} () ( ${list()} )`])}; ${called}${argumentsOf()}`;
  }

  function pipeline(): string {
    return chance(0.8) ? command() : repeat(3, command, pick([' | ', ' |& ', '|\n']));
  }

  function andOr(): string {
    return chance(0.75) ? pipeline() : repeat(3, pipeline, pick([' && ', ' || ', '&&\n']));
  }

  function list(): string {
    let text = '';
    const count = 1 + (chance(0.3) ? below(3) : 0);
    for (let index = 0; index < count; index++) {
      text += andOr();
      if (pending.length > 0) text += `\n${pending.splice(0).join('')}:`;
      else if (chance(0.04)) text += ' # comment $(m1) \' "\n:';
      if (index < count - 1) text += pick(['; ', '; ', '\n', ' & ']);
    }
    return text;
  }

  const preamble = chance(0.75) ? `${repeat(3, assignment, pick(['; ', '\n']))}; ` : '';
  const script = preamble + Array.from({ length: 1 + below(3) }, list).join('\n');
  // Not where the markers are told their log.
  const made = chance(0.08) && !script.includes('LOG=') ? mutate(random, script) : script;
  // The process id is another every time.
  return made.replaceAll(/\$(?=[$'"]|\{\$)/g, '');
}

// One or two characters put in, taken out or doubled: the corners between tokens. No slash, so no path of a program.
function mutate({ below, pick }: Random, script: string): string {
  let made = script;
  for (let round = 0; round <= below(2); round++) {
    const at = below(made.length + 1);
    const put = pick([
      '',
      '\\\n',
      '\\',
      '"',
      "'",
      '$',
      '`',
      '{',
      '}',
      '(',
      ')',
      '[',
      ']',
      ';',
      '&',
      '|',
      '<',
      '>',
      '#',
      ' ',
      '\n',
      '~',
      '=',
      '!',
      '2',
      ',',
    ]);
    made = made.slice(0, at) + put + made.slice(at + below(2));
  }
  return made;
}
