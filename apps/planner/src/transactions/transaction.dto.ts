import { CONTROL_VERBS, type ControlVerb, DEPLOYMENT_STATES, type DeploymentStatus, NAME_PATTERN } from '@muster/model';
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

  @ApiPropertyOptional({
    type: [String],
    description: 'Addresses, for skip and retry; a retry without any is about all that wait for a person.',
  })
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
