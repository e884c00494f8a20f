import type { Plan } from '@muster/model';

/** The plan for people: a line per task in aligned columns, then a summary. No escapes; `columns` bounds the width. */
export function planTable(plan: Plan, columns = 120): string {
  const rows = plan.tasks.map((task) => [task.task, task.type, task.action, task.reason.text]);
  const head = ['TASK', 'TYPE', 'ACTION', 'REASON'];
  const widths = head.map((title, column) =>
    Math.max(title.length, ...rows.slice(0, 10_000).map((row) => (row[column] ?? '').length)),
  );
  const line = (row: readonly string[]): string => {
    const text = row
      .map((cell, column) => (column === row.length - 1 ? cell : cell.padEnd(widths[column] ?? 0)))
      .join('  ');
    return text.length > columns ? `${text.slice(0, columns - 1)}…` : text.trimEnd();
  };
  const running = plan.tasks.filter((task) => task.action === 'run');
  const leftOut = plan.leftOut?.length ?? 0;
  const unknown = running.filter((task) => task.expectedMs === null).length;
  return [
    ...[head, ...rows].map(line),
    '',
    `${running.length} to run, ${plan.tasks.length - running.length} skipped, on ${new Set(plan.tasks.map((task) => task.node)).size} places` +
      `${leftOut > 0 ? `; ${leftOut} ${leftOut === 1 ? 'definition' : 'definitions'} on no node` : ''}`,
    `expected at least ${duration(plan.expectedMs)}${unknown > 0 ? ` (${unknown} without history or hint)` : ''}`,
    `critical path: ${plan.criticalPath.join(' -> ') || 'none'}`,
    `digest: ${plan.digest}`,
  ].join('\n');
}

function duration(ms: number): string {
  const seconds = Math.round(ms / 1000);
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor((seconds % 3600) / 60)];
  if (hours > 0) return `${hours} h ${minutes} min`;
  return minutes > 0 ? `${minutes} min ${seconds % 60} s` : `${seconds} s`;
}
