// What Terraform's state and plans say to be sensitive: a value by the `"sensitive": true` beside it, attributes by the list
// or the map of sensitive ones that follows them.
// At a deadline what nothing has called sensitive yet is shown: in most JSON values and attributes never are.
import { isTemplate } from '../checks/index.ts';
import type { Machine, Span } from '../rule.ts';
import { type JsonEvents, JsonWalker } from './json-walker.ts';

interface NamedSpan extends Span {
  readonly name: string;
}

/** Values and attributes are not nested deeper, but for what is made to be slow. */
const DEEPEST = 6;

const SHORT = new Set(['true', 'false', 'null', '']);

/** What both machines share: they end with the object that holds their anchor, and hold back from the first value on. */
abstract class TerraformMachine implements Machine, JsonEvents {
  holdFrom = Number.POSITIVE_INFINITY;
  protected readonly walker: JsonWalker;
  protected depth = 0;
  protected isDone = false;
  protected readonly found: NamedSpan[] = [];

  constructor(anchor: string, key: string) {
    const escapes = /^\\*/.exec(anchor)?.[0].length ?? 0;
    this.walker = new JsonWalker(this, escapes, key);
  }

  push(byte: number): boolean {
    this.walker.push(byte);
    return !this.isDone;
  }

  open(key: string | undefined, isList: boolean): void {
    this.depth += 1;
    if (this.depth > DEEPEST) this.isDone = true;
    this.opened(key, isList);
  }

  close(): void {
    this.depth -= 1;
    this.closed();
    if (this.depth < 0) this.isDone = true;
  }

  broken(): void {
    this.isDone = true;
  }

  protected keep(name: string, text: string, from: number, to: number): void {
    if (!SHORT.has(text) && !isTemplate(text) && to > from) this.found.push({ name, from, to });
  }

  abstract value(key: string | undefined, text: string, from: number, to: number): void;
  abstract spans(early: boolean): readonly Span[];
  protected abstract opened(key: string | undefined, isList: boolean): void;
  protected abstract closed(): void;
}

/** From `"value"` or `"sensitive"` on: all that is in the value, once `"sensitive": true` is beside it. */
export class SensitiveOutputMachine extends TerraformMachine {
  private isSensitive: boolean | undefined;
  private isInValue = false;

  constructor(anchor: string) {
    super(anchor, anchor.includes('value') ? 'value' : 'sensitive');
    if (anchor.includes('value')) this.holdFrom = 0;
  }

  value(key: string | undefined, text: string, from: number, to: number): void {
    if (this.depth === 0 && key === 'value' && this.found.length > 0) this.isDone = true;
    else if (this.isInValue || (this.depth === 0 && key === 'value')) this.keep('value', text, from, to);
    else if (this.depth === 0 && key === 'sensitive') this.decide(text === 'true');
    if (this.depth === 0 && key === 'value' && this.isSensitive) this.isDone = true;
  }

  spans(early: boolean): readonly Span[] {
    if (this.isSensitive !== true) return [];
    const { textFrom, pushed } = this.walker;
    const isOpen = early && this.isInValue && textFrom !== -1;
    return isOpen ? [...this.found, { from: textFrom, to: pushed }] : this.found;
  }

  protected opened(key: string | undefined): void {
    if (this.depth === 1 && key === 'value') this.isInValue = true;
    if (this.isInValue) this.holdFrom = Math.min(this.holdFrom, this.walker.pushed);
  }

  protected closed(): void {
    if (this.depth !== 0 || !this.isInValue) return;
    this.isInValue = false;
    if (this.isSensitive) this.isDone = true;
  }

  private decide(isSensitive: boolean): void {
    if (this.isSensitive !== undefined) this.isDone = true;
    this.isSensitive = isSensitive;
    if (isSensitive) this.holdFrom = Math.min(this.holdFrom, this.walker.pushed);
    if (!isSensitive || this.found.length > 0) this.isDone = true;
  }
}

/** From `"attributes"`, `"values"`, `"after"` or `"before"` on: the values whose names the sibling behind it has. */
export class SensitiveAttributesMachine extends TerraformMachine {
  private readonly own: string;
  private readonly sibling: string;
  private phase: 'begin' | 'attributes' | 'between' | 'names' = 'begin';
  private readonly names = new Set<string>();
  /** Names of the objects around, while inside the attributes. */
  private readonly path: string[] = [];

  constructor(anchor: string) {
    const key = anchor.replace(/[\\"]/g, '');
    super(anchor, key);
    this.own = key;
    this.sibling = key === 'attributes' || key === 'values' ? `sensitive_${key}` : `${key}_sensitive`;
  }

  value(key: string | undefined, text: string, from: number, to: number): void {
    if (this.phase === 'attributes') this.keep(this.path[0] ?? key ?? '', text, from, to);
    else if (this.phase === 'begin') this.isDone = true;
    else if (this.phase === 'names' && key !== undefined && text === 'true') this.names.add(this.path[0] ?? key);
    else if (this.phase === 'names' && key === 'value') this.names.add(text);
    else if (this.phase === 'between' && this.depth === 0 && key === this.sibling) this.isDone = true;
  }

  spans(): readonly Span[] {
    return this.found.filter(({ name }) => this.names.has(name));
  }

  protected opened(key: string | undefined, isList: boolean): void {
    if (this.phase === 'begin') {
      this.phase = 'attributes';
      if (isList) this.isDone = true;
      this.holdFrom = this.walker.pushed;
    } else if (this.phase === 'between' && this.depth === 1 && key === this.sibling) this.phase = 'names';
    else if (this.phase === 'between' && this.depth === 1 && key === this.own) this.isDone = true;
    else if (this.phase !== 'between') this.path.push(key ?? '');
  }

  protected closed(): void {
    this.path.pop();
    if (this.depth !== 0) return;
    if (this.phase === 'attributes') this.phase = 'between';
    else if (this.phase === 'names') this.isDone = true;
  }
}
