import { NAME_PATTERN } from '@muster/model';
import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import {
  ArrayMaxSize,
  ArrayMinSize,
  IsArray,
  IsBoolean,
  IsOptional,
  IsString,
  Matches,
  MaxLength,
} from 'class-validator';
import { ProblemDto } from '../http/api-errors';

const NODES_MAX = 10_000;
const TASKS_MAX = 100_000;

export class PlanClusterDto {
  @ApiPropertyOptional({ default: 'default' })
  @IsOptional()
  @Matches(NAME_PATTERN)
  graphType?: string;

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
  @MaxLength(300, { each: true })
  tasks?: string[];

  @ApiPropertyOptional({ default: false, description: 'Run everything, changed or not.' })
  @IsOptional()
  @IsBoolean()
  force?: boolean;

  @ApiPropertyOptional({
    default: false,
    description: 'Relations as resolved, pairwise. Such a plan is not kept and cannot be deployed.',
  })
  @IsOptional()
  @IsBoolean()
  raw?: boolean;
}

class TaskReasonDto {
  @ApiProperty()
  code!: string;

  @ApiProperty()
  text!: string;
}

class PlannedTaskDto {
  @ApiProperty({ description: 'definition@node' })
  task!: string;

  @ApiProperty()
  definition!: string;

  @ApiProperty()
  node!: string;

  @ApiProperty()
  type!: string;

  @ApiProperty({ enum: ['run', 'skip'] })
  action!: string;

  @ApiProperty({ type: TaskReasonDto })
  reason!: TaskReasonDto;

  @ApiProperty({ type: [String] })
  requires!: string[];

  @ApiProperty({ type: 'object', additionalProperties: true })
  parameters!: object;

  @ApiProperty({ type: 'integer', nullable: true })
  limit!: number | null;

  @ApiProperty({ type: Number, nullable: true })
  expectedMs!: number | null;
}

class BarrierDto {
  @ApiProperty()
  id!: string;

  @ApiProperty({ type: [String] })
  requires!: string[];
}

class FaultToleranceDto {
  @ApiProperty()
  name!: string;

  @ApiProperty({ type: [String] })
  nodes!: string[];

  @ApiProperty({ type: 'integer' })
  tolerated!: number;
}

export class PlanDto {
  @ApiProperty({ description: 'What is approved with `deploy --plan`.' })
  digest!: string;

  @ApiProperty()
  graphType!: string;

  @ApiProperty()
  cluster!: string;

  @ApiProperty({ type: [PlannedTaskDto] })
  tasks!: PlannedTaskDto[];

  @ApiProperty({ type: [BarrierDto] })
  barriers!: BarrierDto[];

  @ApiProperty({ type: [FaultToleranceDto] })
  faultTolerance!: FaultToleranceDto[];

  @ApiProperty({ type: [String] })
  criticalPath!: string[];

  @ApiProperty()
  expectedMs!: number;

  @ApiProperty({ type: [ProblemDto] })
  problems!: ProblemDto[];
}
