import {
  blankCluster,
  blankPaths,
  clusterDocument,
  generatedPaths,
  renamedCluster,
  settingsSchema,
  valueAt,
} from '@muster/catalog';
import { blankSecret, type ClusterSpec, type JsonObject, type SecretBox } from '@muster/model';
import { problem, type Problem, ProblemsError } from '@muster/problems';
import type { EntityManager } from 'typeorm';
import { bundlesOf } from '../bundles/find-bundles';
import { knownNodes } from './cluster-nodes';
import { findCluster, findRevision } from './find-cluster';
import { readCluster } from './read-cluster';
import {
  type Authorship,
  type ClusterParts,
  type RevisedCluster,
  reviseCluster,
  type WriteRevision,
} from './revise-cluster';

/** A cluster that is to be made of another one, or of a preset. */
export interface NewClusterWish {
  readonly name: string;
  /** New name of each node, null to leave it out; those that are not named are called `NAME-NODE`. */
  readonly nodes: Readonly<Record<string, string | null>>;
  readonly environment: string | null;
}

/** Something that somebody has to give before the cluster can be deployed. */
export interface Blank {
  /** In the cluster file. */
  readonly path: readonly string[];
  readonly kind: 'secret' | 'address' | 'hostKey' | 'identity';
}

export interface MadeCluster extends RevisedCluster {
  readonly toBeFilled: readonly Blank[];
  /** Paths of the settings that were generated for it. */
  readonly generated: readonly (readonly string[])[];
}

/** `spec` without what belongs to its cluster alone: see `blankCluster`. Throws if its bundles are gone. */
export async function blankedCluster(
  on: EntityManager,
  project: string,
  secretBox: SecretBox,
  spec: ClusterSpec,
): Promise<ClusterSpec> {
  const schema = await schemaOf(on, project, spec);
  return blankCluster(spec, schema, () => blankSecret(secretBox));
}

/** Makes a cluster of a blanked one. Throws `CLUSTER_EXISTS`, and `API_INVALID` for nodes that `blanked` does not have. */
export async function makeCluster(
  parts: ClusterParts,
  project: string,
  blanked: ClusterSpec,
  { name, nodes, environment }: NewClusterWish,
  by: Authorship,
): Promise<MadeCluster> {
  checkNodes(blanked, nodes);
  const renamed = renamedCluster({ ...blanked, environment: environment ?? blanked.environment }, name, nodes);
  const document = clusterDocument(renamed);
  const made = await makeFromDocument(parts, project, { name, document, acceptHostKeys: false }, by);
  return { ...made, problems: [...leftOut(blanked, name, nodes), ...made.problems] };
}

/** What the new cluster lacks because a node is left out that others of it name. */
function leftOut({ master, nodes: all }: ClusterSpec, cluster: string, nodes: NewClusterWish['nodes']): Problem[] {
  return Object.keys(nodes)
    .filter((node) => nodes[node] === null)
    .flatMap((node) => {
      const behind = all.filter(({ name, access }) => access.jump === node && nodes[name] !== null);
      const roles = [
        ...(master === node ? ['is the master'] : []),
        ...(behind.length > 0 ? [`is the jump node of ${behind.map(({ name }) => name).join(', ')}`] : []),
      ];
      if (roles.length === 0) return [];
      const summary = `It ${roles.join(' and ')}, and is left out of cluster ${cluster}, which has none instead.`;
      return [problem('CLUSTER_NODE_LEFT_OUT', { subject: `node ${node}`, summary })];
    });
}

/** Makes a cluster of a document. Throws `CLUSTER_EXISTS`. */
export async function makeFromDocument(
  parts: ClusterParts,
  project: string,
  {
    name,
    document,
    acceptHostKeys,
    write,
  }: {
    readonly name: string;
    readonly document: JsonObject;
    readonly acceptHostKeys: boolean;
    readonly write?: WriteRevision;
  },
  by: Authorship,
): Promise<MadeCluster> {
  const { manager } = parts.database;
  const revised = await reviseCluster(
    parts,
    project,
    {
      cluster: name,
      identities: {},
      acceptHostKeys,
      ifMatch: null,
      ...(write ? { write } : {}),
      read: async (head) => {
        if (head !== null) throw exists(name);
        return readCluster(manager, parts.runner, project, {
          ...{
            name,
            source: document,
            sourceName: '',
            identities: {},
            base: null,
            keepGenerated: false,
          },
        });
      },
    },
    by,
  );
  const spec = await headOf(manager, project, name);
  const schema = await schemaOf(manager, project, spec);
  const generated = generatedPaths(schema).filter((path) => valueAt(spec.settings, path) !== undefined);
  return {
    ...revised,
    toBeFilled: await blanksOf(manager, project, spec),
    generated: generated.map((path) => ['settings', ...path]),
  };
}

/** Everything of a revision that is still to be filled, secrets first. */
export async function blanksOf(on: EntityManager, project: string, spec: ClusterSpec): Promise<Blank[]> {
  const known = await knownNodes(
    on,
    project,
    spec.nodes.map((node) => node.name),
  );
  const ofNodes = spec.nodes.flatMap(({ name, access }): Blank[] => {
    const row = known.get(name);
    const missing = {
      address: access.address === undefined && (row?.address ?? null) === null,
      hostKey: access.hostKey === undefined && (row?.hostKey ?? null) === null,
      identity: (row?.identity ?? null) === null,
    };
    return (['address', 'hostKey', 'identity'] as const)
      .filter((kind) => missing[kind])
      .map((kind) => ({ path: ['nodes', name, kind], kind }));
  });
  return [...blankPaths(spec).map((path): Blank => ({ path, kind: 'secret' })), ...ofNodes];
}

async function headOf(on: EntityManager, project: string, name: string): Promise<ClusterSpec> {
  const cluster = await findCluster(on, project, name);
  return (await findRevision(on, cluster, cluster.headRevision)).content;
}

async function schemaOf(on: EntityManager, project: string, spec: ClusterSpec): Promise<JsonObject | null> {
  const found = await bundlesOf(on, project, spec);
  if (!found.ok) throw new ProblemsError(found.problems);
  return settingsSchema([found.release, ...found.plugins].map((each) => each.content)).schema;
}

function checkNodes(spec: ClusterSpec, nodes: NewClusterWish['nodes']): void {
  const known = new Set(spec.nodes.map((node) => node.name));
  const names = Object.values(nodes).filter((each) => each !== null);
  const problems: Problem[] = [
    ...Object.keys(nodes)
      .filter((each) => !known.has(each))
      .map((each) =>
        invalidNode(each, `There is no such node; there are ${[...known].slice(0, 20).join(', ') || 'none'}.`),
      ),
    ...names
      .filter((each, index) => names.indexOf(each) < index)
      .map((each) => invalidNode(each, 'Two nodes cannot have one name.')),
  ];
  if (problems.length > 0) throw new ProblemsError(problems);
}

function invalidNode(name: string, summary: string): Problem {
  return problem('API_INVALID', {
    subject: `node ${name.slice(0, 200)}`,
    summary,
    place: { path: `nodes.${name.slice(0, 200)}` },
  });
}

function exists(name: string): ProblemsError {
  return new ProblemsError([
    problem('CLUSTER_EXISTS', { subject: `cluster ${name}`, summary: 'There is a cluster of that name already.' }),
  ]);
}
