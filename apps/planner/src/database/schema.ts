/** The planner's own schema; executors never read it. Every statement names it. */
export const SCHEMA = 'planner';
