import { DeploymentQuestions } from './deployment-questions';

describe('whose an attempt is that holds a node', () => {
  const deployment = '00000000-0000-4000-8000-000000000001';
  const stored = {
    ...{ graph: new Uint8Array(), lastSeq: 0, owner: null },
    ...{ transaction: 'the-transaction', project: 'blue', cluster: 'the-cluster' },
  };
  const ports = {
    store: { read: async (id: string) => (id === deployment ? stored : null) },
    readGraph: () => Promise.reject(new Error('it cannot be read')),
  };
  const questions = new DeploymentQuestions('e1', ports as never, () => undefined);

  it('is told to people of its project, and to others that it is of another one', async () => {
    const told = await questions.describeAttempt(`${deployment}.3.2`, 'blue');
    expect(told).toBe('attempt 2 of a task, which transaction the-transaction of cluster the-cluster began');
    expect(await questions.describeAttempt(`${deployment}.3.2`, 'default')).toBe('an attempt of another project');
  });

  it('is nothing but its id where nobody knows it', async () => {
    const unknown = '00000000-0000-4000-8000-000000000002.0.1';
    expect(await questions.describeAttempt(unknown, 'blue')).toBe(`attempt ${unknown}`);
    expect(await questions.describeAttempt('rubbish', 'blue')).toBe('attempt rubbish');
  });
});
