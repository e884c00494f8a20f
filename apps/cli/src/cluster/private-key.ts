/** What keeps a text from being used as a private key; null when nothing does. */
export type KeyFault = 'not-a-key' | 'public-key' | 'passphrase';

/** Looks at the form of a private key (OpenSSH or PEM) without using it. */
export function keyFault(text: string): KeyFault | null {
  if (/^(ssh|ecdsa|sk)-\S+ /.test(text.trimStart()) || /-----BEGIN [A-Z ]*PUBLIC KEY-----/.test(text))
    return 'public-key';
  const found = /-----BEGIN ([A-Z ]*)PRIVATE KEY-----\r?\n([\s\S]*?)-----END \1PRIVATE KEY-----/.exec(text);
  if (!found) return 'not-a-key';
  const [, kind = '', body = ''] = found;
  if (kind === 'ENCRYPTED ' || /Proc-Type:.*ENCRYPTED/.test(body)) return 'passphrase';
  if (kind === 'OPENSSH ')
    return opensshCipher(body) === 'none' ? null : opensshCipher(body) === null ? 'not-a-key' : 'passphrase';
  return null;
}

/** Name of the cipher of an OpenSSH private key: a magic word, then length and text. Null if it is no such key. */
function opensshCipher(base64: string): string | null {
  const bytes = Buffer.from(base64, 'base64');
  const magic = 'openssh-key-v1\0';
  if (bytes.toString('latin1', 0, magic.length) !== magic || bytes.length < magic.length + 4) return null;
  const length = bytes.readUInt32BE(magic.length);
  return bytes.toString('latin1', magic.length + 4, magic.length + 4 + Math.min(length, 64));
}
