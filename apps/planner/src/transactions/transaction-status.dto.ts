import { DEPLOYMENT_STATES, type DeploymentStatus, TASK_STATES } from '@muster/model';
import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { ProblemDto } from '../http/api-errors';
import { CheckedGroupDto } from '../validations/checked-validation.dto';

/** What the list and the status of a transaction both tell. */
class TransactionFieldsDto {
  @ApiProperty({ format: 'uuid' })
  transaction!: string;

  @ApiProperty()
  cluster!: string;

  @ApiProperty({ type: 'integer' })
  revision!: number;

  @ApiProperty({ enum: DEPLOYMENT_STATES })
  state!: DeploymentStatus;

  @ApiProperty()
  who!: string;

  @ApiProperty({ type: String, nullable: true })
  why!: string | null;

  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  startedAt!: string | null;

  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  endedAt!: string | null;

  @ApiProperty({ description: 'Its start was refused, so nothing of it was carried out; the problems say why.' })
  refused!: boolean;

  @ApiProperty({ type: [ProblemDto], description: 'Why it could not start or go on.' })
  problems!: ProblemDto[];
}

export class TransactionSummaryDto extends TransactionFieldsDto {
  @ApiProperty({ type: [String] })
  graphs!: string[];

  @ApiProperty({ format: 'date-time' })
  createdAt!: string;
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

  @ApiProperty({ type: String, nullable: true, description: 'What the last attempt tells of itself.' })
  summary!: string | null;
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

class RunStatusDto {
  @ApiProperty({ type: 'integer', description: 'Counts from 1 within the transaction.' })
  run!: number;

  @ApiProperty()
  type!: string;

  @ApiProperty({ enum: DEPLOYMENT_STATES })
  state!: string;

  @ApiProperty({ format: 'uuid' })
  deployment!: string;

  @ApiProperty({ type: String, nullable: true })
  executor!: string | null;

  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  startedAt!: string | null;

  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  endedAt!: string | null;

  @ApiProperty()
  who!: string;

  @ApiProperty({ type: String, nullable: true })
  why!: string | null;
}

class ControlLimitDto {
  @ApiProperty()
  key!: string;

  @ApiProperty({ type: 'integer' })
  amount!: number;
}

class ControlStatusDto {
  @ApiProperty({ format: 'uuid' })
  command!: string;

  @ApiProperty({ type: 'integer', description: 'The run that it was about, or that it began.' })
  run!: number;

  @ApiProperty()
  verb!: string;

  @ApiPropertyOptional({ type: [String] })
  tasks?: string[];

  @ApiPropertyOptional({ type: ControlLimitDto })
  limit?: ControlLimitDto;

  @ApiPropertyOptional()
  event?: string;

  @ApiProperty()
  who!: string;

  @ApiProperty({ type: String, nullable: true })
  why!: string | null;

  @ApiProperty({ format: 'date-time' })
  at!: string;

  @ApiProperty({
    enum: ['sent', 'taken', 'too-late', 'refused'],
    description: '`sent`: no executor has acted on it yet. `too-late`: the run had ended.',
  })
  state!: string;
}

class FailedTaskDto {
  @ApiProperty()
  task!: string;

  @ApiProperty({ type: String, nullable: true })
  reason!: string | null;
}

class FailureGroupDto {
  @ApiProperty()
  definition!: string;

  @ApiProperty({ type: String, nullable: true, description: 'Of the first of them.' })
  reason!: string | null;

  @ApiProperty({ type: 'integer' })
  count!: number;

  @ApiProperty({ type: [String], description: 'The first ten.' })
  nodes!: string[];
}

class UnconfirmedEndDto {
  @ApiProperty()
  task!: string;

  @ApiProperty()
  node!: string;

  @ApiProperty({ type: 'integer' })
  attempt!: number;

  @ApiProperty({ format: 'date-time' })
  since!: string;

  @ApiProperty()
  text!: string;
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

class UndeliveredDto {
  @ApiProperty({ type: 'integer' })
  tries!: number;

  @ApiProperty()
  reason!: string;

  @ApiProperty({ format: 'date-time' })
  nextTryAt!: string;
}

export class TransactionStatusDto extends TransactionFieldsDto {
  @ApiProperty({ type: String, nullable: true, description: 'Who owns it, as far as was told.' })
  executor!: string | null;

  @ApiProperty({ type: [GraphStatusDto] })
  graphs!: GraphStatusDto[];

  @ApiProperty({ type: [RunStatusDto], description: 'In order; the last one of each graph is what `graphs` shows.' })
  runs!: RunStatusDto[];

  @ApiProperty({ type: [ControlStatusDto], description: 'Oldest first, the newest thousand.' })
  controls!: ControlStatusDto[];

  @ApiProperty({ description: 'Predicted, of the graphs reached so far.' })
  expectedMs!: number;

  @ApiProperty({ type: ProgressDto })
  progress!: ProgressDto;

  @ApiProperty({ type: [FailureGroupDto], description: 'Failed and lost tasks by cause, the largest group first.' })
  failures!: FailureGroupDto[];

  @ApiProperty({
    type: [UnconfirmedEndDto],
    description: 'What may still run on nodes though it was to be ended, until a later command has ended there.',
  })
  unconfirmed!: UnconfirmedEndDto[];

  @ApiProperty({ type: [CheckedGroupDto], description: 'What its checks came to, by group; empty: it has none.' })
  validations!: CheckedGroupDto[];

  @ApiProperty({
    type: UndeliveredDto,
    nullable: true,
    description: 'Why no executor has taken it yet, after a try that failed; it is sent again.',
  })
  undelivered!: UndeliveredDto | null;
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

  @ApiPropertyOptional({
    format: 'date-time',
    description: 'When it passes by itself; absent where nobody can tell.',
  })
  until?: string;

  @ApiPropertyOptional({
    type: 'integer',
    minimum: 1,
    description: 'Place in the queue for what is taken; 1 is next. Absent while the task is in no queue.',
  })
  place?: number;
}

export class WhyDto {
  @ApiProperty()
  task!: string;

  @ApiProperty({ enum: TASK_STATES })
  state!: string;

  @ApiProperty({ type: [ReasonDto] })
  reasons!: ReasonDto[];
}

class LimitUseDto {
  @ApiProperty({ description: '`definition:NAME`, `role:NAME`, `nodes`.' })
  key!: string;

  @ApiProperty({ type: 'integer' })
  amount!: number;

  @ApiProperty({ type: 'integer' })
  used!: number;

  @ApiProperty({ type: 'integer', nullable: true, description: 'As the graph was planned; null: without it.' })
  planned!: number | null;

  @ApiProperty({ type: [String], description: 'Tasks and sections.' })
  holders!: string[];
}

export class LimitsDto {
  @ApiProperty({ type: [LimitUseDto] })
  limits!: LimitUseDto[];
}

class DependentDto {
  @ApiProperty()
  task!: string;

  @ApiProperty({ enum: TASK_STATES })
  state!: string;
}

export class SkipPreviewDto {
  @ApiProperty()
  task!: string;

  @ApiProperty({ enum: TASK_STATES })
  state!: string;

  @ApiProperty({ type: String, nullable: true, description: 'Why it cannot be skipped now; null: it can.' })
  obstacle!: string | null;

  @ApiProperty({
    type: [DependentDto],
    description: 'What would go on as if the task were done, barriers seen through.',
  })
  dependents!: DependentDto[];
}
