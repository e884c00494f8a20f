import { isNativeError } from 'node:util/types';
import { getHeapStatistics } from 'node:v8';
import { parentPort, workerData } from 'node:worker_threads';
import type { Bundle } from '@muster/model';
import { lintBundle } from '@muster/planning';
import { invariant, type Problem } from '@muster/problems';
import { createSecretBox } from '@muster/secrets';
import type { BundleEntry } from '@muster/catalog';
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
} from './plan-runner';

/** What the worker is given when it starts: in memory, where no message or log tells it. */
export interface PlanWorkerData {
  readonly secretKey: string;
}

/** What the worker is asked, and what it answers; one at a time. */
export type WorkerTask =
  | { readonly kind: 'plan'; readonly question: PlanQuestion }
  | { readonly kind: 'cluster'; readonly question: ClusterFileQuestion }
  | { readonly kind: 'bundle'; readonly entries: readonly BundleEntry[] }
  | { readonly kind: 'whole'; readonly question: BundleQuestion }
  | { readonly kind: 'lint'; readonly bundle: Bundle };

type Answered = PlanAnswer | CheckedBundle | CheckedWhole | CheckedClusterFile | readonly Problem[];

export interface WorkerQuestion {
  readonly id: number;
  readonly task: WorkerTask;
}

export type WorkerAnswer = {
  readonly id: number;
  /** What the thread has taken, in megabytes. */
  readonly heapMb: number;
} & ({ readonly answer: Answered } | { readonly failure: string });

invariant(parentPort, 'this file is run as a worker');
const port = parentPort;
const secretBox = createSecretBox((workerData as PlanWorkerData).secretKey);
const clusterFiles = new ClusterFileReader(secretBox);
port.on('message', ({ id, task }: WorkerQuestion) => {
  const message = answer(id, task);
  port.postMessage(message, 'answer' in message ? givenAway(message.answer) : []);
});

/** What of an answer changes hands without being copied: the bytes of a plan. */
function givenAway(answered: Answered): ArrayBuffer[] {
  if (!('json' in answered)) return [];
  return [answered.json, answered.requires, answered.graph].flatMap(({ buffer, byteLength }) =>
    // Short ones share a buffer with others.
    buffer instanceof ArrayBuffer && buffer.byteLength === byteLength ? [buffer] : [],
  );
}

function work(task: WorkerTask): Answered {
  switch (task.kind) {
    case 'plan':
      return makePlan(task.question, secretBox);
    case 'bundle':
      return checkBundle(task.entries);
    case 'whole':
      return checkWhole(task.question);
    case 'lint':
      return lintBundle(task.bundle);
    case 'cluster':
      return clusterFiles.read(task.question);
  }
}

function answer(id: number, task: WorkerTask): WorkerAnswer {
  try {
    return { id, answer: work(task), heapMb: heapMb() };
  } catch (error) {
    // An Error loses its kind on the way; its text is what the log needs.
    return {
      id,
      failure: isNativeError(error) ? (error.stack ?? error.message) : String(error),
      heapMb: heapMb(),
    };
  }
}

function heapMb(): number {
  return getHeapStatistics().total_physical_size / 1e6;
}
