import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { Request } from 'express';
import { ifMatchOf } from './etag';
import { personOf, projectOf } from './principal';

/** Who edits in which project, and what they have read. */
export interface Editing {
  readonly project: string;
  readonly who: string;
  /** The header as it came; null: none. */
  readonly ifMatch: string | null;
}

/** Parameter: all of it. */
export const Editing = createParamDecorator((_: unknown, context: ExecutionContext): Editing => {
  const request = context.switchToHttp().getRequest<Request>();
  return { project: projectOf(request), who: personOf(context).name, ifMatch: ifMatchOf(request) };
});
