/**
 * Counts how often contents occurred, in 16 to 32 bytes each. Of a content 52 bits are kept: among 10 million, the chance
 * that two share them is 1 in 90, and then the second of them counts as a repetition, which only makes its id another one.
 */
export class Occurrences {
  #slots = new Float64Array(1 << 12);
  #size = 0;
  readonly #repeated = new Map<number, number>();

  /** different contents so far */
  get size(): number {
    return this.#size;
  }

  /** Notes a content by its sha256 in hexadecimal digits. @returns how often it occurred so far, this time included */
  nth(sha256: string): number {
    const key = parseInt(sha256.slice(0, 13), 16) + 1; // 0 marks a free slot
    if (this.#put(key)) return 1;
    const times = (this.#repeated.get(key) ?? 1) + 1;
    this.#repeated.set(key, times);
    return times;
  }

  /** @returns whether it is new */
  #put(key: number): boolean {
    if (2 * this.#size >= this.#slots.length) this.#grow();
    const slot = this.#slotOf(this.#slots, key);
    if (this.#slots[slot] === key) return false;
    this.#slots[slot] = key;
    this.#size += 1;
    return true;
  }

  #slotOf(slots: Float64Array, key: number): number {
    const mask = slots.length - 1;
    let slot = (key >>> 0) & mask;
    while (slots[slot] !== 0 && slots[slot] !== key) slot = (slot + 1) & mask;
    return slot;
  }

  #grow(): void {
    const slots = new Float64Array(2 * this.#slots.length);
    for (const key of this.#slots) if (key !== 0) slots[this.#slotOf(slots, key)] = key;
    this.#slots = slots;
  }
}
