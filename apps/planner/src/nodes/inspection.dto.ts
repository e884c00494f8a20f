import { NAME_PATTERN } from '@muster/model';
import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { ArrayMaxSize, ArrayMinSize, IsArray, IsOptional, IsString, Matches, MaxLength } from 'class-validator';
import { ProblemDto } from '../http/api-errors';
import { INSPECTION_STATES, type InspectionState } from './inspection.entity';

const NODES_MAX = 5000;

export class StartInspectionDto {
  @ApiPropertyOptional({
    type: [String],
    description: 'Absent: every node that is not retired.',
    example: ['n1', 'n2'],
  })
  @IsOptional()
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(NODES_MAX)
  @Matches(NAME_PATTERN, { each: true })
  nodes?: string[];

  @ApiPropertyOptional({ description: 'For the record.', example: 'new memory' })
  @IsOptional()
  @IsString()
  @MaxLength(2000)
  reason?: string;
}

class InspectionCountsDto {
  @ApiProperty({ type: 'integer' })
  waiting!: number;

  @ApiProperty({ type: 'integer' })
  running!: number;

  @ApiProperty({ type: 'integer' })
  succeeded!: number;

  @ApiProperty({ type: 'integer' })
  failed!: number;
}

export class InspectionDto {
  @ApiProperty({ format: 'uuid' })
  inspection!: string;

  @ApiProperty()
  who!: string;

  @ApiProperty({ type: String, nullable: true })
  why!: string | null;

  @ApiProperty({ format: 'date-time' })
  createdAt!: string;

  @ApiProperty({ type: String, format: 'date-time', nullable: true, description: 'null: not all nodes are done.' })
  endedAt!: string | null;

  @ApiProperty({ type: InspectionCountsDto })
  counts!: InspectionCountsDto;
}

class InspectedDto {
  @ApiProperty()
  node!: string;

  @ApiProperty({ enum: INSPECTION_STATES })
  state!: InspectionState;

  @ApiProperty({ type: 'integer' })
  attempts!: number;

  @ApiProperty({ type: [ProblemDto], description: 'Of the last try that failed.' })
  problems!: ProblemDto[];

  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  endedAt!: string | null;
}

export class InspectionWithNodesDto extends InspectionDto {
  @ApiProperty({ type: [InspectedDto] })
  nodes!: InspectedDto[];
}

export class InspectionPageDto {
  @ApiProperty({ type: [InspectionDto] })
  items!: InspectionDto[];

  @ApiProperty({ type: String, nullable: true })
  next!: string | null;
}
