import { type DeploymentOutcome, type DeploymentStatus, isDeploymentEnd } from '@muster/model';

/** From best to worst. */
const severity: readonly DeploymentOutcome[] = [
  'succeeded',
  'succeeded-with-skips',
  'succeeded-with-failures',
  'failed',
  'stopped',
  'cancelled',
];

/** The outcome of a transaction whose deployments ended so: the worst of them. Those that have not ended do not count. */
export function outcomeOf(states: readonly DeploymentStatus[]): DeploymentOutcome {
  const ends = states.filter(isDeploymentEnd);
  return ends.reduce<DeploymentOutcome>(
    (worst, each) => (severity.indexOf(each) > severity.indexOf(worst) ? each : worst),
    'succeeded',
  );
}
