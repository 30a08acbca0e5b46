// The room's table: what others may use of it.

export { type FactsReport, reportFacts } from './facts/report.ts';
export { type Judgement, judgeCommand, judgeFreeTerminal } from './judge.ts';
export { BUILT_IN_POLICY, PACK_NAMES, PACKS } from './packs/index.ts';
export { checkRequest } from './requests/check-request.ts';
export { judgeRequest, needsResult } from './requests/judge-request.ts';
export { printClient } from './requests/print-client.ts';
export type { AskedRequest } from './requests/request-facts.ts';
export { type CompiledPolicy, compilePolicy } from './rules/compile.ts';
