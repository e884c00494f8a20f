import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { BundleEntry } from '@muster/catalog';
import type { Bundle, SecretValue } from '@muster/model';
import { problem, type Problem, ProblemsError } from '@muster/problems';
import { collectGarbage } from './collect-garbage';
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
import type { PlanWorkerData, WorkerAnswer, WorkerQuestion, WorkerTask } from './plan-worker';

/** A plan of 100,000 tasks takes some ten seconds; what takes longer than this is taken for hopeless. */
const PLAN_SECONDS_MAX = 180;
/**
 * What the thread may use, in MB, rising. The more it may, the later it cleans up: the first is enough for some 110,000 tasks. What
 * needs more is tried again with the next; a cluster that needed more is given that the next time at once.
 */
const MEMORY_MB = [160, 512, 4096];
/** Gzipped, of some 20,000 tasks: what knows of more successes takes so much memory that this thread's garbage is collected before. */
const LARGE_PAST_BYTES = 500_000;
/**
 * A thread that has grown beyond this ends once it has answered: it would keep what it no longer needs until it plans again.
 * Another one costs a quarter of a second of CPU.
 */
const KEPT_MB_MAX = 48;
/** Of that for what is new, which hardly makes planning slower. */
const YOUNG_MEMORY_MB = 16;

type Answer = PlanAnswer | CheckedBundle | CheckedWhole | CheckedClusterFile | readonly Problem[];

interface Open {
  readonly memoryMb: number;
  readonly task: WorkerTask;
  /** What is at work, for whoever reads that it was given up. */
  readonly subject: string;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: Error) => void;
}

/**
 * Plans, and checks bundles and cluster files, in a thread of its own, one after another: leases, heartbeats and requests never wait for it. A thread that
 * died or took too long is replaced; only the plan that it was at fails.
 */
export class WorkerPlanRunner implements PlanRunner {
  readonly #waiting: Open[] = [];
  /** What plans have needed that needed more than the least, by their subject. */
  readonly #needed = new Map<string, number>();
  #worker: Worker | null = null;
  /** What the thread may use. */
  #memoryMb = 0;
  #current: { readonly id: number; readonly open: Open; readonly timer: NodeJS.Timeout } | null = null;
  #lastId = 0;
  #closed = false;

  /** `script` and `memoryMb` are for tests. */
  constructor(
    private readonly secretKey: SecretValue,
    private readonly script = join(__dirname, 'plan-worker.js'),
    private readonly memoryMb = MEMORY_MB,
  ) {}

  plan(question: PlanQuestion): Promise<PlanAnswer> {
    return this.#ask({ kind: 'plan', question }, `plan of cluster ${question.cluster.name}`) as Promise<PlanAnswer>;
  }

  checkBundle(entries: readonly BundleEntry[]): Promise<CheckedBundle> {
    return this.#ask({ kind: 'bundle', entries }, 'the bundle') as Promise<CheckedBundle>;
  }

  checkWhole(question: BundleQuestion): Promise<CheckedWhole> {
    return this.#ask({ kind: 'whole', question }, 'the bundle') as Promise<CheckedWhole>;
  }

  lintBundle(bundle: Bundle): Promise<readonly Problem[]> {
    const subject = `${bundle.kind} ${bundle.name}@${bundle.version}`;
    return this.#ask({ kind: 'lint', bundle }, subject) as Promise<readonly Problem[]>;
  }

  checkClusterFile(question: ClusterFileQuestion): Promise<CheckedClusterFile> {
    return this.#ask(
      { kind: 'cluster', question },
      `cluster file ${question.sourceName}`,
    ) as Promise<CheckedClusterFile>;
  }

  /** The kind of the answer follows from the task. */
  #ask(task: WorkerTask, subject: string): Promise<Answer> {
    if (this.#closed) return Promise.reject(new Error('the planner is closing'));
    return new Promise((resolve, reject) => {
      this.#waiting.push({
        memoryMb: this.#needed.get(subject) ?? this.memoryMb[0] ?? 0,
        task,
        subject,
        resolve,
        reject,
      });
      this.#next();
    });
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const open of this.#waiting.splice(0)) open.reject(new Error('the planner is closing'));
    this.#fail(new Error('the planner is closing'));
    await this.#stop();
  }

  #next(): void {
    if (this.#current !== null) return;
    const open = this.#waiting.shift();
    if (open === undefined) return;
    const id = ++this.#lastId;
    const timer = setTimeout(() => {
      this.#fail(hopeless(open, `It took longer than ${PLAN_SECONDS_MAX} seconds and was given up.`));
      void this.#stop().then(() => this.#next());
    }, PLAN_SECONDS_MAX * 1000);
    this.#current = { id, open, timer };
    if (this.#memoryMb !== open.memoryMb) void this.#stop();
    this.#worker ??= this.#start(open.memoryMb);
    if (hasLargePast(open.task)) collectGarbage();
    this.#worker.postMessage({ id, task: open.task } satisfies WorkerQuestion);
  }

  #start(memoryMb: number): Worker {
    this.#memoryMb = memoryMb;
    const worker = new Worker(this.script, {
      workerData: { secretKey: this.secretKey.reveal() } satisfies PlanWorkerData,
      resourceLimits: { maxOldGenerationSizeMb: memoryMb, maxYoungGenerationSizeMb: YOUNG_MEMORY_MB },
    });
    worker.on('message', (answer: WorkerAnswer) => this.#settle(answer));
    const gone = (error: Error) => {
      if (this.#worker !== worker) return;
      this.#worker = null;
      if ('code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY') this.#needsMore(memoryMb);
      else this.#fail(error);
      this.#next();
    };
    worker.on('error', gone);
    worker.on('exit', (code) => gone(new Error(`the planning thread ended with code ${code}`)));
    // An idle thread is no reason for the process to stay.
    worker.unref();
    return worker;
  }

  #settle(answer: WorkerAnswer): void {
    if (this.#current?.id !== answer.id) return;
    const { open, timer } = this.#current;
    clearTimeout(timer);
    this.#current = null;
    if (answer.heapMb > KEPT_MB_MAX) void this.#stop();
    if ('answer' in answer) open.resolve(answer.answer);
    else open.reject(new Error(answer.failure));
    this.#next();
  }

  /** Tries again with more; what needs more than the most is given up. */
  #needsMore(memoryMb: number): void {
    if (this.#current === null) return;
    const { open, timer } = this.#current;
    const more = this.memoryMb.find((each) => each > memoryMb);
    if (more === undefined)
      return this.#fail(hopeless(open, `It needs more than ${memoryMb} MB of memory and was given up.`));
    if (open.task.kind === 'plan') this.#needed.set(open.subject, more);
    clearTimeout(timer);
    this.#current = null;
    this.#waiting.unshift({ ...open, memoryMb: more });
  }

  #fail(error: Error): void {
    if (this.#current === null) return;
    clearTimeout(this.#current.timer);
    this.#current.open.reject(error);
    this.#current = null;
  }

  async #stop(): Promise<void> {
    const worker = this.#worker;
    this.#worker = null;
    await worker?.terminate();
  }
}

function hasLargePast(task: WorkerTask): boolean {
  if (task.kind !== 'plan') return false;
  return task.question.previous.successes.reduce((sum, part) => sum + part.length, 0) > LARGE_PAST_BYTES;
}

function hopeless({ subject }: Open, summary: string): ProblemsError {
  return new ProblemsError([
    problem('API_UNAVAILABLE', { subject, summary, remedy: 'Ask for fewer nodes or tasks at once.' }),
  ]);
}
