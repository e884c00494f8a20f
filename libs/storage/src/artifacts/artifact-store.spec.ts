import { readdir, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createTestDatabase, privateFolder } from '@muster/testkit';
import { openDatabase } from '../database';
import { migrate } from '../migrate';
import { describeArtifactContract } from './artifact-contract.testing';
import { createArtifactTables } from './create-artifact-tables';
import { FolderArtifactStore } from './folder-artifact-store';
import { PostgresArtifactStore } from './postgres-artifact-store';

describeArtifactContract('a folder', async () => {
  const place = await privateFolder('artifacts');
  const folder = join(place.path, 'artifacts');
  return {
    store: new FolderArtifactStore(folder),
    damage: (digest) => writeFile(join(folder, digest.slice(7, 9), digest.slice(9)), 'damaged'),
    letAnHourPass: async () => {
      for (const each of await readdir(folder, { recursive: true, withFileTypes: true })) {
        if (!each.isFile()) continue;
        const path = join(each.parentPath, each.name);
        const before = (await stat(path)).mtimeMs / 1000 - 3600;
        await utimes(path, before, before);
      }
    },
    stop: () => place.remove(),
  };
});

describeArtifactContract('PostgreSQL', async () => {
  const place = await createTestDatabase();
  const database = await openDatabase({ config: { kind: 'postgres', url: place.url }, name: 'test' });
  await migrate(database, 'planner', [createArtifactTables('planner')]);
  return {
    store: new PostgresArtifactStore(database.pool, 'planner'),
    damage: async (digest) => {
      await database.pool.query(
        `UPDATE planner.artifact_chunk SET bytes = 'x' FROM planner.artifact WHERE artifact.upload = artifact_chunk.upload AND digest = $1`,
        [digest],
      );
    },
    letAnHourPass: async () => {
      await database.pool.query(`UPDATE planner.artifact SET stored_at = stored_at - interval '1 hour'`);
    },
    stop: async () => {
      await database.close();
      await place.drop();
    },
  };
});
