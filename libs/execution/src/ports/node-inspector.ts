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

  /** Asks for host key and greeting, without logging in; gives up after `timeoutMs`. */
  greet(address: string, port: number, timeoutMs: number): Promise<GreetAnswer>;
}
