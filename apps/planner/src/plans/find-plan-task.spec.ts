import { findPlanTask } from './find-plan-task';
import { gzipPieces } from './gzip-pieces';

const tricky = {
  task: 'b@2',
  parameters: { cmd: 'echo "}]\\" {"task":"c@3"}', nested: [{ task: 'd@4' }, ['{']], ä: '€😀' },
};
const plan = {
  ...{ digest: 'sha256:0', cluster: 'c', task: 'e@5' },
  tasks: [
    { task: 'a@1', parameters: {} },
    tricky,
    { task: 'z@9', requires: [], parameters: { text: 'x'.repeat(200_000) } },
  ],
  barriers: [{ id: 'barrier:1', requires: ['a@1'] }, [], {}],
  problems: [{ code: 'X', place: { task: 'd@4' } }],
};
/** In several members, as a large one is kept. */
const json = gzipPieces([JSON.stringify(plan).slice(0, 60), JSON.stringify(plan).slice(60)]);

describe('a task in the JSON of a plan', () => {
  it.each(['a@1', 'b@2', 'z@9'])('is found: %s', async (task) => {
    expect(await findPlanTask(json, task)).toEqual(plan.tasks.find((each) => each.task === task));
  });

  it.each(['c@3', 'd@4', 'e@5', 'a@11', ''])('is not what only looks like one: %s', async (task) => {
    expect(await findPlanTask(json, task)).toBeNull();
  });
});
