import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import type { EntityManager } from 'typeorm';
import type { PlanOutline } from '../plans/plan-outline';
import { DeploymentRow } from './deployment.entity';

const squeeze = promisify(gzip);
const unsqueeze = promisify(gunzip);

/** As it is stored with a deployment. */
export function packRequires({ requires }: PlanOutline): Promise<Buffer> {
  return squeeze(JSON.stringify(requires));
}

/**
 * Places of what each task and barrier of a deployment requires, tasks by address. Null for one that was written by a
 * version that did not store it.
 */
export async function requiresOf(on: EntityManager, id: string): Promise<PlanOutline['requires'] | null> {
  const { requires } = await on.findOneOrFail(DeploymentRow, { select: { requires: true }, where: { id } });
  return requires === null ? null : (JSON.parse((await unsqueeze(requires)).toString()) as PlanOutline['requires']);
}
