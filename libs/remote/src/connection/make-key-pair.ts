import { utils } from 'ssh2';

/**
 * A new ed25519 key pair in OpenSSH's forms: `private` as in an identity file, `public` as a line of `authorized_keys`.
 * Made until it can be read back: one in 256 that ssh2 1.17 makes lacks a leading zero byte and is unreadable for ever.
 */
export function makeKeyPair(comment: string): { readonly private: string; readonly public: string } {
  for (;;) {
    const pair = utils.generateKeyPairSync('ed25519', { comment });
    if (!(utils.parseKey(pair.private) instanceof Error) && !(utils.parseKey(pair.public) instanceof Error))
      return pair;
  }
}
