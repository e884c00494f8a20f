import {
  CONTROL_VERBS,
  type ControlVerb,
  DEPLOYMENT_STATES,
  type DeploymentStatus,
  NAME_PATTERN,
  TASK_STATES,
} from '@muster/model';
import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayMinSize,
  IsArray,
  IsBoolean,
  IsIn,
  IsInt,
  IsOptional,
  IsString,
  Matches,
  MaxLength,
  Min,
  ValidateNested,
} from 'class-validator';
import { ProblemDto } from '../http/api-errors';
import { PageQuery } from '../http/paging';

/** Bounds of lists in requests: more than the largest cluster and graph. */
const NODES_MAX = 10_000;
const TASKS_MAX = 100_000;
const GRAPHS_MAX = 20;
const ADDRESS_CHARS_MAX = 300;
const REASON_CHARS_MAX = 2000;

export class StartTransactionDto {
  @ApiProperty({ description: 'Name of the cluster.' })
  @IsString()
  @Matches(NAME_PATTERN)
  cluster!: string;

  @ApiPropertyOptional({
    type: [String],
    description: 'Graph types, carried out in this order. Default: `default`, or that of the approved plan.',
  })
  @IsOptional()
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(GRAPHS_MAX)
  @Matches(NAME_PATTERN, { each: true })
  graphs?: string[];

  @ApiPropertyOptional({ description: 'Digest of the approved plan; refused when it is no longer what would run.' })
  @IsOptional()
  @Matches(/^sha256:[0-9a-f]{64}$/)
  plan?: string;

  @ApiPropertyOptional({ type: [String], description: 'Only tasks on these nodes.' })
  @IsOptional()
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(NODES_MAX)
  @Matches(NAME_PATTERN, { each: true })
  nodes?: string[];

  @ApiPropertyOptional({ type: [String], description: 'Only these task definitions.' })
  @IsOptional()
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(TASKS_MAX)
  @IsString({ each: true })
  @MaxLength(ADDRESS_CHARS_MAX, { each: true })
  tasks?: string[];

  @ApiPropertyOptional({ description: 'Run everything, changed or not.', default: false })
  @IsOptional()
  @IsBoolean()
  force?: boolean;

  @ApiPropertyOptional({ description: 'Go to the nodes, change nothing there.', default: false })
  @IsOptional()
  @IsBoolean()
  noop?: boolean;

  @ApiPropertyOptional({ description: 'Kept with the transaction.' })
  @IsOptional()
  @IsString()
  @MaxLength(REASON_CHARS_MAX)
  reason?: string;
}

export class StartedTransactionDto {
  @ApiProperty({ format: 'uuid' })
  transaction!: string;
}

class LimitDto {
  @ApiProperty({ description: 'A key of the graph: `definition:NAME`, `role:NAME`, `nodes`.' })
  @IsString()
  @MaxLength(ADDRESS_CHARS_MAX)
  key!: string;

  @ApiProperty({ type: 'integer', minimum: 1 })
  @IsInt()
  @Min(1)
  amount!: number;
}

export class ControlDto {
  @ApiProperty({ enum: CONTROL_VERBS })
  @IsIn(CONTROL_VERBS)
  verb!: ControlVerb;

  @ApiPropertyOptional({ type: [String], description: 'Addresses, for retry and skip.' })
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(TASKS_MAX)
  @IsString({ each: true })
  @MaxLength(ADDRESS_CHARS_MAX, { each: true })
  tasks?: string[];

  @ApiPropertyOptional({ type: LimitDto, description: 'For set-limit.' })
  @IsOptional()
  @ValidateNested()
  @Type(() => LimitDto)
  limit?: LimitDto;

  @ApiPropertyOptional()
  @IsOptional()
  @IsString()
  @MaxLength(REASON_CHARS_MAX)
  reason?: string;
}

export class ControlAnswerDto {
  @ApiProperty({ format: 'uuid', description: 'Id of the command; the event that tells its effect names it.' })
  command!: string;
}

export class TransactionQuery extends PageQuery {
  @ApiPropertyOptional({ description: 'Only of this cluster.' })
  @IsOptional()
  @Matches(NAME_PATTERN)
  cluster?: string;

  @ApiPropertyOptional({ enum: DEPLOYMENT_STATES })
  @IsOptional()
  @IsIn(DEPLOYMENT_STATES)
  state?: DeploymentStatus;
}

export class TransactionSummaryDto {
  @ApiProperty({ format: 'uuid' })
  transaction!: string;

  @ApiProperty()
  cluster!: string;

  @ApiProperty({ type: 'integer' })
  revision!: number;

  @ApiProperty({ enum: DEPLOYMENT_STATES })
  state!: DeploymentStatus;

  @ApiProperty({ type: [String] })
  graphs!: string[];

  @ApiProperty()
  who!: string;

  @ApiProperty({ type: String, nullable: true })
  why!: string | null;

  @ApiProperty({ format: 'date-time' })
  createdAt!: string;

  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  startedAt!: string | null;

  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  endedAt!: string | null;
}

export class TransactionPageDto {
  @ApiProperty({ type: [TransactionSummaryDto] })
  items!: TransactionSummaryDto[];

  @ApiProperty({ type: String, nullable: true })
  next!: string | null;
}

class TaskStatusDto {
  @ApiProperty({ enum: TASK_STATES })
  state!: string;

  @ApiProperty({ type: 'integer' })
  attempts!: number;

  @ApiProperty({ type: 'integer', nullable: true })
  exitCode!: number | null;

  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  startedAt!: string | null;

  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  endedAt!: string | null;

  @ApiProperty({ type: String, nullable: true })
  reason!: string | null;
}

class GraphStatusDto {
  @ApiProperty()
  type!: string;

  @ApiProperty({ enum: DEPLOYMENT_STATES })
  state!: string;

  @ApiProperty({ type: String, format: 'uuid', nullable: true })
  deployment!: string | null;

  @ApiProperty({
    type: 'object',
    additionalProperties: { $ref: '#/components/schemas/TaskStatusDto' },
    description: 'By address; empty until the graph is reached.',
  })
  tasks!: Record<string, TaskStatusDto>;
}

class FailedTaskDto {
  @ApiProperty()
  task!: string;

  @ApiProperty({ type: String, nullable: true })
  reason!: string | null;
}

class ProgressDto {
  @ApiProperty({ type: 'integer' })
  total!: number;

  @ApiProperty({ type: 'integer' })
  ended!: number;

  @ApiProperty({ type: [String] })
  running!: string[];

  @ApiProperty({ type: [FailedTaskDto] })
  failed!: FailedTaskDto[];
}

export class TransactionStatusDto {
  @ApiProperty({ format: 'uuid' })
  transaction!: string;

  @ApiProperty()
  cluster!: string;

  @ApiProperty({ type: 'integer' })
  revision!: number;

  @ApiProperty({ enum: DEPLOYMENT_STATES })
  state!: string;

  @ApiProperty({ type: String, nullable: true, description: 'Who owns it, as far as was told.' })
  executor!: string | null;

  @ApiProperty({ type: [GraphStatusDto] })
  graphs!: GraphStatusDto[];

  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  startedAt!: string | null;

  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  endedAt!: string | null;

  @ApiProperty()
  who!: string;

  @ApiProperty({ type: String, nullable: true })
  why!: string | null;

  @ApiProperty({ description: 'Predicted, of the graphs reached so far.' })
  expectedMs!: number;

  @ApiProperty({ type: ProgressDto })
  progress!: ProgressDto;

  @ApiProperty({ type: [ProblemDto], description: 'Why it could not start or go on.' })
  problems!: ProblemDto[];
}

export const transactionModels = [TaskStatusDto];

class ReasonDto {
  @ApiProperty()
  code!: string;

  @ApiProperty()
  text!: string;

  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  since!: string | null;

  @ApiProperty({ type: [String], description: 'Who holds what is waited for.' })
  holders!: string[];
}

export class WhyDto {
  @ApiProperty()
  task!: string;

  @ApiProperty({ enum: TASK_STATES })
  state!: string;

  @ApiProperty({ type: [ReasonDto] })
  reasons!: ReasonDto[];
}
