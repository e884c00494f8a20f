import { createCipheriv, createDecipheriv, createHmac, randomBytes } from 'node:crypto';
import { type SealedSecret, type SecretBox, SecretValue } from '@muster/model';

const KEY = Buffer.alloc(32, 7);

/** Seals for real, so that a search for a secret in what was stored means something. */
export class TestSecretBox implements SecretBox {
  seal(value: SecretValue): SealedSecret {
    const nonce = randomBytes(12);
    const cipher = createCipheriv('aes-256-gcm', KEY, nonce);
    const data = Buffer.concat([cipher.update(value.reveal(), 'utf8'), cipher.final()]);
    return {
      $sealed: {
        v: 1,
        key: 'test',
        wrapped: 'none',
        data: Buffer.concat([nonce, cipher.getAuthTag(), data]).toString('base64'),
        fingerprint: createHmac('sha256', KEY).update(value.reveal()).digest('hex'),
      },
    };
  }

  open({ $sealed }: SealedSecret): SecretValue {
    const bytes = Buffer.from($sealed.data, 'base64');
    const decipher = createDecipheriv('aes-256-gcm', KEY, bytes.subarray(0, 12));
    decipher.setAuthTag(bytes.subarray(12, 28));
    return new SecretValue(Buffer.concat([decipher.update(bytes.subarray(28)), decipher.final()]).toString());
  }
}
