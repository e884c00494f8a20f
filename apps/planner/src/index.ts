/**
 * The planner: HTTP API over releases, plugins, clusters, nodes and transactions; plans, sends deployments to executors
 * and keeps what they tell. Promises to serve nobody without a valid identity, to write a command in the same database
 * transaction as the state that it comes from, and to open no port of its own choosing: database, bus and store are given.
 */
export type { OidcConfig } from './identity/oidc';
export { checkPlannerConfig, isLoopback, type PlannerConfig } from './planner-config';
export type { PlannerPorts } from './planner-ports';
export { InlinePlanRunner } from './plans/inline-plan-runner';
export type { PlanAnswer, PlanQuestion, PlanRunner } from './plans/plan-runner';
export { type RunningPlanner, startPlanner } from './start-planner';
