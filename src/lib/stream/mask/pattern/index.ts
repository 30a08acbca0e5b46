// Patterns of rules: a bounded subset of regular expressions that runs over bytes, one step at a time.
export { BadPattern, PATTERN_LIMITS } from './bad-pattern.ts';
export { compileClass, compilePattern, countStates, DEAD, type Pattern } from './compile.ts';
export { NOWHERE, PatternReader } from './reader.ts';
