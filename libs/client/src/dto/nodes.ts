/** A machine known to the planner. */
export interface NodeView {
  readonly name: string;
  readonly address: string | null;
  readonly port?: number;
  readonly user?: string;
  readonly become?: string;
  readonly hostKey: string | null;
  readonly cluster: string | null;
  readonly roles: readonly string[];
  readonly state?: string;
}

export interface RegisterNode {
  readonly name: string;
  readonly address: string;
  readonly port?: number;
  readonly user?: string;
  readonly become?: 'none' | 'sudo';
  readonly hostKey?: string;
  /** Private key; the planner seals it. */
  readonly identity?: string;
  readonly stateDir?: string;
  readonly jump?: string;
}
