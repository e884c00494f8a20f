import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { ArrayMaxSize, IsArray, IsOptional, IsString, MaxLength } from 'class-validator';

/** Far above what a bundle declares, and a cluster has. */
const NAMES_MAX = 10_000;
const NAME_CHARS_MAX = 300;

export class ValidationMemberDto {
  @ApiProperty({ description: 'A node, `sync` or `master`.' })
  node!: string;

  @ApiProperty({
    enum: ['passed', 'failed', 'warned', 'skipped', 'cancelled', 'lost'],
    description: 'What its latest attempt came to; `warned`: it failed, and is a warning.',
  })
  result!: string;

  @ApiProperty({ type: String, nullable: true, description: 'What the task says of itself, or why it ended so.' })
  text!: string | null;

  @ApiProperty({ type: 'integer', nullable: true })
  exitCode!: number | null;

  @ApiProperty({ format: 'date-time' })
  at!: string;

  @ApiProperty({ format: 'uuid', description: 'The transaction that it was checked in.' })
  transaction!: string;
}

export class ValidationDto {
  @ApiProperty()
  id!: string;

  @ApiProperty({ type: String, nullable: true })
  title!: string | null;

  @ApiProperty({ enum: ['fatal', 'warning'] })
  severity!: string;

  @ApiProperty({ enum: ['pre-deployment', 'post-deployment', 'before', 'after'] })
  stage!: string;

  @ApiProperty({ type: String, nullable: true, description: 'Before or after which task definition; null: the whole.' })
  task!: string | null;

  @ApiProperty({ type: [String], description: 'Types of the graphs that it belongs to.' })
  graphs!: string[];

  @ApiProperty({ description: 'The release or plugin that declares it.', example: 'release pg-ha@1.0.0' })
  owner!: string;

  @ApiProperty({ description: 'Type of the task that does the checking.' })
  type!: string;

  @ApiProperty({
    type: [ValidationMemberDto],
    description: 'The latest result of each node, by name; empty: never checked.',
  })
  members!: ValidationMemberDto[];
}

export class ValidationGroupDto {
  @ApiProperty()
  group!: string;

  @ApiProperty({ type: [ValidationDto], description: 'By id.' })
  validations!: ValidationDto[];
}

export class ValidationListDto {
  @ApiProperty({ type: [ValidationGroupDto], description: 'By name of the group; of the newest revision.' })
  items!: ValidationGroupDto[];
}

export class RunValidationsDto {
  @ApiPropertyOptional({ type: [String], description: 'Those of these groups; absent with `validations`: all.' })
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(NAMES_MAX)
  @IsString({ each: true })
  @MaxLength(NAME_CHARS_MAX, { each: true })
  groups?: string[];

  @ApiPropertyOptional({ type: [String], description: 'These, by id.' })
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(NAMES_MAX)
  @IsString({ each: true })
  @MaxLength(NAME_CHARS_MAX, { each: true })
  validations?: string[];

  @ApiPropertyOptional({ type: [String], description: 'On these nodes; absent: all.' })
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(NAMES_MAX)
  @IsString({ each: true })
  @MaxLength(NAME_CHARS_MAX, { each: true })
  nodes?: string[];

  @ApiPropertyOptional({ description: 'Kept with the transaction.' })
  @IsOptional()
  @IsString()
  @MaxLength(2000)
  reason?: string;
}

export class StopValidationsDto {
  @ApiPropertyOptional({ description: 'Kept with the transaction.' })
  @IsOptional()
  @IsString()
  @MaxLength(2000)
  reason?: string;
}

export class StoppedValidationsDto {
  @ApiProperty({ type: [String], description: 'Transactions that are being cancelled.' })
  transactions!: string[];
}
