import type { Connection } from './connection';
import type {
  AttemptView,
  BulkControl,
  BulkResult,
  TaskInputs,
  TransactionFilter,
  ControlAnswer,
  ControlRequest,
  DeployRequest,
  LimitUse,
  LostOutput,
  OutputChunk,
  OutputPage,
  SkipPreview,
  TransactionStatus,
  TransactionSummary,
  WhyAnswer,
} from './dto';
import { follow, type FollowOptions } from './event-stream';
import { allPages } from './pages';
import { path } from './path';

export class TransactionRoutes {
  constructor(private readonly connection: Connection) {}

  start(request: DeployRequest): Promise<{ readonly transaction: string }> {
    return this.connection.json('POST', path('transactions'), { json: request });
  }

  /** Newest first. */
  list(filter: TransactionFilter = {}): AsyncGenerator<TransactionSummary> {
    const { cluster, state, who, since } = filter;
    return allPages(this.connection, path('transactions'), { cluster, state, who, since });
  }

  /** Pauses, resumes, drains or cancels many, each by itself; in the order given. */
  async controlMany(request: BulkControl): Promise<readonly BulkResult[]> {
    const answer = await this.connection.json<{ readonly items: readonly BulkResult[] }>(
      'POST',
      path('transactions', 'controls'),
      { json: request },
    );
    return answer.items;
  }

  /** Every try, by run, task and attempt. */
  attempts(transaction: string, task?: string): AsyncGenerator<AttemptView> {
    return allPages(this.connection, path('transactions', transaction, 'attempts'), { task });
  }

  /** What a task was given, as it was planned; secrets masked. */
  inputs(transaction: string, task: string): Promise<TaskInputs> {
    return this.connection.json('GET', path('transactions', transaction, 'tasks', task, 'inputs'));
  }

  get(transaction: string, signal?: AbortSignal): Promise<TransactionStatus> {
    return this.connection.json('GET', path('transactions', transaction), signal ? { signal } : {});
  }

  /** Accepted when it answers; the effect comes as an event. What came too late is refused. */
  control(transaction: string, request: ControlRequest): Promise<ControlAnswer> {
    return this.connection.json('POST', path('transactions', transaction, 'controls'), { json: request });
  }

  /** Ends it without its executors; `pending` while none of them has read it, so that its claims are held. */
  forceClose(transaction: string, reason?: string): Promise<ControlAnswer> {
    const json = reason === undefined ? {} : { reason };
    return this.connection.json('POST', path('transactions', transaction, 'force-close'), { json });
  }

  async limits(transaction: string): Promise<readonly LimitUse[]> {
    const { limits } = await this.connection.json<{ readonly limits: readonly LimitUse[] }>(
      'GET',
      path('transactions', transaction, 'limits'),
    );
    return limits;
  }

  skipPreview(transaction: string, task: string): Promise<SkipPreview> {
    return this.connection.json('GET', path('transactions', transaction, 'tasks', task, 'skip-preview'));
  }

  why(transaction: string, task: string): Promise<WhyAnswer> {
    return this.connection.json('GET', path('transactions', transaction, 'tasks', task, 'why'));
  }

  /** What is kept now, of all attempts unless one is named. */
  output(transaction: string, task: string, attempt?: number): Promise<OutputPage> {
    return this.connection.json('GET', outputPath(transaction, task), { query: { attempt, follow: false } });
  }

  /** Output as it comes, until the task has ended; `onLost` is told of what is not kept, if anything is. */
  async *followOutput(
    transaction: string,
    task: string,
    options: FollowOptions & {
      readonly attempt?: number;
      readonly onLost?: (lost: readonly LostOutput[]) => void;
    } = {},
  ): AsyncGenerator<OutputChunk> {
    const query = { attempt: options.attempt, follow: true };
    for await (const event of follow(this.connection, outputPath(transaction, task), query, options)) {
      if (event.event === 'end') {
        const { lost = [] } = JSON.parse(event.data) as { readonly lost?: readonly LostOutput[] };
        if (lost.length > 0) options.onLost?.(lost);
        return;
      }
      yield JSON.parse(event.data) as OutputChunk;
    }
  }
}

function outputPath(transaction: string, task: string): string {
  return path('transactions', transaction, 'tasks', task, 'output');
}
