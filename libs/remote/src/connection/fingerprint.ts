import { createHash } from 'node:crypto';

/** Fingerprint of a public host key in wire form, as OpenSSH prints it: `SHA256:` and base64 without padding. */
export function fingerprint(hostKey: Buffer): string {
  return `SHA256:${createHash('sha256').update(hostKey).digest('base64').replace(/=+$/, '')}`;
}
