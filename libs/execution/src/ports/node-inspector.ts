import type { NodeFacts } from '@muster/model';
import type { NodeFailure, NodeTarget } from './node-port';

/** What a machine says of itself. Bounded in size and number, and never taken for more than text. */
export type InspectAnswer = { readonly kind: 'inspected'; readonly facts: NodeFacts } | NodeFailure;

/** Who answers at an address: nobody, something else than SSH, or an SSH server with this key and greeting. */
export type GreetAnswer =
  | { readonly kind: 'ssh'; readonly hostKey: string; readonly greeting: string | null }
  | { readonly kind: 'silent'; readonly detail: string };

/** Looks at machines without changing anything there, nor needing what tasks need. */
export interface NodeInspector {
  /** Logs in and asks for facts. The host key must be the pinned one. */
  inspect(node: NodeTarget): Promise<InspectAnswer>;

  /**
   * Asks machines for host key and greeting, without logging in to them; gives up on each after `timeoutMs`. With `jumps`
   * through those, outermost first, which are logged in to. Answers in order, or with what is wrong on the way.
   */
  greet(
    machines: readonly { readonly address: string; readonly port: number }[],
    timeoutMs: number,
    jumps: readonly NodeTarget[],
  ): Promise<readonly GreetAnswer[] | NodeFailure>;
}
