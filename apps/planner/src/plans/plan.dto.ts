import { NAME_PATTERN } from '@muster/model';
import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsBoolean, IsObject, IsOptional, Matches, ValidateBy } from 'class-validator';
import { ProblemDto } from '../http/api-errors';
import { SelectionDto } from './selection.dto';

const LIMITS_MAX = 1000;
const AMOUNT_MAX = 9_999_999;

export class PlanClusterDto extends SelectionDto {
  @ApiPropertyOptional({ default: 'default', description: 'The only graph; the same as `graphs` with one.' })
  @IsOptional()
  @Matches(NAME_PATTERN)
  graphType?: string;

  @ApiPropertyOptional({
    type: 'object',
    additionalProperties: { type: 'integer', minimum: 1, nullable: true },
    description: 'Predicts the duration with other limits, by key; null is unlimited.',
  })
  @IsOptional()
  @IsObject()
  @ValidateBy({
    name: 'areLimits',
    validator: {
      validate: (value) => areLimits(value),
      defaultMessage: () =>
        `whatIf must give whole numbers from 1 to ${AMOUNT_MAX} or null, for at most ${LIMITS_MAX} keys`,
    },
  })
  whatIf?: Record<string, number | null>;

  @ApiPropertyOptional({
    default: false,
    description: 'Relations as resolved, pairwise. Such a plan is not kept and cannot be deployed.',
  })
  @IsOptional()
  @IsBoolean()
  raw?: boolean;
}

function areLimits(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const amounts: readonly unknown[] = Object.values(value);
  const isAmount = (each: unknown): boolean =>
    each === null || (typeof each === 'number' && Number.isInteger(each) && each >= 1 && each <= AMOUNT_MAX);
  return amounts.length <= LIMITS_MAX && amounts.every(isAmount);
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

class WhatIfDto {
  @ApiProperty({ type: 'object', additionalProperties: { type: 'integer', nullable: true } })
  limits!: Record<string, number | null>;

  @ApiProperty()
  expectedMs!: number;
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

  @ApiPropertyOptional({ type: WhatIfDto, description: 'Where it was asked for.' })
  whatIf?: WhatIfDto;

  @ApiPropertyOptional({
    type: 'array',
    items: { allOf: [{ $ref: '#/components/schemas/PlanDto' }, { properties: { provisional: { enum: [true] } } }] },
    description: 'Plans of the graphs that come after this one; each is planned again when it is reached.',
  })
  later?: PlanDto[];
}
