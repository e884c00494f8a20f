import { isNativeError } from 'node:util/types';
import { parentPort, workerData } from 'node:worker_threads';
import { invariant } from '@muster/problems';
import { createSecretBox } from '@muster/secrets';
import { makePlan } from './make-plan';
import type { PlanQuestion } from './plan-runner';

/** What the worker is given when it starts: in memory, where no message or log tells it. */
export interface PlanWorkerData {
  readonly secretKey: string;
}

/** What the worker is asked, and what it answers; one at a time. */
export interface WorkerQuestion {
  readonly id: number;
  readonly question: PlanQuestion;
}

export type WorkerAnswer =
  | { readonly id: number; readonly answer: ReturnType<typeof makePlan> }
  | { readonly id: number; readonly failure: string };

invariant(parentPort, 'this file is run as a worker');
const port = parentPort;
const secretBox = createSecretBox((workerData as PlanWorkerData).secretKey);
port.on('message', ({ id, question }: WorkerQuestion) => {
  port.postMessage(answer(id, question));
});

function answer(id: number, question: PlanQuestion): WorkerAnswer {
  try {
    return { id, answer: makePlan(question, secretBox) };
  } catch (error) {
    // An Error loses its kind on the way; its text is what the log needs.
    return { id, failure: isNativeError(error) ? (error.stack ?? error.message) : String(error) };
  }
}
