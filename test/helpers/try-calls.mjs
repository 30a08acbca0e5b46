// Runs inside a sandbox: makes the system calls it is told to, by number, and prints what each answered, as JSON.
// Arguments: rows of [name, number, …up to five arguments]; a text stands for the address of its bytes.
import { createRequire } from 'node:module';

const ffi = createRequire(import.meta.url)('koffi');
const syscall = ffi.load(null).func('long syscall(long number, ...)');
const names = new Map(Object.entries(ffi.os.errno).map(([name, number]) => [number, name]));

const answers = {};
for (const [name, number, ...rest] of JSON.parse(process.argv[2])) {
  const values = rest.flatMap((value) =>
    typeof value === 'string' ? ['str', value] : ['uint64_t', BigInt.asUintN(64, BigInt(value))],
  );
  const answer = syscall(number, ...values);
  answers[name] = answer === -1 ? (names.get(ffi.errno()) ?? `errno ${ffi.errno()}`) : 'done';
}
console.log(JSON.stringify(answers));
