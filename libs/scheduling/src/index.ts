/**
 * Scheduling: stored events folded into the state of a deployment, decisions taken from it, waits explained.
 * Promises: no IO, clock, randomness or ids; the same events and times give the same decisions.
 */
export { apply } from './apply';
export { carriedFrom, type CarriedOver } from './carry-over';
export { controlFaults, type ControlFault } from './control-faults';
export { compileGraph, type CompiledGraph } from './compiled-graph';
export { decide, nextWake, record } from './decide';
export { initialState, taskStateOf, type DeploymentState, type NodeState } from './deployment-state';
export { poolNeeds, type PoolNeed } from './pools';
export { limitFault, limitsInUse, type LimitUse, withLimit } from './limits';
export { mayPass } from './may-pass';
export type { OpenAttempt } from './open-attempts';
export { findSectionDeadlock, type SectionDeadlock } from './section-deadlock';
export { whyWaiting, type Explanation, type WaitingReason } from './why-waiting';
