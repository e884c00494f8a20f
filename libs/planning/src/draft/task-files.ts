import { filesAt, namedFiles } from '@muster/catalog';
import {
  byCodeUnit,
  didYouMean,
  type Bundle,
  type BundleFile,
  type JsonObject,
  type TaskDefinition,
} from '@muster/model';
import type { ProblemCode, ProblemInput } from '@muster/problems';

/** A task as far as it names files. */
export interface FileUser {
  readonly address: string;
  readonly definition: TaskDefinition;
  readonly parameters: JsonObject;
  readonly owner: Bundle;
}

/** Files that tasks name, remembered per bundle and parameters: most tasks of a definition share theirs. */
export class TaskFiles {
  readonly #known = new Map<Bundle, Map<JsonObject, readonly BundleFile[]>>();

  constructor(private readonly report: (code: ProblemCode, it: ProblemInput) => void) {}

  /** Sorted by path. A path that the bundle does not have is reported (it was computed; written ones were checked before). */
  of(task: FileUser): readonly BundleFile[] {
    const ofOwner = this.#known.get(task.owner) ?? new Map<JsonObject, readonly BundleFile[]>();
    this.#known.set(task.owner, ofOwner);
    const known = ofOwner.get(task.parameters);
    if (known) return known;
    const found = this.#find(task);
    ofOwner.set(task.parameters, found);
    return found;
  }

  #find({ definition, parameters, owner, address }: FileUser): readonly BundleFile[] {
    const byPath = new Map<string, BundleFile>();
    for (const path of namedFiles(definition, parameters)) {
      const files = filesAt(owner.files, path);
      if (files.length === 0) {
        this.report('BUNDLE_FILE_MISSING', {
          subject: `task ${address}`,
          summary: `names \`${path.slice(0, 200)}\`, which is not in files/ of ${owner.name}`,
          remedy: `Add the file, or correct the path.${didYouMean(
            path,
            owner.files.map((file) => file.path),
          )}`,
          place: definition.place,
        });
      }
      for (const file of files) byPath.set(file.path, file);
    }
    return byPath.size === 0 ? NONE : [...byPath.values()].sort((a, b) => byCodeUnit(a.path, b.path));
  }
}

const NONE: readonly BundleFile[] = [];
