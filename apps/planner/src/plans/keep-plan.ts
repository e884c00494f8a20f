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
  /** As it was shown. */
  readonly json: Buffer;
  readonly graph: Buffer;
  /** What the graph refers to by digest. */
  readonly parameters: readonly string[];
}

/** Keeps a plan under its digest; the same digest is the same plan. */
export async function keepPlan(
  on: EntityManager,
  { clusterId, revision, outline, graph, parameters, json }: PlannedCluster,
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
      json: await squeeze(json),
      graph: Buffer.from(graph),
      parameters: parameters.length === 0 ? null : await squeeze(JSON.stringify(parameters)),
    })
    .orIgnore()
    .execute();
}

/** Null: no plan of this digest is kept for the cluster. */
export async function findKeptPlan(on: EntityManager, clusterId: string, digest: string): Promise<KeptPlan | null> {
  const row = await on.findOneBy(PlanRow, { clusterId, digest });
  if (row === null) return null;
  const { graphType, options, json, graph } = row;
  const parameters =
    row.parameters === null ? [] : (JSON.parse((await unsqueeze(row.parameters)).toString()) as string[]);
  return { graphType, options: planOptions(options), json: await unsqueeze(json), graph, parameters };
}
