import type { BundleEntry } from '@muster/catalog';
import type { Bundle, SecretBox } from '@muster/model';
import { lintBundle } from '@muster/planning';
import type { Problem } from '@muster/problems';
import { checkBundle, checkWhole } from './check-bundle';
import { makePlan } from './make-plan';
import { ClusterFileReader } from './check-cluster-file';
import type {
  BundleQuestion,
  CheckedBundle,
  CheckedClusterFile,
  CheckedWhole,
  ClusterFileQuestion,
  PlanAnswer,
  PlanQuestion,
  PlanRunner,
} from './plan-runner';

/** Plans in the caller's thread: for tests, which run sources that a worker cannot load. */
export class InlinePlanRunner implements PlanRunner {
  readonly #clusterFiles: ClusterFileReader;

  constructor(private readonly secretBox: SecretBox) {
    this.#clusterFiles = new ClusterFileReader(secretBox);
  }

  async plan(question: PlanQuestion): Promise<PlanAnswer> {
    // As it would be on its way to another thread: nothing that cannot travel, nothing shared.
    return makePlan(structuredClone(question), this.secretBox);
  }

  async checkBundle(entries: readonly BundleEntry[]): Promise<CheckedBundle> {
    return checkBundle(entries);
  }

  async checkWhole(question: BundleQuestion): Promise<CheckedWhole> {
    return checkWhole(structuredClone(question));
  }

  async lintBundle(bundle: Bundle): Promise<readonly Problem[]> {
    return lintBundle(structuredClone(bundle));
  }

  async checkClusterFile(question: ClusterFileQuestion): Promise<CheckedClusterFile> {
    return structuredClone(this.#clusterFiles.read(question));
  }

  async close(): Promise<void> {
    // Nothing runs between two calls.
  }
}
