import { found, shell } from '../lint.testing';

const unsure = (id: string, more: object = {}): object => shell(id, { idempotent: false, ...more });
const upload = (id: string, more: object = {}): object => ({
  ...{ id, type: 'upload_file', roles: ['a'], parameters: { path: `/x/${id}`, data: '' } },
  ...more,
});

describe('a task that is not declared idempotent', () => {
  it('pauses the deployment when it is lost', () => {
    expect(found('LINT_LOST_PAUSES', [unsure('x')])).toEqual([
      'info task x: is not declared idempotent: if its node is lost while it runs, the deployment pauses for a person',
    ]);
  });

  it('is told once for all of a type that can be repeated', () => {
    expect(found('LINT_LOST_PAUSES', [upload('x'), upload('y'), upload('z', { idempotent: true })])).toEqual([
      'info task x: is not declared idempotent (nor y), although `upload_file` can be repeated: if a node is lost meanwhile, the deployment pauses for a person',
    ]);
  });

  it('is what is wanted where it says so, or that it may pause, or does no work', () => {
    const tasks = [shell('x'), unsure('y', { onFailure: 'pause' }), { id: 's', type: 'anchor', roles: ['a'] }];
    expect(found('LINT_LOST_PAUSES', tasks)).toEqual([]);
  });

  it('should not be retried', () => {
    expect(found('LINT_UNSURE_RETRIES', [unsure('x', { retries: 3 })])).toEqual([
      'info task x: is tried again up to 3 times, and does not say that it may run twice',
    ]);
    expect(found('LINT_LOST_PAUSES', [unsure('x', { retries: 3 })])).toEqual([]);
    expect(
      found('LINT_UNSURE_RETRIES', [shell('x', { retries: 3 }), unsure('y'), upload('z', { retries: 3 })]),
    ).toEqual([]);
  });
});
