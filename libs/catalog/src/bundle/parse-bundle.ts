import {
  byCodeUnit,
  didYouMean,
  type Bundle,
  type BundleFile,
  type BundleKind,
  type GraphDefinition,
  type Validation,
} from '@muster/model';
import { hasErrors, problem, type Problem } from '@muster/problems';
import { Cursor } from '../yaml/cursor';
import { readYaml } from '../yaml/read-yaml';
import { bundleCodes } from './bundle-codes';
import { BUNDLE_LIMITS, isBundleText, pathFault, type BundleEntry } from './bundle-entry';
import { missingFiles } from './bundle-files';
import { readGraphMetadata, type GraphMetadata } from './graph-metadata';
import { emptyManifest, readManifest, type Manifest } from './manifest';
import { emptyTaskList, readTasks } from './task-list';
import { readValidations } from './validations';

export interface ParseBundleOptions {
  /** True: a folder without a manifest is a release that declares no roles (offline planning). Default false. */
  readonly manifestOptional?: boolean;
}

export interface ParsedBundle {
  /** Null if any problem is an error. */
  readonly bundle: Bundle | null;
  /** What could be read although something is wrong, for findings that more text cannot undo; null without a manifest. */
  readonly readable: Bundle | null;
  /** In the order of files and lines; at most `BUNDLE_LIMITS.problemsMax`. */
  readonly problems: readonly Problem[];
}

/**
 * Reads a release or plugin from the files of its folder (CONTRACT section 1) and checks it as a whole.
 *
 * Order: entries may come in any order; files are read in path order.
 * Fails: never throws for what is in the files; all problems are found in one go.
 * Cost: about a second per million characters of YAML.
 */
export function parseBundle(entries: Iterable<BundleEntry>, options: ParseBundleOptions = {}): ParsedBundle {
  const problems: Problem[] = [];
  const known = checkEntries(entries, problems);
  // What was not read cannot be said to be missing.
  if (known === null) return { bundle: null, readable: null, problems: bounded(problems) };
  const manifest = parseManifest(known, options, problems);
  const graphs = parseGraphs(known, problems);
  const validations = parseValidations(known, problems);
  const files = known
    .filter(({ path }) => path.startsWith('files/'))
    .map(({ path, digest, size, executable }): BundleFile => ({
      path: path.slice('files/'.length),
      digest: digest ?? '',
      size: size ?? 0,
      executable: executable ?? false,
    }));
  const readable = manifest && { ...manifest, graphs, files, ...(validations.length > 0 ? { validations } : {}) };
  // What others are to add may hold what is missing here.
  if (!readable) for (const graph of graphs) problems.push(...missingFiles(graph.definitions, files));
  else if (readable.extends === null && !readable.includes) problems.push(...checkWholeBundle(readable));
  return { bundle: hasErrors(problems) ? null : readable, readable, problems: bounded(problems) };
}

/** By path; null when there is too much to read. */
function checkEntries(entries: Iterable<BundleEntry>, problems: Problem[]): BundleEntry[] | null {
  const byPath = new Map<string, BundleEntry>();
  let textLength = 0;
  let count = 0;
  const refuse = (path: string, fault: string): void => {
    problems.push(
      problem('BUNDLE_PATH_INVALID', { subject: `path ${JSON.stringify(path.slice(0, 200))}`, summary: fault }),
    );
  };
  for (const entry of entries) {
    if (++count > BUNDLE_LIMITS.filesMax) {
      problems.push(
        problem('BUNDLE_TOO_LARGE', {
          subject: 'the bundle',
          summary: `has more than ${BUNDLE_LIMITS.filesMax} files`,
        }),
      );
      break;
    }
    const fault =
      pathFault(entry.path) ?? (entry.irregular ? 'is a link or something else that is no plain file' : null);
    if (fault) refuse(entry.path, fault);
    else if (byPath.has(entry.path)) refuse(entry.path, 'is there twice');
    else byPath.set(entry.path, entry);
    if (isBundleText(entry.path)) textLength += entry.text?.length ?? 0;
    if (
      !fault &&
      /^((tasks|graphs|validations)\/.*\.(yml|json)|(tasks|validations|release|plugin)\.yml|graphs\/[^/]+\.ya?ml)$/.test(
        entry.path,
      )
    ) {
      problems.push(
        problem('BUNDLE_FILE_IGNORED', {
          subject: `file ${entry.path}`,
          summary: 'is not read: it stands in no place that is, or does not end in .yaml',
          place: { file: entry.path },
        }),
      );
    }
  }
  if (textLength > BUNDLE_LIMITS.textMax) {
    problems.push(
      problem('BUNDLE_TOO_LARGE', {
        subject: 'the bundle',
        summary: `has ${textLength} characters of YAML; at most ${BUNDLE_LIMITS.textMax} are read`,
      }),
    );
    return null;
  }
  return [...byPath.values()].sort((a, b) => byCodeUnit(a.path, b.path));
}

function parseManifest(
  entries: readonly BundleEntry[],
  options: ParseBundleOptions,
  problems: Problem[],
): Manifest | null {
  const found = entries.filter(({ path }) => path === 'release.yaml' || path === 'plugin.yaml');
  const [first, second] = found;
  if (second)
    problems.push(
      problem('BUNDLE_MANIFEST_TWICE', { subject: 'the bundle', summary: 'has a release.yaml and a plugin.yaml' }),
    );
  if (!first) {
    if (options.manifestOptional) return emptyManifest();
    problems.push(
      problem('BUNDLE_MANIFEST_MISSING', {
        subject: 'the bundle',
        summary: 'has neither a release.yaml nor a plugin.yaml',
      }),
    );
    return null;
  }
  const kind: BundleKind = first.path === 'release.yaml' ? 'release' : 'plugin';
  const cursor = parseFile(first, kind, problems);
  return cursor ? readManifest(cursor, kind) : null;
}

function parseFile(entry: BundleEntry, subject: string, problems: Problem[]): Cursor | null {
  const { root, problems: found } = readYaml(entry.text ?? '', entry.path, 'BUNDLE_DUPLICATE_KEY');
  problems.push(...found);
  return root && new Cursor({ file: entry.path, subject, codes: bundleCodes, problems }, root, '');
}

function holdsTooMuch(): Problem {
  const { valuesMax, charactersMax } = BUNDLE_LIMITS;
  return problem('BUNDLE_TOO_LARGE', {
    subject: 'the bundle',
    summary: `holds too much once the aliases in its files are followed; at most ${valuesMax} values of ${charactersMax} characters are read`,
  });
}

function parseValidations(entries: readonly BundleEntry[], problems: Problem[]): Validation[] {
  const validations = new Map<string, Validation>();
  for (const entry of entries) {
    if (entry.path !== 'validations.yaml' && !/^validations\/.+\.yaml$/.test(entry.path)) continue;
    const cursor = parseFile(entry, `file ${entry.path}`, problems);
    if (cursor && !cursor.isNull) readValidations(cursor, validations);
  }
  return [...validations.values()];
}

/** Graphs by type, `default` first and always there. */
function parseGraphs(entries: readonly BundleEntry[], problems: Problem[]): GraphDefinition[] {
  const lists = new Map([['default', emptyTaskList()]]);
  const metadata = new Map<string, GraphMetadata>();
  const total = { values: 0, characters: 0 };
  for (const entry of entries) {
    const ofGraph = /^graphs\/([^/]+)\/(.+\.yaml)$/.exec(entry.path);
    if (!ofGraph && entry.path !== 'tasks.yaml' && !/^tasks\/.+\.yaml$/.test(entry.path)) continue;
    const type = ofGraph?.[1] ?? 'default';
    const cursor = parseFile(entry, `file ${entry.path}`, problems);
    if (!cursor) continue;
    total.values += cursor.located.size;
    total.characters += cursor.located.length;
    if (total.values > BUNDLE_LIMITS.valuesMax || total.characters > BUNDLE_LIMITS.charactersMax) {
      problems.push(holdsTooMuch());
      break;
    }
    if (ofGraph?.[2] === 'graph.yaml') {
      if (!cursor.isNull) metadata.set(type, readGraphMetadata(cursor));
      continue;
    }
    const into = lists.get(type) ?? emptyTaskList();
    lists.set(type, into);
    if (!cursor.isNull) readTasks(cursor, into);
  }
  const types = [...new Set([...lists.keys(), ...metadata.keys()])];
  return types
    .sort((a, b) => (a === 'default' ? -1 : b === 'default' ? 1 : byCodeUnit(a, b)))
    .map((type) => ({
      type,
      ...graphMetadata(metadata.get(type)),
      definitions: [...(lists.get(type)?.definitions.values() ?? [])],
      ...((lists.get(type)?.patches.size ?? 0) > 0 ? { patches: [...(lists.get(type)?.patches.values() ?? [])] } : {}),
    }));
}

function graphMetadata(read: GraphMetadata | undefined): Pick<GraphDefinition, 'metadata' | 'filterPlace'> {
  const { metadata = {}, filterPlace = null } = read ?? {};
  return filterPlace === null ? { metadata } : { metadata, filterPlace };
}

/** Files and graph types that the bundle names and does not have: to be asked once everything is in it that others add. */
export function checkWholeBundle({
  kind,
  graphs,
  files,
  sequences,
  included = [],
  validations = [],
}: Bundle): Problem[] {
  const filesOf = new Map([
    [undefined as string | undefined, files],
    ...included.map((it) => [it.as, it.files] as const),
  ]);
  const checks = validations.map(({ definition }) => definition);
  const missing = [...graphs, { definitions: checks }].flatMap(({ definitions }) =>
    [...filesOf].flatMap(([scope, own]) =>
      missingFiles(
        definitions.filter((definition) => definition.scope === scope),
        own,
      ),
    ),
  );
  // A plugin's sequences may name graphs of the release that it merges into.
  return kind === 'release' ? [...missing, ...checkSequences(sequences, graphs)] : missing;
}

function checkSequences(sequences: Bundle['sequences'], graphs: readonly GraphDefinition[]): Problem[] {
  const types = graphs.map(({ type }) => type);
  return Object.entries(sequences).flatMap(([name, sequence]) =>
    sequence
      .filter((each) => !types.includes(each))
      .map((type) =>
        problem('BUNDLE_UNKNOWN_GRAPH', {
          subject: `sequence ${name.slice(0, 80)}`,
          summary: `names the graph type \`${type}\`, which the bundle does not have`,
          remedy: `Add graphs/${type}/, or correct the name.${didYouMean(type, types)}`,
          place: { file: 'release.yaml', path: `sequences.${name.slice(0, 80)}` },
        }),
      ),
  );
}

/** Errors first when there are too many to show. */
function bounded(problems: readonly Problem[]): readonly Problem[] {
  if (problems.length <= BUNDLE_LIMITS.problemsMax) return problems;
  const order = [
    ...problems.filter(({ severity }) => severity === 'error'),
    ...problems.filter(({ severity }) => severity !== 'error'),
  ];
  const kept = order.slice(0, BUNDLE_LIMITS.problemsMax);
  return [
    ...kept,
    problem('BUNDLE_TOO_LARGE', {
      subject: 'the bundle',
      summary: `has ${problems.length - kept.length} more problems`,
      severity: hasErrors(problems) ? 'error' : 'warning',
    }),
  ];
}
