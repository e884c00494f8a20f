import type { DeploymentEvent, DeploymentEventBody } from '@muster/model';

/**
 * Takes decisions one by one; each is folded at once, so that the next one sees it. `tasks` are the numbers of the tasks
 * that the decision names, in its order, where who decides has them: looking up 100,000 addresses costs more than the rest. What is decided often has room for number and time from the
 * start: an object that is given more members later costs twice.
 */
export type TakeDecision = (body: DeploymentEventBody | DeploymentEvent, tasks?: readonly number[]) => void;
