import { applyDecorators } from '@nestjs/common';
import {
  ApiBearerAuth,
  ApiHeader,
  ApiProperty,
  ApiPropertyOptional,
  ApiResponse,
  getSchemaPath,
  ApiExtraModels,
} from '@nestjs/swagger';

/** Where in someone's input a problem lies. */
class PlaceDto {
  @ApiPropertyOptional()
  file?: string;

  @ApiPropertyOptional({ type: 'integer' })
  line?: number;

  @ApiPropertyOptional({ type: 'integer' })
  column?: number;

  @ApiPropertyOptional({ description: 'Path inside the document, dotted.' })
  path?: string;
}

export class ProblemDto {
  @ApiProperty({ description: 'A code of docs/errors.md.' })
  code!: string;

  @ApiProperty({ enum: ['error', 'warning', 'info'] })
  severity!: string;

  @ApiProperty()
  subject!: string;

  @ApiProperty()
  summary!: string;

  @ApiProperty({ description: 'What to do next.' })
  remedy!: string;

  @ApiPropertyOptional()
  detail?: string;

  @ApiPropertyOptional({ type: PlaceDto })
  place?: PlaceDto;
}

export class ProblemDetailsDto {
  @ApiProperty()
  type!: string;

  @ApiProperty()
  title!: string;

  @ApiProperty({ type: 'integer' })
  status!: number;

  @ApiProperty()
  detail!: string;

  @ApiProperty()
  instance!: string;

  @ApiProperty({ type: [ProblemDto] })
  problems!: ProblemDto[];
}

/** What a refusal of a status means on every route. */
export const meanings: Readonly<Record<number, string>> = {
  400: 'The request has the wrong shape.',
  401: 'The request has no valid token.',
  403: 'The token lacks the right that the route wants.',
  404: 'Nothing of that name is known.',
  409: 'The request does not fit the present state.',
  412: 'What `If-Match` names is not what is there now.',
  410: 'What is asked for is not kept any more.',
  413: 'The body is larger than its limit.',
  415: 'The body is of a type that the route does not take.',
  422: 'The content is refused; every problem is listed.',
  429: 'Too many requests from this address had no valid token.',
  503: 'A part that the request needs did not answer.',
};

/** Documents the refusals of a route: 401 and those given, all as problem details. */
export function ApiRefusals(...statuses: number[]): ReturnType<typeof applyDecorators> {
  const content = { 'application/problem+json': { schema: { $ref: getSchemaPath(ProblemDetailsDto) } } };
  return applyDecorators(
    ApiExtraModels(ProblemDetailsDto),
    ApiBearerAuth(),
    ...[401, ...statuses].map((status) =>
      ApiResponse({ status, description: meanings[status] ?? 'Refused.', content }),
    ),
  );
}

/** Documents the `Idempotency-Key` of a write. */
export function ApiIdempotent(): ReturnType<typeof applyDecorators> {
  return applyDecorators(
    ApiHeader({
      name: 'Idempotency-Key',
      required: false,
      description: 'The request takes effect once per key; a repetition gets the first answer. Kept for a day.',
    }),
  );
}

/** Documents the `If-Match` of what can be edited. */
export function ApiEditable(): ReturnType<typeof applyDecorators> {
  return applyDecorators(
    ApiHeader({
      name: 'If-Match',
      required: false,
      description: 'ETag of what is to be changed, as it was read: if it was changed since, the request is refused.',
    }),
  );
}
