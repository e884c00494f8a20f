import { type CallHandler, type ExecutionContext, Injectable, type NestInterceptor, SetMetadata } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { type Problem, ProblemsError } from '@muster/problems';
import type { Request, Response } from 'express';
import { from, lastValueFrom, type Observable } from 'rxjs';
import { DataSource } from 'typeorm';
import { runOnce } from '../idempotency/idempotency';
import { idempotencyKeyOf } from './idempotency-key';
import { statusOf } from './problem-status';
import { principalOf, projectOf } from './principal';
import { requestHash } from './request-hash';

const OWN_IDEMPOTENCY = 'muster:own-idempotency';

/** For routes that see to it themselves: their body is read by the handler, or doing it twice is the same as once. */
export const OwnIdempotency = () => SetMetadata(OWN_IDEMPOTENCY, true);

interface Refusal {
  readonly problems: readonly Problem[];
}

/** Makes every write with an `Idempotency-Key` happen once. Refusals are stored like any other answer. */
@Injectable()
export class IdempotencyInterceptor implements NestInterceptor {
  constructor(
    private readonly reflector: Reflector,
    private readonly database: DataSource,
  ) {}

  intercept(context: ExecutionContext, next: CallHandler<unknown>): Observable<unknown> {
    if (context.getType() !== 'http') return next.handle();
    const request = context.switchToHttp().getRequest<Request>();
    if (
      request.method === 'GET' ||
      request.method === 'HEAD' ||
      this.reflector.get<boolean>(OWN_IDEMPOTENCY, context.getHandler())
    )
      return next.handle();
    const key = idempotencyKeyOf(request);
    if (key === null) return next.handle();
    return from(
      this.once(key, request, context.switchToHttp().getResponse<Response>(), () =>
        lastValueFrom(next.handle(), { defaultValue: undefined }),
      ),
    );
  }

  private async once(
    key: string,
    request: Request,
    response: Response,
    handle: () => Promise<unknown>,
  ): Promise<unknown> {
    return answerOnce(this.database, key, request, requestHash(request, request.body), response, handle);
  }
}

/** Runs `handle` once for `key`, or answers as it did then. `life` is as `runOnce` has it. */
export async function answerOnce(
  database: DataSource,
  key: string,
  request: Request,
  hash: string,
  response: Response,
  handle: (life: string) => Promise<unknown>,
): Promise<unknown> {
  const principal = principalOf(request);
  const who = principal?.kind === 'person' ? principal.name : '';
  const answer = await runOnce(
    database,
    { project: projectOf(request), principal: who, key, request: hash },
    async (life) => {
      try {
        const body = await handle(life);
        return { status: response.statusCode, body };
      } catch (error) {
        if (!(error instanceof ProblemsError)) throw error;
        return { status: statusOf(error.problems), body: { problems: error.problems } satisfies Refusal };
      }
    },
  );
  if (answer.status >= 400) throw new ProblemsError((answer.body as Refusal).problems);
  response.status(answer.status);
  return answer.body;
}
