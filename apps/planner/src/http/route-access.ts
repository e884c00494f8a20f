import { applyDecorators, SetMetadata } from '@nestjs/common';
import { ApiExtension, ApiHeader } from '@nestjs/swagger';
import type { Role } from '../identity/grants';
import { ApiRefusals } from './api-errors';

export const ROUTE_ACCESS = 'muster:route-access';

/** What a route wants to be opened. A route that says nothing is opened to nobody. */
export type RouteAccess =
  /** Answered without a token. */
  | { readonly kind: 'open' }
  /** Answered to a deployment's own token, and to nobody else. */
  | { readonly kind: 'deployment' }
  /** Answered to everybody who has a valid token. */
  | { readonly kind: 'known' }
  /** Wants one of these rights in the project of the request, or in every project. */
  | { readonly kind: 'right'; readonly rights: readonly Role[]; readonly in: 'project' | 'installation' };

/** How a request names its project. */
export const PROJECT_HEADER = 'muster-project';

const access = (value: RouteAccess) => SetMetadata(ROUTE_ACCESS, value);
const shown = (right: string) => ApiExtension('x-muster-right', right);

/** For health alone: answered without a token. */
export const OpenRoute = () => applyDecorators(access({ kind: 'open' }), shown('none'));

/** For executors: answered to a deployment's own token, and to nobody else. */
export const DeploymentRoute = () => applyDecorators(access({ kind: 'deployment' }), shown('deployment'));

/** Answered to everybody who is known, whatever their roles. */
export const NeedsToken = () => applyDecorators(access({ kind: 'known' }), shown('any token'));

/**
 * The route wants one of these rights in the project that the request names. A right is called after the least role that
 * has it: `viewer` for reading, `operator` for planning, starting, controlling and editing, `publisher` for publishing,
 * `admin` for tokens and limits.
 */
export const Needs = (...rights: readonly [Role, ...Role[]]) =>
  applyDecorators(
    access({ kind: 'right', rights, in: 'project' }),
    shown(rights.join(' or ')),
    ApiHeader({
      name: 'Muster-Project',
      required: false,
      schema: { type: 'string', default: 'default' },
      description: 'The project that the request is about.',
    }),
    ApiRefusals(403),
  );

/** The route is about the installation as a whole, and wants the right in every project. */
export const NeedsEverywhere = (right: Role) =>
  applyDecorators(
    access({ kind: 'right', rights: [right], in: 'installation' }),
    shown(`${right} everywhere`),
    ApiRefusals(403),
  );
