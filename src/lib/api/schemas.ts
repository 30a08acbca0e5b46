// Shapes of what clients send. Everything that arrives is checked here before anything else looks at it.
import { z } from 'zod';
import { FORWARDED_SIGNALS } from '../session/signals.ts';
import type { ClientMessage } from './contract.ts';

const cells = z.number().int().min(1).max(10_000);
const label = z
  .string()
  .min(1)
  .max(64)
  .regex(/^[\x20-\x7e]+$/);
/** Free text of a requester: shown to approvers with control characters escaped. */
const remark = z.string().max(2000);

const command = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('text'), text: z.string() }),
  z.strictObject({ kind: z.literal('argv'), argv: z.array(z.string()).min(1) }),
]);

const folder = z.string().max(4096).startsWith('/').nullable();

const invocation = z.strictObject({
  target: z.string().min(1).max(255),
  kind: z.enum(['shell', 'ssh']),
  command: command.nullable(),
  pty: z.strictObject({ size: z.strictObject({ cols: cells, rows: cells }), term: label }).nullable(),
  cwd: folder,
  env: z.record(z.string().max(256), z.string().max(128 * 1024)),
  task: label.nullable(),
  why: remark.nullable(),
  wait: z.boolean(),
  timeoutMs: z.number().int().positive().max(86_400_000).nullable(),
});

export const clientMessage: z.ZodType<ClientMessage> = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('open'), invocation }),
  z.strictObject({ type: z.literal('end') }),
  z.strictObject({ type: z.literal('resize'), cols: cells, rows: cells }),
  z.strictObject({ type: z.literal('signal'), name: z.enum(FORWARDED_SIGNALS) }),
]);

export const decisionBody = z.strictObject({
  approver: z.string().min(1).max(255),
  decision: z.enum(['approve', 'deny']),
  reason: remark.nullable(),
  statement: z.string().max(16_384),
  signature: z.string().max(65_536),
});

/** Commands checked in one request. */
export const MAX_CHECKED = 1000;

export const checkBody = z.strictObject({
  target: z.string().min(1).max(255),
  cwd: folder,
  commands: z.array(command).min(1).max(MAX_CHECKED),
  facts: z.boolean(),
});

export const askBody = z.strictObject({
  target: z.string().min(1).max(255),
  cwd: folder,
  command,
  task: label.nullable(),
  why: remark.min(1),
});

export const stopBody = z.strictObject({ force: z.boolean() });
