/**
 * Simulation: the executor's own scheduler on virtual time, scripted faults, and referees that watch it.
 * Promises that nothing here takes part in a real deployment, and that the same input gives the same run.
 */
export { chooseOrder, SEARCH_BOUNDS, type ChosenOrder, type SearchBounds } from './choose-order';
export { changeLimits, type LimitChanges } from './change-limits';
export { seededNumbers } from './seeded-numbers';
export { readGraphFile, type ReadGraphFile } from './graph-file';
export { predictWhatIf, withPrediction, type WhatIf } from './predict';
export { Referees, type Rule, startableTasks, type Verdict } from './referees';
export type { ScriptedEnd, ScriptedTask, SimulationScript } from './script';
export { simulate, type SimulationOptions, type SimulationResult, type TraceEntry } from './simulate';
