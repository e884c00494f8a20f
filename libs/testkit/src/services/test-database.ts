import { randomBytes } from 'node:crypto';
import { Client } from 'pg';
import { obtainPostgres } from './postgres';
import { SharedService } from './shared-service';

/** An empty database of one suite. */
export interface TestDatabase {
  readonly url: string;
  readonly name: string;
  /** Ends every connection to it and removes it. */
  drop(): Promise<void>;
}

/** What databases of many suites begin with, made once in a test run. */
export interface TestTemplate {
  /** Letters and underscores; other contents have another name. */
  readonly name: string;
  /** Fills an empty database, and has closed its connections when it settles. */
  prepare(url: string): Promise<void>;
}

/** Set by the test run where PostgreSQL is its own, and ends with it: templates stay there until then. */
export const TEMPLATES_VARIABLE = 'MUSTER_TEST_TEMPLATES';
const NO_SUCH_DATABASE = '3D000';
const DATABASE_IS_THERE = '42P04';

const postgres = new SharedService(() => obtainPostgres());

/** Makes a database on real PostgreSQL, the test run's, else one started for this process: as `template` says, else empty. */
export async function createTestDatabase(template?: TestTemplate): Promise<TestDatabase> {
  const { service, release } = await postgres.use();
  const name = `muster_test_${randomBytes(6).toString('hex')}`;
  const administer = async (sql: string): Promise<void> => {
    const client = new Client({ connectionString: service.url });
    await client.connect();
    try {
      await client.query(sql);
    } finally {
      await client.end();
    }
  };
  const urlOf = (database: string): string => {
    const url = new URL(service.url);
    url.pathname = `/${database}`;
    return url.href;
  };
  const make = (made: string, from: string): Promise<void> => administer(`CREATE DATABASE ${made} TEMPLATE ${from}`);
  /** Made under another name first: whoever finds it finds all of it. Several may make it at once; one's is taken. */
  const makeTemplate = async (called: string, { prepare }: TestTemplate): Promise<void> => {
    const making = `${name}_template`;
    await make(making, 'template0');
    try {
      await prepare(urlOf(making));
      await administer(`ALTER DATABASE ${making} RENAME TO ${called}`);
    } catch (error) {
      await administer(`DROP DATABASE IF EXISTS ${making} WITH (FORCE)`);
      if (codeOf(error) !== DATABASE_IS_THERE) throw error;
    }
  };
  const fill = async (): Promise<void> => {
    if (template === undefined) return make(name, 'template0');
    if (process.env[TEMPLATES_VARIABLE] !== 'on') {
      await make(name, 'template0');
      return template.prepare(urlOf(name));
    }
    const called = `muster_template_${template.name}`;
    try {
      await make(name, called);
    } catch (error) {
      if (codeOf(error) !== NO_SUCH_DATABASE) throw error;
      await makeTemplate(called, template);
      await make(name, called);
    }
  };
  try {
    await fill();
  } catch (error) {
    await release();
    throw error;
  }
  return {
    name,
    url: urlOf(name),
    drop: async () => {
      await administer(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
      await release();
    },
  };
}

function codeOf(error: unknown): unknown {
  return (error as { readonly code?: unknown }).code;
}
