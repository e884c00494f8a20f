import type { TaskDefinition } from '@muster/model';
import { type Draft, type DraftTask, type OwnedDefinition, relate } from '../draft/draft';

/**
 * `repeat {times, judge: last}`: the task becomes a chain of as many. The last one keeps the address, so that whoever
 * comes after it still does; what came before it comes before the first. The others (`definition.1`, `.2`, ...) count as
 * done however they end: only the last one is judged.
 */
export function expandRepeats(draft: Draft): void {
  for (const owned of [...draft.definitions.values()]) {
    const { definition } = owned;
    const times = definition.repeat?.times ?? 1;
    if (times < 2) continue;
    const earlier = earlierDefinitions(draft, owned, times);
    for (const last of draft.tasksOf(definition.id)) expand(draft, last, earlier);
  }
}

function earlierDefinitions(draft: Draft, { definition, owner }: OwnedDefinition, times: number): OwnedDefinition[] {
  return Array.from({ length: times - 1 }, (_, at) => {
    const id = `${definition.id}.${at + 1}`;
    if (draft.definitions.has(id)) {
      draft.report('PLAN_NAME_TAKEN', {
        subject: `task ${definition.id}`,
        summary: `is repeated, and its run ${at + 1} would be called ${id}, which is the name of another definition`,
        place: definition.place,
      });
    }
    const earlier: TaskDefinition = {
      ...definition,
      id,
      repeat: null,
      onFailure: 'skip',
      retries: { count: 0, delayMs: 0, backoff: 1 },
      outputs: null,
    };
    return { definition: earlier, owner };
  });
}

function expand(draft: Draft, last: DraftTask, earlier: readonly OwnedDefinition[]): void {
  let before: DraftTask | null = null;
  for (const owned of earlier) {
    const task = draft.addTask(owned, last.node);
    if (!task) return;
    task.repeatOf = last.definition.id;
    [task.action, task.reason, task.parameters] = [last.action, last.reason, last.parameters];
    if (before) relate(task, 'requires', [before.index]);
    else {
      relate(task, 'requires', last.requires);
      relate(task, 'requiresSets', last.requiresSets);
      last.requires = [];
      last.requiresSets = [];
    }
    before = task;
  }
  if (before) relate(last, 'requires', [before.index]);
}
