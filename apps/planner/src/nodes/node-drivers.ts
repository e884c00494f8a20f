import {
  DRIVER_ACTIONS,
  DRIVER_SETTING_PATTERN,
  type DriverSettings,
  driverOfNode,
  isSealedSecret,
  type NodeDriverSpec,
  type OwnDriver,
  SECRET_MASK,
  type SecretBox,
  SecretValue,
} from '@muster/model';
import { problem, type Problem, ProblemsError } from '@muster/problems';
import type { EntityManager } from 'typeorm';
import { ClusterRow } from '../clusters/cluster.entity';
import { RevisionRow } from '../clusters/revision.entity';
import type { NodeRow } from './node.entity';
import type { NodeDriverDto, WriteNodeDriverDto } from './node-driver.dto';
import { nodeEtag } from './node-view';

const SETTINGS_MAX = 64;
const TEXT_CHARS_MAX = 16_384;
/** What `ssh-existing` can do without commands. */
const EXISTING_ACTIONS = ['provision', 'power-status', 'power-cycle'];

/** The cluster of a node as its driver is concerned. */
export interface ClusterOfNode {
  readonly name: string;
  readonly driver: NodeDriverSpec | null;
  /** Name of its master node; null: it names none. */
  readonly master: string | null;
}

/** By the newest revision of its cluster; null: it is in none. */
export async function clusterOfNode(on: EntityManager, row: NodeRow): Promise<ClusterOfNode | null> {
  if (row.clusterId === null) return null;
  const cluster = await on.findOneByOrFail(ClusterRow, { id: row.clusterId });
  const head = await on.findOneBy(RevisionRow, { clusterId: cluster.id, number: cluster.headRevision });
  return { name: cluster.name, driver: head?.content.driver ?? null, master: head?.content.master ?? null };
}

/** What is sent, its secrets sealed. Throws everything that is wrong with it. */
export function readDriver(secretBox: SecretBox, written: WriteNodeDriverDto, before: OwnDriver | null): OwnDriver {
  const problems: Problem[] = [];
  const wrong = (path: string, summary: string): void => {
    problems.push(problem('API_INVALID', { subject: `field ${path}`, summary, place: { path } }));
  };
  const texts = (field: 'commands' | 'settings' | 'secrets'): [string, string][] => {
    const given = Object.entries((written[field] ?? {}) as Record<string, unknown>);
    if (given.length > SETTINGS_MAX) wrong(field, `There are ${given.length}; at most ${SETTINGS_MAX} may be.`);
    return given.slice(0, SETTINGS_MAX).flatMap(([name, value]): [string, string][] => {
      const path = `${field}.${name.slice(0, 80)}`;
      if (field === 'commands') {
        if (!(DRIVER_ACTIONS as readonly string[]).includes(name))
          wrong(path, `There is no such action; there are ${DRIVER_ACTIONS.join(', ')}.`);
      } else if (!DRIVER_SETTING_PATTERN.test(name))
        wrong(path, 'A name is letters, digits and underscores, the first no digit, at most 64.');
      if (typeof value !== 'string' || value === '' || value.length > TEXT_CHARS_MAX || value.includes('\0')) {
        wrong(path, `It must be a text of 1 to ${TEXT_CHARS_MAX} characters without NUL.`);
        return [];
      }
      return [[name, value]];
    });
  };
  const [commands, settings, secrets] = [texts('commands'), texts('settings'), texts('secrets')];
  if (written.type === 'ssh-existing' && commands.length + settings.length + secrets.length > 0)
    wrong('type', 'ssh-existing takes no commands and no settings.');
  const open = new Set(settings.map(([name]) => name));
  const kept = before?.type === 'commands' ? (before.settings ?? {}) : {};
  const sealed = secrets.map(([name, value]): [string, DriverSettings[string]] => {
    if (open.has(name)) wrong(`secrets.${name}`, 'A setting that is no secret has the same name.');
    const old = kept[name];
    if (value === SECRET_MASK && isSealedSecret(old)) return [name, old];
    if (value === SECRET_MASK) wrong(`secrets.${name}`, 'There is no such secret to be kept.');
    const fresh = secretBox.seal(new SecretValue(value));
    // One that is the same stays as it was sealed.
    return [name, isSealedSecret(old) && old.$sealed.fingerprint === fresh.$sealed.fingerprint ? old : fresh];
  });
  if (problems.length > 0) throw new ProblemsError(problems);
  if (written.type === 'ssh-existing') return { type: 'ssh-existing' };
  const all = [...settings, ...sealed].sort(([a], [b]) => (a < b ? -1 : 1));
  return {
    type: 'commands',
    ...(written.commands === undefined ? {} : { commands: Object.fromEntries(commands) }),
    ...(all.length === 0 ? {} : { settings: Object.fromEntries(all) }),
  };
}

/** As the API shows it: secrets by name alone. */
export function driverView(row: NodeRow, cluster: ClusterOfNode | null): NodeDriverDto {
  const effective = driverOfNode(row.driver, cluster?.driver ?? null);
  const actions =
    effective.type === 'commands'
      ? DRIVER_ACTIONS.filter((action) => effective.commands?.[action] !== undefined)
      : EXISTING_ACTIONS;
  return {
    node: row.name,
    own: row.driver === null ? null : shown(row.driver),
    effective: shown(effective),
    origin: row.driver !== null ? 'node' : cluster?.driver ? 'cluster' : 'default',
    actions: [...actions],
    etag: nodeEtag(row),
  };
}

function shown(driver: OwnDriver): NodeDriverDto['effective'] {
  if (driver.type === 'ssh-existing') return { type: driver.type };
  const settings = Object.entries(driver.settings ?? {});
  const open = settings.filter(([, value]) => !isSealedSecret(value));
  const secrets = settings.flatMap(([name, value]) => (isSealedSecret(value) ? [[name, SECRET_MASK] as const] : []));
  return {
    type: driver.type,
    ...(driver.commands === undefined ? {} : { commands: { ...driver.commands } }),
    ...(open.length === 0 ? {} : { settings: Object.fromEntries(open) }),
    ...(secrets.length === 0 ? {} : { secrets: Object.fromEntries(secrets) }),
  };
}
