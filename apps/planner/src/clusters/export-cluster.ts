import type { ClusterSpec, JsonObject } from '@muster/model';
import { stringify } from 'yaml';
import type { NodeRow } from '../nodes/node.entity';
import { withoutSecrets } from './without-secrets';

/**
 * The cluster file that gives this revision again, with everything that is known of its nodes. Secrets are left out,
 * not masked: a mask that is applied again would become the secret.
 */
export function exportCluster(spec: ClusterSpec, known: ReadonlyMap<string, NodeRow>): string {
  const leftOut: string[] = [];
  const open = (settings: JsonObject, at: string): JsonObject => {
    const read = withoutSecrets(settings);
    leftOut.push(...read.leftOut.map((path) => `${at}.${path}`));
    return read.settings;
  };
  const file = {
    cluster: spec.name,
    ...(spec.environment === null ? {} : { environment: spec.environment }),
    ...(spec.release === null ? {} : { release: spec.release }),
    ...(spec.plugins.length === 0 ? {} : { plugins: spec.plugins }),
    ...(spec.taskBased === null ? {} : { taskBased: spec.taskBased }),
    ...(spec.master === null ? {} : { master: spec.master }),
    ...(Object.keys(spec.settings).length === 0 ? {} : { settings: open(spec.settings, 'settings') }),
    ...exportedLimits(spec),
    ...(spec.graphs ? { graphs: Object.fromEntries(spec.graphs.map(({ type, written }) => [type, written])) } : {}),
    nodes: Object.fromEntries(
      spec.nodes.map(({ name, access, roles, tags, settings }) => [
        name,
        {
          ...knownAccess(known.get(name)),
          ...access,
          roles,
          ...(tags === null ? {} : { tags }),
          ...(Object.keys(settings).length === 0 ? {} : { settings: open(settings, `nodes.${name}.settings`) }),
        },
      ]),
    ),
  };
  const note =
    leftOut.length === 0
      ? ''
      : `# Secrets are left out; write them before applying this file:\n${leftOut.map((path) => `#   ${path}\n`).join('')}`;
  return note + stringify(file, { version: '1.2', lineWidth: 120 });
}

function exportedLimits({ limits: { nodesAtOnce, ramps } }: ClusterSpec): JsonObject {
  const limits = { ...(nodesAtOnce === null ? {} : { nodesAtOnce }), ...(ramps ? { ramps: ramps as JsonObject } : {}) };
  return Object.keys(limits).length === 0 ? {} : { limits };
}

function knownAccess(row: NodeRow | undefined): JsonObject {
  if (row === undefined) return {};
  return {
    ...(row.address === null ? {} : { address: row.address }),
    port: row.port,
    user: row.user,
    become: row.become,
    ...(row.hostKey === null ? {} : { hostKey: row.hostKey }),
    ...(row.jump === null ? {} : { jump: row.jump }),
    ...(row.stateDir === null ? {} : { stateDir: row.stateDir }),
  };
}
