import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { IsInt, IsOptional, IsUUID, Max, Min } from 'class-validator';

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

  @ApiProperty({ type: String, nullable: true, description: 'The `after` of the next page.' })
  next!: string | null;
}
