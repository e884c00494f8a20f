/** How the attempts of a task end in a simulation; the last one of a list is repeated. */
export type ScriptedEnd = 'succeeded' | 'failed' | 'hang' | 'lost';

export interface ScriptedTask {
  /** Seconds of virtual time. */
  readonly duration?: number;
  readonly attempts?: readonly ScriptedEnd[];
}

/** What happens in a simulation. Each part has a neutral default: one second a task, all succeed, nobody dies. */
export interface SimulationScript {
  readonly default?: ScriptedTask;
  readonly tasks?: Readonly<Record<string, ScriptedTask>>;
  /** Nodes that are unreachable from time 0. */
  readonly offline?: readonly string[];
  /** Drain once that many tasks have ended. */
  readonly drainAfter?: number;
  /** A person has everything tried again that failed, or that waits to be tried again, once that many tasks have ended. */
  readonly retryAfter?: number;
  /** At most that many nodes at work at once. */
  readonly nodesAtOnce?: number;
  /** The executor dies once that many tasks have ended; another one takes over from the stored events. */
  readonly executorDiesAfter?: number;
}
