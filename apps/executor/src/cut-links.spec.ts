import { writeFileSync } from 'node:fs';
import { type DatabaseWay, openDatabaseWay, waitUntil } from '@muster/testkit';
import { ExecutorBed, graphTask } from './executor-bed.testing';

jest.setTimeout(90_000);

describe('an executor whose links to the database were cut without a word', () => {
  let bed: ExecutorBed;
  let way: DatabaseWay;
  beforeAll(async () => {
    bed = await ExecutorBed.open(1);
    way = await openDatabaseWay(bed.database.url);
    await bed.startExecutor(1000, { statementMs: 2000 }, way.url);
  });
  afterAll(async () => {
    // First: what was cut says no goodbye.
    await way.close();
    await bed.close();
  });

  it('makes new ones, stores what has happened, and goes on, long before TCP gives up', async () => {
    const flag = bed.pathOf('n1', 'flag');
    const { deployment } = await bed.deploy({
      tasks: [
        graphTask('first@n1', { parameters: { cmd: `until [ -e ${flag} ]; do sleep 0.1; done` } }),
        graphTask('second@n1', { requires: ['first@n1'] }),
      ],
    });
    await waitUntil('the first one runs', () => bed.log(deployment).some(({ type }) => type === 'node-ready'));
    way.cut();
    writeFileSync(flag, '');
    expect(await bed.end(deployment)).toMatchObject({
      outcome: 'succeeded',
      tasks: { 'first@n1': 'succeeded', 'second@n1': 'succeeded' },
    });
    expect(await bed.why(deployment, 'second@n1')).toMatchObject({ ok: true, body: { state: 'succeeded' } });
  });
});
