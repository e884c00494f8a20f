import { withoutSecrets } from './without-secrets';

const sizes = { stdout: 1, stderr: 2 };

describe('the result of an attempt', () => {
  it('tells no secret in a sentence', () => {
    expect(
      withoutSecrets({ kind: 'refused', code: 'TASK_PARAMETERS', detail: 'permissions is hunter2, not' }, ['hunter2']),
    ).toEqual({ kind: 'refused', code: 'TASK_PARAMETERS', detail: 'permissions is <secret>, not' });
  });

  it('tells none in outputs, be it key, value, part of one or deep inside', () => {
    const outputs = { url: 'db://me:hunter2@host', list: ['hunter2', 7, null, { hunter2: true }] };
    expect(withoutSecrets({ kind: 'exited', code: 0, sizes, outputs }, ['hunter2\n'])).toEqual({
      kind: 'exited',
      code: 0,
      sizes,
      outputs: { url: 'db://me:<secret>@host', list: ['<secret>', 7, null, { '<secret>': true }] },
    });
  });

  it('hides a secret whole that contains another one', () => {
    expect(withoutSecrets({ kind: 'lost', detail: 'was hunter2-long' }, ['hunter2', 'hunter2-long'])).toEqual({
      kind: 'lost',
      detail: 'was <secret>',
    });
  });

  it('stays as it is without secrets, or with ones too short to be hidden', () => {
    const result = { kind: 'lost', detail: 'a b' } as const;
    expect(withoutSecrets(result, [])).toBe(result);
    expect(withoutSecrets(result, ['', 'a'])).toBe(result);
  });
});
