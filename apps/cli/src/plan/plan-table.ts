import type { PlanDocument, PlannedTask } from '@muster/client';
import { SYNC_POINT } from '@muster/model';
import { shownLine } from '../io/shown-text';
import { spell } from '../io/spell-duration';
import { table } from '../io/table';
import { inOrder } from './in-order';

/** The plan for people: what runs where, in an order in which it may run, and why. */
export function planTable(plan: PlanDocument): string {
  const tasks = inOrder(plan);
  const runs = tasks.filter((it) => it.action === 'run');
  const nodes = new Set(runs.map((it) => it.node).filter((node) => node !== SYNC_POINT));
  const unknown = runs.filter((it) => it.expectedMs === null).length;
  const skipped = tasks.length - runs.length;
  const rows = tasks.map((it) => [it.task, it.type, it.action, limitText(it), it.reason.text]);
  const lines = [
    `cluster ${plan.cluster}, graph ${plan.graphType}: ${runs.length === 1 ? '1 task runs' : `${runs.length} tasks run`} on ${nodesText(nodes.size)}, ${skipped === 1 ? '1 is' : `${skipped} are`} skipped`,
    '',
    table(['task', 'type', 'action', 'limit', 'reason'], rows),
    `expected: ${spell(plan.expectedMs)}${unknown > 0 ? ` (${unknown} of ${runs.length} tasks without history or hint, a second assumed)` : ''}`,
    ...(plan.whatIf
      ? [
          `what if ${Object.entries(plan.whatIf.limits)
            .map(([key, amount]) => `${key}=${amount ?? 'unlimited'}`)
            .join(', ')}: ${spell(plan.whatIf.expectedMs)}`,
        ]
      : []),
    `critical path: ${plan.criticalPath.join(' -> ') || '-'}`,
    ...plan.faultTolerance.map(
      (it) => `fault tolerance ${it.name}: ${it.tolerated} of ${nodesText(it.nodes.length)} may fail`,
    ),
    `digest: ${plan.digest}`,
  ];
  const text = `${lines.map((line, index) => (index === 2 ? line : shownLine(line))).join('\n')}\n`;
  const later = (plan.later ?? []).map((it) => `\nprovisional, planned again when it is reached:\n${planTable(it)}`);
  return text + later.join('');
}

function nodesText(count: number): string {
  return count === 1 ? '1 node' : `${count} nodes`;
}

function limitText(task: PlannedTask): string {
  return task.limit === null ? '' : `${task.limit} at once`;
}
