import { NAME_PATTERN } from '@muster/model';
import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Transform, Type } from 'class-transformer';
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
  Max,
  MaxLength,
  Min,
  ValidateIf,
} from 'class-validator';
import { KIND_PATTERN, KINDS_MAX } from '../feed/kinds-filter';
import { PageQuery } from '../http/paging';

const URL_CHARS_MAX = 2000;
const KINDS = {
  type: [String] as [StringConstructor],
  minItems: 1,
  maxItems: KINDS_MAX,
  description: 'Kinds of events: `transaction.ended`, or `task.*` for all of a noun.',
  example: ['transaction.ended', 'operation.*'],
};
const KIND_MESSAGE = 'each of kinds must be as transaction.ended, or task.* for all of a noun';

export class CreateWebhookDto {
  @ApiProperty({ pattern: NAME_PATTERN.source, example: 'chat' })
  @Matches(NAME_PATTERN, { message: 'name must be letters, digits, dots, underscores and hyphens, at most 128' })
  name!: string;

  @ApiProperty({ maxLength: URL_CHARS_MAX, example: 'https://hooks.example.com/muster' })
  @IsString()
  @MaxLength(URL_CHARS_MAX)
  url!: string;

  @ApiProperty(KINDS)
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(KINDS_MAX)
  @Matches(KIND_PATTERN, { each: true, message: KIND_MESSAGE })
  kinds!: string[];

  @ApiPropertyOptional({ description: 'Only events of this cluster, its transactions and their tasks included.' })
  @IsOptional()
  @Matches(NAME_PATTERN)
  cluster?: string;

  @ApiPropertyOptional({ description: '`whsec_` and the base64 of 24 to 64 bytes; absent: one is made.' })
  @IsOptional()
  @IsString()
  @MaxLength(200)
  secret?: string;

  @ApiPropertyOptional({
    type: 'integer',
    minimum: 0,
    description: 'Events after this number; absent: only what comes.',
  })
  @IsOptional()
  @IsInt()
  @Min(0)
  @Max(Number.MAX_SAFE_INTEGER)
  after?: number;
}

export class EditWebhookDto {
  @ApiPropertyOptional({ maxLength: URL_CHARS_MAX })
  @ValidateIf(({ url }: EditWebhookDto) => url !== undefined)
  @IsString()
  @MaxLength(URL_CHARS_MAX)
  url?: string;

  @ApiPropertyOptional(KINDS)
  @ValidateIf(({ kinds }: EditWebhookDto) => kinds !== undefined)
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(KINDS_MAX)
  @Matches(KIND_PATTERN, { each: true, message: KIND_MESSAGE })
  kinds?: string[];

  @ApiPropertyOptional({ type: String, nullable: true, description: 'Null: of all clusters.' })
  @IsOptional()
  @Matches(NAME_PATTERN)
  cluster?: string | null;

  @ApiPropertyOptional({
    enum: ['active', 'disabled'],
    description: 'One that is made active again goes on after the last event that it took.',
  })
  @ValidateIf(({ state }: EditWebhookDto) => state !== undefined)
  @IsIn(['active', 'disabled'])
  state?: 'active' | 'disabled';
}

export class ReplayWebhookDto {
  @ApiProperty({ type: 'integer', minimum: 1, description: 'The first number that is sent (again).', example: 1 })
  @IsInt()
  @Min(1)
  @Max(Number.MAX_SAFE_INTEGER)
  from!: number;
}

export class RotateSecretDto {
  @ApiPropertyOptional({ description: '`whsec_` and the base64 of 24 to 64 bytes; absent: one is made.' })
  @IsOptional()
  @IsString()
  @MaxLength(200)
  secret?: string;
}

export class WebhookSecretDto {
  @ApiProperty({ description: 'What signatures are made with: `whsec_` and base64.' })
  secret!: string;
}

export class WebhookDto {
  @ApiProperty()
  name!: string;

  @ApiProperty()
  url!: string;

  @ApiProperty({ type: [String] })
  kinds!: string[];

  @ApiProperty({ type: String, nullable: true })
  cluster!: string | null;

  @ApiProperty({ enum: ['active', 'disabled'] })
  state!: string;

  @ApiProperty({ type: String, nullable: true, description: 'Why and by whom it was disabled.' })
  disabledWhy!: string | null;

  @ApiProperty({ type: 'integer', description: 'Everything up to this number was taken, or is of no interest to it.' })
  last!: number;

  @ApiProperty({ type: 'integer', description: 'Tries that have failed in a row.' })
  failures!: number;

  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  failingSince!: string | null;

  @ApiProperty({ type: String, nullable: true })
  lastFailure!: string | null;

  @ApiProperty({
    type: String,
    format: 'date-time',
    nullable: true,
    description: 'When it is tried again; null: not failing.',
  })
  nextTryAt!: string | null;

  @ApiProperty()
  who!: string;

  @ApiProperty({ format: 'date-time' })
  createdAt!: string;

  @ApiProperty({ description: 'For `If-Match`.' })
  etag!: string;
}

export class WebhookPageDto {
  @ApiProperty({ type: [WebhookDto], description: 'By name.' })
  items!: WebhookDto[];

  @ApiProperty({ type: String, nullable: true })
  next!: string | null;
}

export class DeliveryQuery extends PageQuery {
  @ApiPropertyOptional({ type: Boolean, description: 'Only those that failed, or only those that were taken.' })
  @IsOptional()
  @Transform(({ value }: { value: unknown }) => (value === 'true' ? true : value === 'false' ? false : value))
  @IsBoolean()
  failed?: boolean;

  @ApiPropertyOptional({ type: 'integer', description: 'Only of the event with this number.' })
  @IsOptional()
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(Number.MAX_SAFE_INTEGER)
  number?: number;
}

export class DeliveryDto {
  @ApiProperty({ type: 'integer', description: 'Of the event.' })
  number!: number;

  @ApiProperty()
  kind!: string;

  @ApiProperty({ format: 'date-time' })
  at!: string;

  @ApiProperty({ type: 'integer' })
  durationMs!: number;

  @ApiProperty({ type: 'integer', nullable: true, description: 'HTTP status of the answer; null: there was none.' })
  status!: number | null;

  @ApiProperty({ type: String, nullable: true, description: 'Null: it was taken.' })
  failure!: string | null;

  @ApiProperty({ type: String, nullable: true, description: 'Beginning of the answer.' })
  excerpt!: string | null;
}

export class DeliveryPageDto {
  @ApiProperty({ type: [DeliveryDto], description: 'Newest first.' })
  items!: DeliveryDto[];

  @ApiProperty({ type: String, nullable: true })
  next!: string | null;
}
