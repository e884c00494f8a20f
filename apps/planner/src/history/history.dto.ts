import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsOptional, IsString, MaxLength } from 'class-validator';
import { PageQuery } from '../http/paging';
import { ADDRESS_CHARS_MAX } from '../plans/selection.dto';

export class AttemptQuery extends PageQuery {
  @ApiPropertyOptional({ description: 'Only of this task: `definition@node`.' })
  @IsOptional()
  @IsString()
  @MaxLength(ADDRESS_CHARS_MAX)
  task?: string;
}

class OutputRangeDto {
  @ApiProperty({ type: 'integer', description: 'First byte that is kept.' })
  from!: number;

  @ApiProperty({ type: 'integer', description: 'Byte after the last one that is kept.' })
  to!: number;
}

class AttemptOutputDto {
  @ApiProperty({ type: OutputRangeDto, nullable: true, description: 'Null: nothing was written, or is kept.' })
  stdout!: OutputRangeDto | null;

  @ApiProperty({ type: OutputRangeDto, nullable: true })
  stderr!: OutputRangeDto | null;
}

export class AttemptDto {
  @ApiProperty({ type: 'integer', description: 'Of the deployment in its transaction.' })
  run!: number;

  @ApiProperty()
  graphType!: string;

  @ApiProperty({ description: '`definition@node`' })
  task!: string;

  @ApiProperty({ type: 'integer', description: 'Counts from 1 per task.' })
  attempt!: number;

  @ApiProperty({ format: 'date-time' })
  startedAt!: string;

  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  endedAt!: string | null;

  @ApiProperty({ type: String, nullable: true, description: 'How it ended, as `exited`; null: it has not.' })
  end!: string | null;

  @ApiProperty({ type: 'integer', nullable: true })
  exitCode!: number | null;

  @ApiProperty({ type: String, nullable: true, description: 'The executor that started it; null: not known.' })
  executor!: string | null;

  @ApiProperty({ type: AttemptOutputDto, description: 'What of its output is kept.' })
  output!: AttemptOutputDto;
}

export class AttemptPageDto {
  @ApiProperty({ type: [AttemptDto], description: 'By run, task and attempt.' })
  items!: AttemptDto[];

  @ApiProperty({ type: String, nullable: true })
  next!: string | null;
}

export class TaskInputsDto {
  @ApiProperty({ description: '`definition@node`' })
  task!: string;

  @ApiProperty({ type: 'integer', description: 'The run that they were for.' })
  run!: number;

  @ApiProperty({ description: 'Digest of the plan that they are from.' })
  plan!: string;

  @ApiProperty({ type: 'integer', description: 'Of the cluster.' })
  revision!: number;

  @ApiProperty({
    type: 'object',
    additionalProperties: true,
    description: 'The task as it was planned: type, parameters, limits; secrets masked.',
  })
  inputs!: Record<string, unknown>;
}
