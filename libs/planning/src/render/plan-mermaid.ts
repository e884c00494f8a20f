import type { Plan } from '@muster/model';

/** The plan as a Mermaid flowchart: a subgraph per node, skipped tasks rounded, barriers as circles. */
export function planMermaid(plan: Plan): string {
  const idOf = new Map<string, string>(
    [...plan.tasks.map((task) => task.task), ...plan.barriers.map((barrier) => barrier.id)].map((name, index) => [
      name,
      `v${index}`,
    ]),
  );
  const lines = ['flowchart LR'];
  [...new Set(plan.tasks.map((task) => task.node))].forEach((node, index) => {
    lines.push(`  subgraph n${index}["${node}"]`);
    for (const task of plan.tasks) {
      if (task.node === node)
        lines.push(
          `    ${idOf.get(task.task)}${task.action === 'skip' ? `(["${task.definition}"])` : `["${task.definition}"]`}`,
        );
    }
    lines.push('  end');
  });
  for (const { id } of plan.barriers) lines.push(`  ${idOf.get(id)}(( ))`);
  for (const { task, requires } of plan.tasks)
    for (const before of requires) lines.push(`  ${idOf.get(before)} --> ${idOf.get(task)}`);
  for (const { id, requires } of plan.barriers)
    for (const before of requires) lines.push(`  ${idOf.get(before)} --> ${idOf.get(id)}`);
  return lines.join('\n');
}
