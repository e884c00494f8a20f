import type { Plan } from '@muster/model';

/** The plan for Graphviz: a cluster per node, skipped tasks dashed, barriers as points. An edge leads to what comes after. */
export function planDot(plan: Plan): string {
  const nodes = [...new Set(plan.tasks.map((task) => task.node))];
  const lines = ['digraph plan {', '  rankdir=LR;', '  node [shape=box];'];
  nodes.forEach((node, index) => {
    lines.push(`  subgraph cluster_${index} {`, `    label=${quoted(node)};`);
    for (const task of plan.tasks) {
      if (task.node === node)
        lines.push(
          `    ${quoted(task.task)} [label=${quoted(task.definition)}${task.action === 'skip' ? ', style=dashed' : ''}];`,
        );
    }
    lines.push('  }');
  });
  for (const { id } of plan.barriers) lines.push(`  ${quoted(id)} [shape=point];`);
  for (const { task, requires } of plan.tasks)
    for (const before of requires) lines.push(`  ${quoted(before)} -> ${quoted(task)};`);
  for (const { id, requires } of plan.barriers)
    for (const before of requires) lines.push(`  ${quoted(before)} -> ${quoted(id)};`);
  return [...lines, '}'].join('\n');
}

function quoted(text: string): string {
  return `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
}
