import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import type { EntityManager } from 'typeorm';
import { DeploymentRow } from './deployment.entity';

const unsqueeze = promisify(gunzip);

/**
 * Places of what each task and barrier of a deployment requires, tasks by address. Null for one that was written by a
 * version that did not store it.
 */
export async function requiresOf(on: EntityManager, id: string): Promise<readonly (readonly number[])[] | null> {
  const { requires } = await on.findOneOrFail(DeploymentRow, { select: { requires: true }, where: { id } });
  return requires === null
    ? null
    : (JSON.parse((await unsqueeze(requires)).toString()) as readonly (readonly number[])[]);
}
