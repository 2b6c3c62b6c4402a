/** A short digest of any value, to tell whether two runs saw the same. */

/** Takes values in order; equal sequences give equal digests. Not for secrets. */
export class Digest {
  #state = 0x811c9dc5;

  /** The digest so far, an unsigned 32-bit number. */
  get value(): number {
    return this.#state >>> 0;
  }

  /** The digest so far, 8 hexadecimal digits. */
  get text(): string {
    return this.value.toString(16).padStart(8, "0");
  }

  /** Takes a number, text, boolean, undefined, octets, or an object or array of such. */
  add(value: unknown): void {
    if (typeof value === "number") this.#mix(value);
    else if (typeof value === "boolean") this.#mix(value ? 3 : 5);
    else if (typeof value === "string") this.#addText(value);
    else if (value instanceof Uint8Array) this.#addOctets(value);
    else if (typeof value === "object" && value !== null) this.#addObject(value);
    else this.#mix(7);
  }

  #addText(text: string): void {
    this.#mix(text.length);
    for (let index = 0; index < text.length; index++) this.#mix(text.charCodeAt(index));
  }

  #addOctets(bytes: Uint8Array): void {
    this.#mix(bytes.length);
    for (const octet of bytes) this.#mix(octet);
  }

  #addObject(value: object): void {
    for (const name in value) this.add(value[name as keyof typeof value]);
  }

  /** One round of FNV-1a over the low 32 bits, with a shift so that high bits reach low ones. */
  #mix(value: number): void {
    const mixed = Math.imul(this.#state ^ value, 0x01000193);
    this.#state = mixed ^ (mixed >>> 15);
  }
}
