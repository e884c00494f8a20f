import type { DeploymentEventBody } from '@muster/model';

/** Takes decisions one by one; each is folded at once, so that the next one sees it. */
export type TakeDecision = (body: DeploymentEventBody) => void;
