// The mask of one session: the rules and known values that count for its target and principal, one key for the
// fingerprints of all its streams, and the same eyes for every text that is kept or shown about it. It fails closed: what
// cannot be masked is an error, never passed on.
import { randomBytes } from 'node:crypto';
import { BrokerError, Bug } from '../../core/errors.ts';
import type { OutputStream } from '../../core/events.ts';
import type { TerminalSize } from '../../core/terminal.ts';
import { createArchiveMaskStage } from '../../stream/mask/archive/archive-stage.ts';
import type { MaskPlace } from '../../stream/mask/configured/selection.ts';
import type { CompiledRules } from '../../stream/mask/finding/compiled-rules.ts';
import { findSecrets } from '../../stream/mask/finding/find-secrets.ts';
import { type Fingerprint, makeFingerprint } from '../../stream/mask/fingerprint.ts';
import { indexNeedles, type KnownIndex } from '../../stream/mask/known/known-finder.ts';
import { type KnownValue, knownNeedles, type Needle } from '../../stream/mask/known/known-values.ts';
import { maskKinds } from '../../stream/mask/mask-kinds.ts';
import { createMaskStage, type MaskStage } from '../../stream/mask/mask-stage.ts';
import { CANNOT_MASK, cannotMask, closed, failClosed } from './fail-closed.ts';
import { secretsOnly } from './secrets-only.ts';

/** What counts for a place now. */
export interface MaskBasis {
  readonly rules: CompiledRules;
  /** What the broker holds and was told, and the same made ready once for all sessions. */
  readonly known: readonly Needle[];
  readonly index: KnownIndex;
}

/** Asked once by each session: one that is open keeps what counted when it began. */
export interface Masking {
  basisFor(place: MaskPlace): MaskBasis;
  /** Binds an approval to what its subject hides. The broker's own, secret, and the same after a restart. */
  readonly bindingKey: Uint8Array;
}

/** How much was masked, never what. */
export interface MaskCount {
  readonly total: number;
  readonly kinds: Readonly<Record<string, number>>;
}

/** A text as it is shown. */
export interface Looked {
  readonly text: string;
  readonly count: number;
  /** What is hidden holds characters that a shell may act on: whoever wrote it may hide more than a secret. */
  readonly hidesCode: boolean;
}

export interface MaskedStreams {
  readonly stages: Readonly<Record<OutputStream, MaskStage>>;
  resize(size: TerminalSize): void;
  count(): MaskCount;
}

const SHELL_CODE = /[`;|&<>\n]|\$[({A-Za-z_]/;
/** Printable ASCII, tabs and line feeds. */
const PLAIN = /^[\t\n -~]*$/;

export const NOTHING_MASKED: MaskCount = { total: 0, kinds: {} };

export class SessionMask {
  readonly #masking: Masking;
  readonly #place: MaskPlace;
  readonly #fingerprint = makeFingerprint(randomBytes(32));
  readonly #textFingerprint: Fingerprint;
  #basis: MaskBasis | undefined;
  #forWords: CompiledRules | undefined;
  #kinds: ReadonlySet<string> | undefined;

  /** Nothing is compiled before it is needed, so that this never throws. */
  constructor(masking: Masking, place: MaskPlace) {
    this.#masking = masking;
    this.#textFingerprint = makeFingerprint(masking.bindingKey);
    this.#place = place;
  }

  get bindingKey(): Uint8Array {
    return this.#masking.bindingKey;
  }

  /** What its masks call what they hide. Throws `cannot-mask` (74). */
  get kinds(): ReadonlySet<string> {
    return closed(() => {
      const { rules, known } = this.#ready();
      this.#kinds ??= maskKinds(rules, known);
      return this.#kinds;
    });
  }

  /** From now on these are masked, too, in streams that are made after this. Throws `cannot-mask` (74). */
  learn(values: readonly KnownValue[]): void {
    closed(() => {
      const { rules, known: before } = this.#ready();
      const known = [...before, ...knownNeedles(values)];
      this.#basis = { rules, known, index: indexNeedles(known) };
      this.#kinds = undefined;
    });
  }

  /**
   * A text that is kept or shown about the session, with masks for secrets (see secrets-only.ts). Their fingerprints are
   * the broker's, so that the same text is always shown the same: an approval is bound to what is shown. Throws
   * `cannot-mask` (74).
   */
  text(text: string): string {
    return this.look(text).text;
  }

  /** As `text`, with what its masks hide. */
  look(text: string): Looked {
    return closed(() => {
      const { rules: all, index } = this.#ready();
      this.#forWords ??= secretsOnly(all);
      const rules = this.#forWords;
      // Most texts are of a kind in which nothing is unseen, and hold no secret: then no stream is needed to know.
      const bytes = Buffer.from(text);
      if (PLAIN.test(text) && findSecrets(rules, index, bytes).length === 0)
        return { text, count: 0, hidesCode: false };
      let hidesCode = false;
      const stage = createMaskStage({
        rules,
        known: index,
        size: null,
        hasScreen: false,
        fingerprint: this.#textFingerprint,
        onMask({ rule, value }) {
          // A known value is nobody's choice who asks; what looks like a secret is.
          const isKnown = !rules.rules.some(({ name }) => name === rule);
          if (!isKnown && SHELL_CODE.test(Buffer.from(value).toString('latin1'))) hidesCode = true;
        },
      });
      const pieces = [...stage.push(bytes), ...stage.flush()];
      const count = countOf([stage]).total;
      return { text: count === 0 ? text : Buffer.concat(pieces).toString(), count, hidesCode };
    });
  }

  /** A JSON value with every string in it masked; names of fields stay. Throws `cannot-mask` (74). */
  data<T>(value: T): T {
    return this.#inside(value) as T;
  }

  /** The error with its words masked, the log's detail too. Never throws: an error that cannot be masked says only that. */
  error(error: BrokerError): BrokerError {
    // Its words are this file's, and a mask that is broken would replace them.
    if (error.code === CANNOT_MASK) return error;
    try {
      const { code, exit, publicMessage, hint, request } = error;
      const detail = error.detail ?? (error.cause === undefined ? undefined : String(error.cause));
      return new BrokerError({
        code,
        exit,
        message: this.text(publicMessage),
        hint: this.text(hint),
        ...(detail === undefined ? {} : { detail: this.text(detail) }),
        ...(request === undefined ? {} : { request }),
      });
    } catch {
      return cannotMask(new Bug(`the words of "${error.code}" could not be masked`));
    }
  }

  /** Masks for the two streams of one program. `size` is its terminal's; null for pipes. Throws `cannot-mask` (74). */
  streams(size: TerminalSize | null): MaskedStreams {
    const stdout = failClosed(this.#stage(size));
    const stderr = failClosed(this.#stage(size));
    return {
      stages: { stdout, stderr },
      resize(size) {
        stdout.resize(size);
        stderr.resize(size);
      },
      count: () => countOf([stdout, stderr]),
    };
  }

  /** A mask for what no terminal shows as it stands: replies of an API, programs behind pipes. Throws `cannot-mask` (74). */
  bytes(): MaskStage {
    return failClosed(this.#stage(null, false));
  }

  /** A mask for a tar archive, which arrives whole, with masks in its files. Throws `cannot-mask` (74). */
  archive(): MaskStage {
    const stage = closed(() => {
      const { rules, index } = this.#ready();
      return createArchiveMaskStage({ rules, known: index, fingerprint: this.#fingerprint });
    });
    return failClosed(stage);
  }

  /** What stands in the place of a secret value: one per value and session, or for approvers one per value. */
  label(kind: string, value: Uint8Array, reader: 'client' | 'approver'): string {
    const fingerprint = reader === 'client' ? this.#fingerprint : this.#textFingerprint;
    return `[${kind}:${fingerprint(value)}]`;
  }

  /** A mask for what is typed, in which arrow keys move no cursor. Throws `cannot-mask` (74). */
  typed(): MaskStage {
    return failClosed(this.#stage(null, false));
  }

  #stage(size: TerminalSize | null, hasScreen = true): MaskStage {
    return closed(() => {
      const { rules, index } = this.#ready();
      const options = { rules, known: index, size, fingerprint: this.#fingerprint };
      return createMaskStage(hasScreen ? options : { ...options, hasScreen });
    });
  }

  #ready(): MaskBasis {
    this.#basis ??= this.#masking.basisFor(this.#place);
    return this.#basis;
  }

  #inside(value: unknown): unknown {
    if (typeof value === 'string') return this.text(value);
    if (Array.isArray(value)) return value.map((item) => this.#inside(item));
    if (value === null || typeof value !== 'object' || Object.getPrototypeOf(value) !== Object.prototype) return value;
    return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, this.#inside(inner)]));
  }
}

function countOf(stages: readonly MaskStage[]): MaskCount {
  const kinds: Record<string, number> = {};
  let total = 0;
  for (const { counts } of stages) {
    for (const [kind, count] of counts) {
      kinds[kind] = (kinds[kind] ?? 0) + count;
      total += count;
    }
  }
  return { total, kinds };
}
