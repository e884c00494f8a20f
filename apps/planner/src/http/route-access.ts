import { SetMetadata } from '@nestjs/common';

export const ROUTE_ACCESS = 'muster:route-access';
export type RouteAccess = 'open' | 'person' | 'deployment';

/** For health alone: answered without a token. */
export const OpenRoute = () => SetMetadata(ROUTE_ACCESS, 'open' satisfies RouteAccess);

/** For executors: answered to a deployment's own token, and to nobody else. */
export const DeploymentRoute = () => SetMetadata(ROUTE_ACCESS, 'deployment' satisfies RouteAccess);
