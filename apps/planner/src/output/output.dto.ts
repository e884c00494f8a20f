import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { IsIn, IsInt, IsOptional, Max, Min } from 'class-validator';

export class OutputQuery {
  @ApiPropertyOptional({ type: 'integer', minimum: 1, description: 'Only of this attempt; absent: of all.' })
  @IsOptional()
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(1_000_000)
  attempt?: number;

  @ApiPropertyOptional({
    enum: ['true', 'false'],
    default: 'false',
    description: 'true: a stream, until the task has ended.',
  })
  @IsOptional()
  @IsIn(['true', 'false'])
  follow?: 'true' | 'false';
}

class OutputChunkDto {
  @ApiProperty({ type: 'integer' })
  attempt!: number;

  @ApiProperty({ type: 'integer', description: 'In bytes, from the start of the stream.' })
  offset!: number;

  @ApiProperty({ enum: ['stdout', 'stderr'] })
  stream!: string;

  @ApiProperty({ description: 'Read as UTF-8; what is none shows as U+FFFD.' })
  text!: string;

  @ApiPropertyOptional({ description: 'The bytes as they are; only where `text` does not say them.' })
  base64?: string;
}

class LostOutputDto {
  @ApiProperty({ type: 'integer' })
  attempt!: number;

  @ApiProperty({ enum: ['stdout', 'stderr'] })
  stream!: string;

  @ApiProperty({
    type: 'integer',
    description: 'Written, and not there; 0 where it was removed and nobody knows how much there was.',
  })
  bytes!: number;

  @ApiPropertyOptional({
    format: 'date-time',
    description:
      'When it was removed, by age or for want of room; absent: it was never kept, since a stream is larger than 64 MiB and its beginning is kept.',
  })
  removedAt?: string;
}

export class OutputDto {
  @ApiProperty({ type: [OutputChunkDto] })
  chunks!: OutputChunkDto[];

  @ApiProperty({ description: 'The task has ended and everything kept of its output is here.' })
  complete!: boolean;

  @ApiPropertyOptional({
    type: [LostOutputDto],
    description:
      'What is not there: never kept, since a stream is larger than 64 MiB, or removed since; absent: nothing. A stream has it in its event `end`.',
  })
  lost?: LostOutputDto[];
}
