import { byCodeUnit, isJsonObject, type ClusterGraph } from '@muster/model';
import { bundleCodes } from '../bundle/bundle-codes';
import { emptyTaskList, readTasks } from '../bundle/task-list';
import { Cursor, type MapCursor } from '../yaml/cursor';

/**
 * The cluster's own layer: `tasks` is a list of definitions and patches for the graph `default`, `graphs` has one per
 * graph type. Graphs by type, sorted.
 */
export function readClusterGraphs(map: MapCursor): ClusterGraph[] {
  const byType = new Map<string, Cursor>();
  const tasks = map.get('tasks');
  if (tasks && !tasks.isNull) byType.set('default', tasks);
  const graphs = map.get('graphs');
  const types = graphs && !graphs.isNull ? graphs.map('a mapping of graph types to lists of tasks') : null;
  for (const type of types?.keys() ?? []) {
    const cursor = types?.get(type);
    if (!cursor || cursor.isNull) continue;
    if (byType.has(type))
      cursor.report('CLUSTER_INVALID_VALUE', '`tasks` and `graphs.default` say the same thing twice');
    else byType.set(type, cursor);
  }
  return [...byType].sort(([a], [b]) => byCodeUnit(a, b)).map(([type, cursor]) => readGraph(type, cursor));
}

function readGraph(type: string, cursor: Cursor): ClusterGraph {
  const list = emptyTaskList();
  // Task definitions are wrong in the same ways wherever they stand.
  readTasks(new Cursor({ ...cursor.reading, codes: bundleCodes }, cursor.located, cursor.path), list);
  const json = cursor.json();
  return {
    type,
    metadata: {},
    definitions: [...list.definitions.values()],
    patches: [...list.patches.values()],
    written: Array.isArray(json) ? json.filter(isJsonObject) : [],
  };
}
