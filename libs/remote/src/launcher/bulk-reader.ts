/** Bytes that arrive in pieces and are asked for by number, in order. */
export class BulkReader {
  #pieces: Buffer[] = [];
  #available = 0;
  #waiting: { readonly size: number; readonly deliver: (bytes: Buffer) => void }[] = [];

  /** Bytes that nobody has taken yet. */
  get available(): number {
    return this.#available;
  }

  clear(): void {
    this.#pieces = [];
    this.#available = 0;
    this.#waiting = [];
  }

  push(piece: Buffer): void {
    this.#pieces.push(piece);
    this.#available += piece.length;
    this.#serve();
  }

  /** The next `size` bytes, once they are there. Calls are served in their order. */
  take(size: number, deliver: (bytes: Buffer) => void): void {
    this.#waiting.push({ size, deliver });
    this.#serve();
  }

  #serve(): void {
    for (let next = this.#waiting[0]; next && next.size <= this.#available; next = this.#waiting[0]) {
      this.#waiting.shift();
      next.deliver(this.#cut(next.size));
    }
  }

  #cut(size: number): Buffer {
    if (size === 0) return Buffer.alloc(0);
    const all = this.#pieces.length === 1 ? this.#pieces[0]! : Buffer.concat(this.#pieces);
    this.#available -= size;
    this.#pieces = this.#available > 0 ? [all.subarray(size)] : [];
    return all.subarray(0, size);
  }
}
