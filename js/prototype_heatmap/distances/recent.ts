// What was computed and may be asked for again, as far as it is worth keeping.

/** Values by name, made when they are first asked for; of more than `most` those go that were not asked for longest. */
export class Recent {
  readonly #most: number;
  readonly #values = new Map<string, unknown>();
  readonly #kept = new Map<string, unknown>();

  constructor(most: number) {
    this.#most = most;
  }

  has(key: string): boolean {
    return this.#values.has(key);
  }

  get<Value>(key: string, make: () => Value): Value {
    const known = this.#values.has(key);
    const value = (known ? this.#values.get(key) : make()) as Value;
    if (this.#most === Infinity && known) return value;
    this.#values.delete(key);
    this.#values.set(key, value);
    if (this.#values.size > this.#most) this.#values.delete(this.#values.keys().next().value!);
    return value;
  }

  /** The same for what stays, however much is asked for. */
  always<Value>(key: string, make: () => Value): Value {
    if (!this.#kept.has(key)) this.#kept.set(key, make());
    return this.#kept.get(key) as Value;
  }
}
