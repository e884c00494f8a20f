import { Readable } from 'node:stream';
import { promisify } from 'node:util';
import { constants, createGunzip, gzip } from 'node:zlib';
import { StreamableFile } from '@nestjs/common';

const squeeze = promisify(gzip);

/** Characters that are packed at once; what is shorter as a whole stays as it is. */
const AT_ONCE = 1024 * 1024;

/**
 * JSON of any length that is made at one go and taken by its reader as fast as that can: until then it is kept packed, since
 * a few slow readers of many megabytes each would fill the memory.
 */
export class PackedText {
  readonly #members: Buffer[] = [];
  #open: string[] = [];
  #chars = 0;
  #bytes = 0;

  async add(piece: string): Promise<void> {
    this.#open.push(piece);
    this.#chars += piece.length;
    if (this.#chars >= AT_ONCE) await this.#close();
  }

  /** The whole as an answer of HTTP; nothing is added after it. */
  async answer(): Promise<StreamableFile> {
    const type = 'application/json; charset=utf-8';
    if (this.#members.length === 0) return new StreamableFile(this.#take(), { type });
    if (this.#chars > 0) await this.#close();
    const bytes = Readable.from(this.#members).pipe(createGunzip());
    return new StreamableFile(bytes, { type, length: this.#bytes });
  }

  async #close(): Promise<void> {
    const bytes = this.#take();
    this.#bytes += bytes.length;
    this.#members.push(await squeeze(bytes, { level: constants.Z_BEST_SPEED }));
  }

  #take(): Buffer {
    const bytes = Buffer.from(this.#open.join(''));
    this.#open = [];
    this.#chars = 0;
    return bytes;
  }
}
