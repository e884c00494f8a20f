import { applyDecorators, Catch, Controller, type RpcExceptionFilter, UseFilters } from '@nestjs/common';
import { type Observable, throwError } from 'rxjs';

/** Nest's own filter replaces every error by "Internal server error", which hides problems from the transport. */
@Catch()
class PassErrorsOn implements RpcExceptionFilter {
  catch(error: unknown): Observable<never> {
    return throwError(() => error);
  }
}

/** A controller whose handlers are called by `BusServer`. */
export function BusController(): ClassDecorator {
  return applyDecorators(Controller(), UseFilters(new PassErrorsOn()));
}
