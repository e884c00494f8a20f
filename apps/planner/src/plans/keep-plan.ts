import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import type { EntityManager } from 'typeorm';
import type { PlannedCluster } from './plan-cluster';
import { PlanRow } from './plan.entity';
import { type PlanOptions, planOptions } from './plan-options';
import type { PlanOutline } from './plan-outline';

const squeeze = promisify(gzip);
const unsqueeze = promisify(gunzip);

export interface KeptPlan {
  readonly revision: number;
  readonly options: PlanOptions;
  readonly outline: PlanOutline;
  readonly graph: Buffer;
}

/** Keeps a plan under its digest; the same digest is the same plan. */
export async function keepPlan(
  on: EntityManager,
  { clusterId, revision, outline, graph }: PlannedCluster,
  options: PlanOptions,
): Promise<void> {
  const kept = await squeeze(JSON.stringify(outline));
  await on
    .createQueryBuilder()
    .insert()
    .into(PlanRow)
    .values({
      clusterId,
      digest: outline.digest,
      revision,
      options: { ...options },
      outline: kept,
      graph: Buffer.from(graph),
    })
    .orIgnore()
    .execute();
}

/** Null: no plan of this digest is kept for the cluster. */
export async function findKeptPlan(on: EntityManager, clusterId: string, digest: string): Promise<KeptPlan | null> {
  const row = await on.findOneBy(PlanRow, { clusterId, digest });
  if (row === null) return null;
  const outline = JSON.parse((await unsqueeze(row.outline)).toString()) as PlanOutline;
  return { revision: row.revision, options: planOptions(row.options), outline, graph: row.graph };
}
