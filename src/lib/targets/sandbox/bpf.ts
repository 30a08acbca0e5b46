// Classic BPF as seccomp(2) takes it: the few instructions a filter needs, and their bytes. Pure. A program here is a row
// of blocks: each returns a verdict or falls through to the next, so that no label is needed.

/** One `struct sock_filter` of linux/filter.h. Jumps are relative: how many instructions to pass over. */
export interface Instruction {
  readonly code: number;
  readonly jumpTrue: number;
  readonly jumpFalse: number;
  /** Unsigned, 32 bits. */
  readonly k: number;
}

export type Block = readonly Instruction[];

/** Loads a 32-bit word of the call's `struct seccomp_data`. */
export function load(offset: number): Instruction {
  return { code: LOAD_WORD, jumpTrue: 0, jumpFalse: 0, k: offset };
}

/** The filter's answer for the call. */
export function answer(verdict: number): Instruction {
  return { code: RETURN, jumpTrue: 0, jumpFalse: 0, k: verdict };
}

/** What a loaded word is compared with. */
export type Condition = readonly ['equal' | 'at-least' | 'any-set', number];

/** Runs the block where the loaded word fulfils the condition, else passes over it. */
export function when([test, k]: Condition, block: Block): Block {
  return [{ code: TESTS[test], jumpTrue: 0, jumpFalse: block.length, k }, ...block];
}

/** Runs the block where the loaded word fulfils none of the conditions. */
export function unless(conditions: readonly Condition[], block: Block): Block {
  const tests = conditions.map(([test, k], index) => ({
    code: TESTS[test],
    jumpTrue: conditions.length - 1 - index + block.length,
    jumpFalse: 0,
    k,
  }));
  return [...tests, ...block];
}

/** The bytes that seccomp(2) and `bwrap --seccomp` read. Little-endian, as every architecture that syscalls.ts lists. */
export function assemble(program: Block): Buffer {
  const bytes = Buffer.alloc(program.length * INSTRUCTION_BYTES);
  for (const [index, { code, jumpTrue, jumpFalse, k }] of program.entries()) {
    const at = index * INSTRUCTION_BYTES;
    bytes.writeUInt16LE(code, at);
    // A jump that does not fit throws here: it must not become another one.
    bytes.writeUInt8(jumpTrue, at + 2);
    bytes.writeUInt8(jumpFalse, at + 3);
    bytes.writeUInt32LE(k, at + 4);
  }
  return bytes;
}

const INSTRUCTION_BYTES = 8;

// linux/bpf_common.h: class | size or operation | mode or source.
const LOAD_WORD = 0x20;
const RETURN = 0x06;
const TESTS = { equal: 0x15, 'at-least': 0x35, 'any-set': 0x45 } as const;
