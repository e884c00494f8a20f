import { isHostname, isIpv4, isIpv6 } from './formats';

/** Login names: what systems allow, and nothing that a program could take for an option or a shell for its own. */
export const LOGIN_PATTERN = /^[a-z_][a-z0-9_.-]{0,31}\$?$/i;
/** `SHA256:` and the fingerprint in base64, as `ssh-keygen -lf` prints it. */
export const HOST_KEY_PATTERN = /^SHA256:[A-Za-z0-9+/]{43}=?$/;

/** A host name or an IP address. Four numbers are an address or a mistake, never a host name. */
export function isNodeAddress(text: string): boolean {
  return isIpv4(text) || isIpv6(text) || (isHostname(text) && !/^[\d.]+$/.test(text));
}

/** An absolute path without `..`, at most 500 characters, on one line. */
export function isStateFolder(text: string): boolean {
  const isPlain = /^\/\P{Cc}*$/u.test(text) && text.length <= 500;
  return isPlain && text !== '/' && !text.split('/').includes('..');
}
