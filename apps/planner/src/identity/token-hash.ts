import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

/** SHA-256 of a token, hex: what is stored and looked up instead of it. */
export function hashToken(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}

/** True if the hashes are equal; takes the same time whether they are or not. */
export function sameHash(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}

/** A token that nobody can guess: 256 bits. */
export function newToken(): string {
  return randomBytes(32).toString('base64url');
}
