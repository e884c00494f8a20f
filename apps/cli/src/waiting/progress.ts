import type { FeedEvent, ServerUnreachable } from '@muster/client';
import type { RunView } from './run-view';

/** Shows a running transaction on stderr. */
export interface Progress {
  /** Something was learnt; `event` is null for a snapshot. */
  show(view: RunView, event: FeedEvent | null): void;
  /** The connection is gone and another try follows. */
  reconnecting(error: ServerUnreachable, tries: number): void;
  /** Leaves the terminal tidy; nothing is shown after it. */
  end(): void;
}
