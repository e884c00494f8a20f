import { getSchemaPath, type OpenAPIObject } from '@nestjs/swagger';
import { meanings, ProblemDetailsDto } from './api-errors';

type Operation = NonNullable<OpenAPIObject['paths'][string]['get']>;
type Method = 'get' | 'put' | 'post' | 'patch' | 'delete';
const METHODS: readonly Method[] = ['get', 'put', 'post', 'patch', 'delete'];

/**
 * Describes the refusals that stand before every route, so that no route has to repeat them: of guards, of body parsing,
 * of the `Idempotency-Key`, of a database that does not answer. What a route describes itself stays as it is.
 */
export function describeCommonAnswers(document: OpenAPIObject): OpenAPIObject {
  for (const path of Object.values(document.paths)) {
    for (const method of METHODS) {
      const operation = path[method];
      if (operation === undefined || operation.security?.length === 0) continue;
      for (const status of statusesOf(operation, method)) operation.responses[status] ??= refusal(status);
    }
  }
  return document;
}

function statusesOf(operation: Operation, method: Method): readonly number[] {
  const parameters = (operation.parameters ?? []).filter((each) => 'in' in each);
  const right: unknown = (operation as { 'x-muster-right'?: unknown })['x-muster-right'];
  const isInProject = typeof right === 'string' && !/any token|everywhere|deployment/.test(right);
  return [
    // Text that no database can keep, a cursor of another list, a header that cannot be read.
    ...[400, 401, 429, 503],
    ...(right === 'any token' ? [] : [403]),
    ...(isInProject || parameters.some((each) => each.in === 'path') ? [404] : []),
    // Any request may come with a body.
    ...[413, 415],
    // A key that is in use, or was used for something else.
    ...(method === 'get' ? [] : [409, 422]),
  ];
}

function refusal(status: number): NonNullable<Operation['responses'][string]> {
  const schema = { $ref: getSchemaPath(ProblemDetailsDto) };
  return { description: meanings[status] ?? 'Refused.', content: { 'application/problem+json': { schema } } };
}
