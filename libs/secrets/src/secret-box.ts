import { createHmac, hkdfSync, randomBytes } from 'node:crypto';
import { type SealedSecret, type SecretBox, SecretValue } from '@muster/model';
import { problem, ProblemsError } from '@muster/problems';
import { KEY_BYTES, openBytes, sealBytes } from './sealed-bytes';

/** Shortest text that is taken as a key: 16 bytes as hex, or as many letters of a good password. */
const KEY_LENGTH_MIN = 32;

/**
 * A box whose keys come from `MUSTER_SECRET_KEY`: the value is encrypted with a data key of its own, which is wrapped.
 * Every process with the same text opens what another one sealed. Fails with `ProblemsError` if the text is too short.
 */
export function createSecretBox(keyText: string): SecretBox {
  if (keyText.trim().length < KEY_LENGTH_MIN) {
    const summary = `it has fewer than ${KEY_LENGTH_MIN} characters`;
    const remedy = 'Give a long random text, such as the output of `openssl rand -hex 32`.';
    throw new ProblemsError([problem('CONFIG_INVALID', { subject: 'MUSTER_SECRET_KEY', summary, remedy })]);
  }
  // One key per purpose, so that none tells anything about another.
  const derive = (purpose: string): Buffer =>
    Buffer.from(hkdfSync('sha256', keyText.trim(), 'muster', purpose, KEY_BYTES));
  const wrappingKey = derive('wrap data keys, version 1');
  const fingerprintKey = derive('fingerprint values, version 1');
  const keyName = derive('name of the key').subarray(0, 8).toString('hex');

  return {
    seal: (value) => {
      const dataKey = randomBytes(KEY_BYTES);
      const plain = Buffer.from(value.reveal(), 'utf8');
      return {
        $sealed: {
          v: 1,
          key: keyName,
          wrapped: sealBytes(wrappingKey, dataKey),
          data: sealBytes(dataKey, plain),
          fingerprint: createHmac('sha256', fingerprintKey).update(plain).digest('hex'),
        },
      };
    },
    open: ({ $sealed }: SealedSecret) => {
      if ($sealed.key !== keyName) throw refused('it was sealed with another key');
      const dataKey = openBytes(wrappingKey, $sealed.wrapped);
      const plain = dataKey?.length === KEY_BYTES ? openBytes(dataKey, $sealed.data) : null;
      if (!plain) throw refused('it was changed after it was sealed');
      return new SecretValue(plain.toString('utf8'));
    },
  };
}

function refused(why: string): ProblemsError {
  const remedy =
    'Give every service the MUSTER_SECRET_KEY with which the secret was stored, or store the secret again.';
  return new ProblemsError([
    problem('CONFIG_INVALID', { subject: 'a sealed secret', summary: `it cannot be opened: ${why}`, remedy }),
  ]);
}
