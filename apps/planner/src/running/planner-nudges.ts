import { Nudges } from './nudges';

/**
 * What the parts of one planner tell each other: `recorded` feed events without a number, `numbered` ones to be read,
 * `outgoing` commands to be sent, `advance` of a transaction due, `inspect` nodes, `webhook` events to be delivered, `answered:ID` a command, `output:ID` of a deployment.
 */
export type PlannerTopic =
  'recorded' | 'numbered' | 'outgoing' | 'advance' | 'inspect' | 'webhook' | `answered:${string}` | `output:${string}`;

export class PlannerNudges extends Nudges<PlannerTopic> {}
