import type { PlanDocument } from '@muster/client';
import { shownLine } from '../io/shown-text';

interface Drawing {
  readonly vertices: readonly {
    readonly id: string;
    readonly label: string;
    readonly kind: 'run' | 'skip' | 'barrier';
  }[];
  readonly edges: readonly (readonly [from: string, to: string])[];
}

/** The graph in Graphviz' language. */
export function planDot(plan: PlanDocument): string {
  const { vertices, edges } = draw(plan);
  const style = { run: 'shape=box', skip: 'shape=box, style=dashed', barrier: 'shape=point' };
  const lines = [
    `digraph ${quoted(`${plan.cluster} ${plan.graphType}`)} {`,
    '  rankdir=LR;',
    ...vertices.map((it) => `  ${it.id} [label=${quoted(it.label)}, ${style[it.kind]}];`),
    ...edges.map(([from, to]) => `  ${from} -> ${to};`),
    '}',
  ];
  return `${lines.join('\n')}\n`;
}

/** The graph in Mermaid's language. */
export function planMermaid(plan: PlanDocument): string {
  const { vertices, edges } = draw(plan);
  const shape = {
    run: (label: string) => `["${label}"]`,
    skip: (label: string) => `("${label} (skipped)")`,
    barrier: () => `(( ))`,
  };
  // Mermaid knows no escape inside quotes but its own entities.
  const text = (label: string) => shownLine(label).replaceAll('#', '#35;').replaceAll('"', '#quot;');
  const lines = [
    'flowchart LR',
    ...vertices.map((it) => `  ${it.id}${shape[it.kind](text(it.label))}`),
    ...edges.map(([from, to]) => `  ${from} --> ${to}`),
  ];
  return `${lines.join('\n')}\n`;
}

/** Short ids, so that no name needs to be a word of either language. */
function draw(plan: PlanDocument): Drawing {
  const ids = new Map<string, string>();
  const idOf = (name: string) => {
    const id = ids.get(name) ?? `v${ids.size}`;
    ids.set(name, id);
    return id;
  };
  const points = [
    ...plan.tasks.map((it) => ({ name: it.task, kind: it.action, requires: it.requires })),
    ...plan.barriers.map((it) => ({ name: it.id, kind: 'barrier' as const, requires: it.requires })),
  ];
  return {
    vertices: points.map(({ name, kind }) => ({ id: idOf(name), label: name, kind })),
    edges: points.flatMap(({ name, requires }) => requires.map((each) => [idOf(each), idOf(name)] as const)),
  };
}

function quoted(text: string): string {
  return `"${shownLine(text).replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
}
