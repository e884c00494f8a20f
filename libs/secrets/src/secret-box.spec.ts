import { type SealedSecret, SecretValue } from '@muster/model';
import { createSecretBox } from './secret-box';

const box = createSecretBox('0123456789abcdef0123456789abcdef');

describe('a secret box', () => {
  it.each(['', 'short', 'ünïcode ✓', 'x'.repeat(100_000)])('opens what it sealed', (text) => {
    expect(box.open(box.seal(new SecretValue(text))).reveal()).toBe(text);
  });

  it('opens what another process with the same key sealed', () => {
    const other = createSecretBox('0123456789abcdef0123456789abcdef\n');
    expect(other.open(box.seal(new SecretValue('hush'))).reveal()).toBe('hush');
  });

  it('never seals alike, but fingerprints alike, so that equal secrets are known as equal and nothing else is', () => {
    const [one, same, other] = ['hush', 'hush', 'husk'].map((text) => box.seal(new SecretValue(text)).$sealed);
    expect(one?.data).not.toBe(same?.data);
    expect(one?.wrapped).not.toBe(same?.wrapped);
    expect(one?.fingerprint).toBe(same?.fingerprint);
    expect(one?.fingerprint).not.toBe(other?.fingerprint);
    const elsewhere = createSecretBox('another key that is long enough for us').seal(new SecretValue('hush')).$sealed;
    expect(elsewhere.fingerprint).not.toBe(one?.fingerprint);
  });

  it('shows nothing of the value', () => {
    expect(JSON.stringify(box.seal(new SecretValue('a-marker-secret')))).not.toContain('marker');
  });

  it('refuses what another key sealed, and says so', () => {
    const sealed = createSecretBox('another key that is long enough for us').seal(new SecretValue('hush'));
    expect(() => box.open(sealed)).toThrow('another key');
  });

  it.each(['wrapped', 'data'] as const)('refuses a changed %s', (field) => {
    const { $sealed } = box.seal(new SecretValue('hush'));
    const bytes = Buffer.from($sealed[field], 'base64');
    for (let at = 0; at < bytes.length; at += 1) {
      const changed = Buffer.from(bytes);
      changed[at] = (changed[at] ?? 0) ^ 1;
      const sealed: SealedSecret = { $sealed: { ...$sealed, [field]: changed.toString('base64') } };
      expect(() => box.open(sealed)).toThrow('changed');
    }
    expect(() => box.open({ $sealed: { ...$sealed, [field]: '' } })).toThrow('changed');
  });

  it('refuses a key that can be guessed, without repeating it', () => {
    expect(() => createSecretBox('hunter2')).toThrow('fewer than 32');
    expect(() => createSecretBox('hunter2')).not.toThrow('hunter2');
  });
});
