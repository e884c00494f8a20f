import { CONTROL_VERBS, type ControlVerb, DEPLOYMENT_STATES, type DeploymentStatus, NAME_PATTERN } from '@muster/model';
import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Transform, Type } from 'class-transformer';
import {
  ArrayMaxSize,
  IsArray,
  IsBoolean,
  IsIn,
  IsInt,
  IsObject,
  IsISO8601,
  IsOptional,
  IsString,
  Matches,
  Max,
  MaxLength,
  Min,
  MinLength,
  ValidateNested,
} from 'class-validator';
import { EVENT_NAME_CHARS_MAX } from '@muster/protocol';
import { PageQuery, splitList } from '../http/paging';
import { ADDRESS_CHARS_MAX, SelectionDto, TASKS_MAX } from '../plans/selection.dto';

export const REASON_CHARS_MAX = 2000;
/** Far above the nodes of any cluster. */
const LIMIT_MAX = 1_000_000;

export class StartTransactionDto extends SelectionDto {
  @ApiProperty({ description: 'Name of the cluster.', example: 'c1' })
  @IsString()
  @Matches(NAME_PATTERN)
  cluster!: string;

  @ApiPropertyOptional({ description: 'Digest of the approved plan; refused when it is no longer what would run.' })
  @IsOptional()
  @Matches(/^sha256:[0-9a-f]{64}$/)
  plan?: string;

  @ApiPropertyOptional({ description: 'Go to the nodes, change nothing there.', default: false })
  @IsOptional()
  @IsBoolean()
  noop?: boolean;

  @ApiPropertyOptional({ description: 'Kept with the transaction.', example: 'rollout of the new port' })
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
  @ApiProperty({
    description:
      'A limit of the graph (`definition:NAME`, `role:NAME`, `nodes`), or one to be added: `nodes`, `definition:NAME`.',
  })
  @IsString()
  @MaxLength(ADDRESS_CHARS_MAX)
  key!: string;

  @ApiProperty({ type: 'integer', minimum: 1, maximum: LIMIT_MAX })
  @IsInt()
  @Min(1)
  @Max(LIMIT_MAX)
  amount!: number;
}

export class ControlDto {
  @ApiProperty({ enum: CONTROL_VERBS, example: 'pause' })
  @IsIn(CONTROL_VERBS)
  verb!: ControlVerb;

  @ApiPropertyOptional({
    type: [String],
    description:
      'Addresses, for skip and retry; a retry without any is about all that failed or waits for a person, and after the end about all that did not succeed.',
  })
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(TASKS_MAX)
  @IsString({ each: true })
  @MaxLength(ADDRESS_CHARS_MAX, { each: true })
  tasks?: string[];

  @ApiPropertyOptional({
    minLength: 1,
    maxLength: EVENT_NAME_CHARS_MAX,
    description: 'For signal: the event that tasks of type wait-for wait for, now or later.',
  })
  @IsOptional()
  @IsString()
  @MinLength(1)
  @MaxLength(EVENT_NAME_CHARS_MAX)
  event?: string;

  @ApiPropertyOptional({ type: LimitDto, description: 'For set-limit.' })
  @IsOptional()
  // Of a list, ValidateNested would check the members alone.
  @IsObject()
  @ValidateNested()
  @Type(() => LimitDto)
  limit?: LimitDto;

  @ApiPropertyOptional()
  @IsOptional()
  @IsString()
  @MaxLength(REASON_CHARS_MAX)
  reason?: string;
}

export class ForceCloseDto {
  @ApiPropertyOptional({ description: 'Kept with the transaction.', example: 'its machines are gone' })
  @IsOptional()
  @IsString()
  @MaxLength(REASON_CHARS_MAX)
  reason?: string;
}

export class ControlAnswerDto {
  @ApiProperty({ format: 'uuid', description: 'Id of the command; the event that tells its effect names it.' })
  command!: string;

  @ApiProperty({
    enum: ['taken', 'pending'],
    description:
      'taken: the owner has read it. pending: it is kept until an owner reads it. What came too late is refused with 409.',
  })
  effect!: 'taken' | 'pending';

  @ApiPropertyOptional({
    description: 'What else there is to know: such as that nobody has judged whether it changes anything.',
  })
  note?: string;
}

export class TransactionQuery extends PageQuery {
  @ApiPropertyOptional({ description: 'Only of this cluster.' })
  @IsOptional()
  @Matches(NAME_PATTERN)
  cluster?: string;

  @ApiPropertyOptional({
    enum: DEPLOYMENT_STATES,
    isArray: true,
    description: 'Only in one of these states; several, or with commas.',
  })
  @IsOptional()
  @Transform(({ value }: { value: unknown }) => splitList(value))
  @ArrayMaxSize(DEPLOYMENT_STATES.length)
  @IsIn(DEPLOYMENT_STATES, { each: true })
  state?: DeploymentStatus[];

  @ApiPropertyOptional({ description: 'Only those that this token or program started.' })
  @IsOptional()
  @IsString()
  @MaxLength(300)
  who?: string;

  @ApiPropertyOptional({ format: 'date-time', description: 'Only those that were started then or later.' })
  @IsOptional()
  @IsISO8601({ strict: true })
  since?: string;
}
