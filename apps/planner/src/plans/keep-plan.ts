import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import type { EntityManager } from 'typeorm';
import type { PlannedCluster } from './plan-cluster';
import { PlanRow } from './plan.entity';
import { type PlanOptions, planOptions } from './plan-options';

const squeeze = promisify(gzip);
const unsqueeze = promisify(gunzip);

export interface KeptPlan {
  readonly graphType: string;
  readonly options: PlanOptions;
  /** As it was shown; gzipped. */
  readonly json: Uint8Array;
  readonly revision: number;
  /** JSON of what it was made from; null: it was made before that was kept. */
  readonly grounds: string | null;
  readonly graph: Buffer;
  /** What the graph refers to by digest. */
  readonly parameters: readonly string[];
}

/** Keeps a plan under its digest; the same digest is the same plan. */
export async function keepPlan(
  on: EntityManager,
  { clusterId, revision, outline, graph, parameters, json, grounds }: PlannedCluster,
  options: PlanOptions,
): Promise<void> {
  await on
    .createQueryBuilder()
    .insert()
    .into(PlanRow)
    .values({
      clusterId,
      digest: outline.digest,
      revision,
      options: { ...options },
      graphType: outline.graphType,
      json: Buffer.from(json),
      grounds: await squeeze(grounds),
      graph: Buffer.from(graph),
      parameters: parameters.length === 0 ? null : await squeeze(JSON.stringify(parameters)),
    })
    .orIgnore()
    .execute();
}

/** The text of a plan's JSON, as its bytes. */
export function shownPlan({ json }: { readonly json: Uint8Array }): Promise<Buffer> {
  return unsqueeze(json);
}

/** Null: no plan of this digest is kept for the cluster. */
export async function findKeptPlan(on: EntityManager, clusterId: string, digest: string): Promise<KeptPlan | null> {
  const row = await on.findOneBy(PlanRow, { clusterId, digest });
  if (row === null) return null;
  const { graphType, options, revision, json, graph } = row;
  const grounds = row.grounds === null ? null : (await unsqueeze(row.grounds)).toString();
  const parameters =
    row.parameters === null ? [] : (JSON.parse((await unsqueeze(row.parameters)).toString()) as string[]);
  return {
    graphType,
    options: planOptions(options),
    revision,
    json,
    grounds,
    graph,
    parameters,
  };
}
