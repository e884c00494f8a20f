import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { ParsedCluster } from '@muster/catalog';
import { type Bundle, type ClusterSpec, type SecretBox, SecretValue } from '@muster/model';
import type { PlanInput } from '@muster/planning';
import { hasErrors, type Problem, ProblemsError } from '@muster/problems';
import { readBundle, type ReadBundle } from '../bundle/read-bundle';
import { resolveGiven } from '../bundle/resolve-given';
import { readText } from '../io/read-text';
import type { Session } from '../session';
import { usageProblem } from '../usage-problem';
import { checkGivenBundles } from './check-given-bundles';

/** Where an offline plan comes from. */
export interface OfflineSources {
  readonly bundle: readonly string[];
  readonly clusterFile: string;
  /** Cluster file with which everything counts as last succeeded. Absent: all nodes are new. */
  readonly previous?: string;
}

/** What planning needs but for what of it is chosen. */
export type OfflineInput = Pick<PlanInput, 'cluster' | 'release' | 'plugins' | 'secrets' | 'sha256'> & {
  readonly previousCluster: ClusterSpec | null;
  /** Warnings about the files. */
  readonly problems: readonly Problem[];
};

/**
 * What planning needs, from files alone; neither addresses nor keys are looked at.
 * Fails with `ProblemsError`, naming everything that is wrong in all files at once.
 */
export async function planInputOffline(session: Session, sources: OfflineSources): Promise<OfflineInput> {
  const { checkCluster, fillCluster, parseClusterFile, settingsSchema } = await import('@muster/catalog');
  const { cwd } = session.io;
  const text = await readText(cwd, sources.clusterFile, 'cluster file');
  const { spec, problems: clusterProblems, placeOf } = parseClusterFile(text, sources.clusterFile);
  const before = sources.previous === undefined ? null : await readPrevious(cwd, sources.previous);
  const parsed: ReadBundle[] = [];
  for (const dir of sources.bundle) parsed.push(await readBundle(cwd, dir, { manifestOptional: true }));
  const ofBundles = parsed.flatMap((it, at) => inFolder(it.problems, sources.bundle, at));
  const problems: Problem[] = [...clusterProblems, ...(before?.problems ?? []), ...ofBundles];
  const read = parsed.flatMap((it) => (it.bundle ? [it.bundle] : []));
  if (!spec || hasErrors(problems)) throw new ProblemsError(problems);
  const resolved = await resolveGiven(read);
  problems.push(...resolved.problems.filter(({ severity }) => severity !== 'info'));
  if (hasErrors(problems)) throw new ProblemsError(problems);
  const bundles = resolved.bundles.filter((each) => each !== null);

  const release = oneRelease(bundles, read, resolved.used, parsed, spec.release);
  const plugins = bundles.filter((it) => it.kind === 'plugin');
  problems.push(...checkGivenBundles(spec, release, plugins, placeOf));
  const isKnown = spec.release !== null || parsed.some((it) => it.bundle?.kind === 'release' && it.isNamed);
  // Of a release that has no name anywhere it cannot be said what fits it.
  const isTold = (it: Problem): boolean => isKnown || it.code !== 'CLUSTER_PLUGIN_INCOMPATIBLE';
  const { box, seal, secrets } = await secretsOf(text, [release, ...plugins]);
  const { schema } = settingsSchema([release, ...plugins]);
  // What the planner would draw at random is the same each time here, as everything else of an offline plan.
  const random = (count: number): Uint8Array => new Uint8Array(count);
  const filled = fillCluster(spec, schema, { base: null, keepGenerated: true, box, random }, placeOf);
  problems.push(...filled.problems, ...checkCluster(filled.spec, release, plugins, placeOf).filter(isTold));
  if (hasErrors(problems)) throw new ProblemsError(problems);
  const fill = (each: ClusterSpec): ClusterSpec =>
    seal(fillCluster(each, schema, { base: null, keepGenerated: true, box, random }, placeOf).spec);
  return {
    cluster: seal(filled.spec),
    release,
    plugins,
    previousCluster: before?.spec ? fill(before.spec) : null,
    secrets,
    sha256: sha256Of,
    problems,
  };
}

/** Files of bundles are named from their folders; where there are several folders, each has a `tasks.yaml`. */
function inFolder(problems: readonly Problem[], folders: readonly string[], at: number): readonly Problem[] {
  const folder = folders[at];
  if (folder === undefined || folders.length < 2) return problems;
  return problems.map((it) => (it.place?.file ? { ...it, place: { ...it.place, file: join(folder, it.place.file) } } : it));
}

function sha256Of(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/**
 * Secrets are as secret offline as on the planner: sealed before planning, opened to compute from them only. The key
 * comes from the cluster file, so that the same file gives the same digest and nobody without it can guess a secret by it.
 */
async function secretsOf(
  text: string,
  bundles: readonly Bundle[],
): Promise<{
  readonly box: SecretBox;
  readonly seal: (spec: ClusterSpec) => ClusterSpec;
  readonly secrets: NonNullable<PlanInput['secrets']>;
}> {
  const { openedSetting, sealSettings, settingsSchema } = await import('@muster/catalog');
  const { createSecretBox } = await import('@muster/secrets');
  const box = createSecretBox(sha256Of(`offline ${text}`));
  const { schema } = settingsSchema(bundles);
  return {
    box,
    seal: (spec) => sealSettings(spec, schema, box),
    secrets: {
      open: (sealed) => openedSetting(box.open(sealed).reveal()),
      seal: (value) => box.seal(new SecretValue(value)),
    },
  };
}

async function readPrevious(cwd: string, file: string): Promise<ParsedCluster> {
  const { parseClusterFile } = await import('@muster/catalog');
  return parseClusterFile(await readText(cwd, file, 'previous cluster file'), file);
}

/**
 * The release that is planned: of several, the one that the cluster file names, else the one that no other is made from. A folder
 * without a manifest is whatever release the cluster file names. `bundles` are those of `read`, made whole.
 */
function oneRelease(
  bundles: readonly Bundle[],
  read: readonly Bundle[],
  used: ReadonlySet<Bundle>,
  parsed: readonly ReadBundle[],
  named: string | null,
): Bundle {
  const releases = bundles.filter(({ kind }) => kind === 'release');
  // Another version of what one is made from was only not chosen.
  const bases = new Set([...used].map(({ name }) => name));
  const free = releases.filter((each) => !bases.has(each.name));
  const meant = bases.size === 0 ? undefined : releases.find(({ name, version }) => `${name}@${version}` === named);
  const [release, ...others] = meant ? [meant, ...free.filter((each) => each !== meant)] : free;
  if (!release || others.length > 0) {
    const found = release
      ? `${others.length + 1} are releases: ${[release, ...others].map((it) => it.name).join(', ')}`
      : 'none is a release';
    throw usageProblem(
      '--bundle',
      `exactly one of the bundles is to be a release that no other is made from, and ${found}`,
    );
  }
  const isNamed = parsed.find((it) => it.bundle === read[bundles.indexOf(release)])?.isNamed ?? true;
  if (isNamed || named === null) return release;
  const at = named.indexOf('@');
  return { ...release, name: named.slice(0, at), version: named.slice(at + 1) };
}
