import { randomBytes } from 'node:crypto';
import {
  checkCluster,
  fillCluster,
  parseClusterDocument,
  parseClusterFile,
  type ParsedCluster,
  sealSettings,
  settingsSchema,
} from '@muster/catalog';
import type { ClusterSpec, SecretBox } from '@muster/model';
import { hasErrors, type Place } from '@muster/problems';
import type { CheckedClusterFile, ClusterFileQuestion } from './plan-runner';

/** Places are told of the file's keys and of what stands directly below these: nodes, plugins. */
const PLACES_DEPTH = 2;

/** Reads cluster files. One that is asked about again, with its bundles, is not parsed again. */
export class ClusterFileReader {
  #last: { readonly source: string; readonly sourceName: string; readonly parsed: ParsedCluster } | null = null;

  constructor(private readonly secretBox: SecretBox) {}

  /**
   * Reads and checks, in one go and synchronously: seconds for a file of megabytes, so to be called where nobody waits
   * for the thread. Secrets are sealed once the bundles, which say what is secret, are given.
   */
  read({ source, sourceName, base, keepGenerated, bundles }: ClusterFileQuestion): CheckedClusterFile {
    const { spec, refs, problems, placeOf } =
      typeof source === 'string' ? this.#parse(source, sourceName) : parseClusterDocument(source, base);
    if (spec === null || bundles === null) {
      // Goes through another thread: what is secret in it is known only with the bundles.
      return { spec: null, refs, isReadable: spec !== null, problems, places: placesOf(spec, placeOf) };
    }
    this.#last = null;
    const { release, plugins } = bundles;
    const { schema } = settingsSchema([release, ...plugins]);
    const from = { base, keepGenerated, box: this.secretBox, random: randomBytes };
    const filled = fillCluster(withoutLocalPaths(spec), schema, from, placeOf);
    const found = [...problems, ...filled.problems, ...checkCluster(filled.spec, release, plugins, placeOf)];
    const places = placesOf(spec, placeOf);
    if (hasErrors(found)) return { spec: null, refs, isReadable: true, problems: found, places };
    return {
      spec: sealSettings(filled.spec, schema, this.secretBox),
      refs,
      isReadable: true,
      problems: found,
      places,
    };
  }

  #parse(source: string, sourceName: string): ParsedCluster {
    if (this.#last?.source === source && this.#last.sourceName === sourceName) return this.#last.parsed;
    const parsed = parseClusterFile(source, sourceName);
    this.#last = { source, sourceName, parsed };
    return parsed;
  }
}

/** `identityFile` is a path on somebody's machine, and nobody's business here. */
function withoutLocalPaths(spec: ClusterSpec): ClusterSpec {
  return {
    ...spec,
    nodes: spec.nodes.map((node) => {
      const { identityFile: _local, ...access } = node.access;
      return { ...node, access };
    }),
  };
}

function placesOf(spec: ClusterSpec | null, placeOf: ParsedCluster['placeOf']): Readonly<Record<string, Place>> {
  const paths = [[], ['cluster'], ['release'], ['plugins'], ['nodes']];
  for (const index of (spec?.plugins ?? []).keys()) paths.push(['plugins', String(index)]);
  for (const { name } of spec?.nodes ?? []) paths.push(['nodes', name]);
  return Object.fromEntries(paths.map((path) => [keyOf(path), placeOf(path)]));
}

/** The place of a path, or of the nearest above it that is told. */
export function placeIn(places: Readonly<Record<string, Place>>, path: readonly string[]): Place {
  for (let depth = Math.min(path.length, PLACES_DEPTH); depth >= 0; depth--) {
    const key = keyOf(path.slice(0, depth));
    if (Object.hasOwn(places, key)) return places[key] as Place;
  }
  return {};
}

function keyOf(path: readonly string[]): string {
  return JSON.stringify(path);
}
