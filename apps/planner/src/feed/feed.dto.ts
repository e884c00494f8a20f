import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { NAME_PATTERN } from '@muster/model';
import { Transform, Type } from 'class-transformer';
import { ArrayMaxSize, ArrayMinSize, IsInt, IsOptional, IsUUID, Matches, Max, Min } from 'class-validator';
import { splitList } from '../http/paging';
import { KIND_PATTERN, KINDS_MAX } from './kinds-filter';

const EVENTS_MAX = 1000;

export class FeedQueryDto {
  @ApiPropertyOptional({
    type: 'integer',
    minimum: 0,
    default: 0,
    description: 'Only events with a larger number. `Last-Event-ID` wins over it.',
  })
  @IsOptional()
  @Type(() => Number)
  @IsInt()
  @Min(0)
  @Max(Number.MAX_SAFE_INTEGER)
  after?: number;

  @ApiPropertyOptional({ format: 'uuid', description: 'Only of this transaction.' })
  @IsOptional()
  @IsUUID()
  transaction?: string;

  @ApiPropertyOptional({ description: 'Only of this cluster, its transactions and their tasks included.' })
  @IsOptional()
  @Matches(NAME_PATTERN)
  cluster?: string;

  @ApiPropertyOptional({
    type: [String],
    maxItems: KINDS_MAX,
    description: 'Only of these kinds: `transaction.ended`, or `task.*` for all of a noun. Several, or with commas.',
    example: ['transaction.ended', 'operation.*'],
  })
  @IsOptional()
  @Transform(({ value }: { value: unknown }) => splitList(value))
  @ArrayMinSize(1)
  @ArrayMaxSize(KINDS_MAX)
  @Matches(KIND_PATTERN, { each: true, message: 'kind must be as transaction.ended, or task.* for all of a noun' })
  kind?: string[];

  @ApiPropertyOptional({
    type: 'integer',
    minimum: 1,
    maximum: EVENTS_MAX,
    default: 100,
    description: 'Of a page; a stream has no end.',
  })
  @IsOptional()
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(EVENTS_MAX)
  limit: number = 100;
}

class FeedSubjectDto {
  @ApiPropertyOptional({ description: 'Of the request that it is about: also the id of what it started or commanded.' })
  operation?: string;

  @ApiPropertyOptional()
  transaction?: string;

  @ApiPropertyOptional()
  deployment?: string;

  @ApiPropertyOptional()
  cluster?: string;

  @ApiPropertyOptional()
  task?: string;

  @ApiPropertyOptional()
  node?: string;
}

export class FeedEventDto {
  @ApiProperty({ type: 'integer', description: 'Grows; a reader of everything after a number misses nothing.' })
  number!: number;

  @ApiProperty({ format: 'date-time' })
  at!: string;

  @ApiProperty({ description: 'What happened, as `transaction.ended`; pass over types that are not known.' })
  type!: string;

  @ApiProperty({ type: FeedSubjectDto })
  subject!: FeedSubjectDto;

  @ApiProperty({ type: 'object', additionalProperties: true })
  data!: Record<string, unknown>;
}

export class FeedPageDto {
  @ApiProperty({ type: [FeedEventDto] })
  items!: FeedEventDto[];

  @ApiProperty({
    type: String,
    nullable: true,
    description:
      'The `after` of the next page, which may be there though this one is not full: a rare kind is searched for in steps.',
  })
  next!: string | null;
}

class EventKindDto {
  @ApiProperty({ example: 'transaction.ended' })
  kind!: string;

  @ApiProperty({ description: 'When it is told.' })
  when!: string;

  @ApiProperty({ type: 'object', additionalProperties: true, description: 'JSON Schema of `subject` and `data`.' })
  schema!: Record<string, unknown>;
}

export class EventKindListDto {
  @ApiProperty({ type: [EventKindDto] })
  items!: EventKindDto[];
}
