import { createHmac, randomBytes } from 'node:crypto';
import { crc32 } from 'node:zlib';
import type { SecretValue } from '@muster/model';

/** What every token begins with, so that scanners of repositories and logs find one that got out. */
export const TOKEN_PREFIX = 'muster_';

/** As scanners may look for it; the last eight digits are the CRC-32 of what stands before them. */
export const TOKEN_PATTERN = /^muster_[A-Za-z0-9_-]{43}[0-9a-f]{8}$/;

/** A token that nobody can guess: 256 bits. */
export function newTokenText(): string {
  return tokenText(randomBytes(32));
}

/**
 * A token made from the key of a request, so that a repetition is answered alike although no token is stored. Nobody can
 * guess it either without the installation's secret key.
 */
export function derivedTokenText(secretKey: SecretValue, seed: string): string {
  return tokenText(createHmac('sha256', secretKey.reveal()).update(`token\n${seed}`).digest());
}

function tokenText(secret: Buffer): string {
  const text = TOKEN_PREFIX + secret.toString('base64url');
  return text + crc32(text).toString(16).padStart(8, '0');
}
