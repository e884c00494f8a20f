import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { invariant } from '@muster/problems';
import type { Request } from 'express';

/** Who asks: a person (or their program), or the executors of one deployment, who may fetch its artifacts. */
export type Principal =
  { readonly kind: 'person'; readonly name: string } | { readonly kind: 'deployment'; readonly id: string };

const principals = new WeakMap<Request, Principal>();

/** Remembers who asks; kept beside the request, where no parsed body can reach it. */
export function setPrincipal(request: Request, principal: Principal): void {
  principals.set(request, principal);
}

/** Null on the open routes only. */
export function principalOf(request: Request): Principal | null {
  return principals.get(request) ?? null;
}

/** Parameter: the name to be recorded as `who`. */
export const Who = createParamDecorator((_: unknown, context: ExecutionContext): string => {
  const principal = principalOf(context.switchToHttp().getRequest<Request>());
  invariant(principal?.kind === 'person', 'the guard lets only people reach this route');
  return principal.name;
});
