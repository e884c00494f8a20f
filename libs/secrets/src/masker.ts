const STAR = 0x2a;
/** Shorter values would blacken half of any output, and tell a reader more than they hide. */
export const MASKED_LENGTH_MIN = 4;

/** Replaces secrets in a stream of bytes. One per stream: it remembers what may be the beginning of a secret. */
export interface Masker {
  /** The bytes that are certain by now: none may be, or more than were given. */
  push(bytes: Uint8Array): Uint8Array;
  /** The rest. Afterwards the masker is as new. */
  flush(): Uint8Array;
}

/**
 * Masks every occurrence of `values` with stars of the same length, also where chunks cut it, so that offsets keep their
 * meaning. A value of several lines is masked line by line too, since programs print them so. Values shorter than
 * `MASKED_LENGTH_MIN` bytes are left alone.
 * Cost: proportional to bytes times distinct first bytes that match; holds back less than the longest value.
 */
export function createMasker(values: readonly string[]): Masker {
  const needles = needlesOf(values);
  const longest = needles.reduce((most, needle) => Math.max(most, needle.length), 0);
  if (longest === 0) return { push: (bytes) => bytes, flush: () => new Uint8Array(0) };
  let held = Buffer.alloc(0);
  // How many of the held bytes belong to a secret that began before them.
  let masked = 0;

  const take = (buffer: Buffer, certain: number): Uint8Array => {
    const out = Buffer.from(buffer.subarray(0, certain));
    let stars = masked;
    for (const needle of needles) {
      for (let at = buffer.indexOf(needle); at >= 0 && at < certain; at = buffer.indexOf(needle, at + 1)) {
        out.fill(STAR, at, Math.min(certain, at + needle.length));
        stars = Math.max(stars, at + needle.length);
      }
    }
    out.fill(STAR, 0, Math.min(masked, certain));
    masked = Math.max(0, stars - certain);
    held = Buffer.from(buffer.subarray(certain));
    return out;
  };
  return {
    push: (bytes) => {
      const buffer = Buffer.concat([held, bytes]);
      return take(buffer, Math.max(0, buffer.length - longest + 1));
    },
    flush: () => {
      const rest = take(held, held.length);
      masked = 0;
      return rest;
    },
  };
}

function needlesOf(values: readonly string[]): Buffer[] {
  const texts = values.flatMap((value) => [value, ...value.split(/\r?\n/)]).map((text) => text.trim());
  return [...new Set(texts)]
    .map((text) => Buffer.from(text, 'utf8'))
    .filter((needle) => needle.length >= MASKED_LENGTH_MIN);
}
