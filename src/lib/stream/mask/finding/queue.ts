// First in, first out, without moving what waits.

export class Queue<T> {
  private items: T[] = [];
  private taken = 0;

  add(item: T): void {
    this.items.push(item);
  }

  get first(): T | undefined {
    return this.items[this.taken];
  }

  take(): T | undefined {
    const first = this.items[this.taken];
    if (first === undefined) return undefined;
    this.taken += 1;
    if (this.taken === this.items.length) {
      this.items = [];
      this.taken = 0;
    }
    return first;
  }
}
