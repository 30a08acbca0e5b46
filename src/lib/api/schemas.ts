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

const terminal = z.strictObject({ size: z.strictObject({ cols: cells, rows: cells }), term: label }).nullable();
const timeout = z.number().int().positive().max(86_400_000).nullable();
const signalName = z.enum(FORWARDED_SIGNALS);
const sessionId = z.string().min(1).max(64);

/** What a gated session is opened with; everything else belongs to its commands. */
const opening = {
  target: z.string().min(1).max(255),
  kind: z.enum(['shell', 'ssh', 'kubectl']),
  pty: terminal,
  cwd: folder,
  env: z.record(z.string().max(256), z.string().max(128 * 1024)),
  task: label.nullable(),
  why: remark.nullable(),
};

export const gatedBody = z.strictObject(opening);

const invocation = z.strictObject({
  ...opening,
  command: command.nullable(),
  wait: z.boolean(),
  timeoutMs: timeout,
});

const exec = z.strictObject({
  session: sessionId,
  command: command.nullable(),
  pty: terminal,
  why: remark.nullable(),
  wait: z.boolean(),
  timeoutMs: timeout,
  detach: z.boolean(),
  stdin: z.boolean(),
  interactive: z.boolean(),
});

export const clientMessage: z.ZodType<ClientMessage> = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('open'), invocation }),
  z.strictObject({ type: z.literal('exec'), exec }),
  z.strictObject({ type: z.literal('end') }),
  z.strictObject({ type: z.literal('pause') }),
  z.strictObject({ type: z.literal('resize'), cols: cells, rows: cells }),
  z.strictObject({ type: z.literal('signal'), name: signalName }),
]);

/** Who has no terminal to type at must be able to end what ignores every other one. */
export const signalBody = z.strictObject({ name: z.enum([...FORWARDED_SIGNALS, 'SIGKILL']) });

export const completeBody = z.strictObject({
  text: z
    .string()
    .max(4096)
    .regex(/^[^\p{Cc}]*$/u),
});

export const decisionBody = z.strictObject({
  approver: z.string().min(1).max(255),
  decision: z.enum(['approve', 'deny']),
  reason: remark.nullable(),
  statement: z.string().max(16_384),
  signature: z.string().max(65_536),
});

/** Commands checked in one request. */
export const MAX_CHECKED = 1000;

const place = { target: z.string().min(1).max(255), cwd: folder, task: label.nullable() };

export const checkBody = z.strictObject({
  ...place,
  commands: z.array(command).min(1).max(MAX_CHECKED),
  facts: z.boolean(),
});

export const explainBody = z.strictObject({ ...place, command });

export const askBody = z.strictObject({
  ...place,
  command,
  why: remark.min(1),
});

export const stopBody = z.strictObject({ force: z.boolean() });
