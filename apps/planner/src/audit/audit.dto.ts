import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsISO8601, IsOptional, IsString, MaxLength } from 'class-validator';
import { PageQuery } from '../http/paging';
import { type Outcome, OUTCOMES } from './audit.entity';

const TEXT_MAX = 500;

export class AuditQuery extends PageQuery {
  @ApiPropertyOptional({ description: 'Name of a person or program.', example: 'admin' })
  @IsOptional()
  @IsString()
  @MaxLength(TEXT_MAX)
  who?: string;

  @ApiPropertyOptional({ description: 'Operation of the API.', example: 'startTransaction' })
  @IsOptional()
  @IsString()
  @MaxLength(TEXT_MAX)
  what?: string;

  @ApiPropertyOptional({ enum: OUTCOMES })
  @IsOptional()
  @IsIn(OUTCOMES)
  outcome?: Outcome;

  @ApiPropertyOptional({ description: 'Network address of the caller, or `broker`.' })
  @IsOptional()
  @IsString()
  @MaxLength(TEXT_MAX)
  from?: string;

  @ApiPropertyOptional({ format: 'date-time', description: 'Not before.', example: '2026-01-01T00:00:00.000Z' })
  @IsOptional()
  @IsISO8601({ strict: true })
  since?: string;

  @ApiPropertyOptional({ format: 'date-time', description: 'Before.', example: '2099-01-01T00:00:00.000Z' })
  @IsOptional()
  @IsISO8601({ strict: true })
  until?: string;
}

export class AuditEntryDto {
  @ApiProperty({ format: 'uuid' })
  id!: string;

  @ApiProperty({ format: 'date-time' })
  at!: string;

  @ApiProperty({ type: String, nullable: true, description: 'Null: of none, or nobody knows of which.' })
  project!: string | null;

  @ApiProperty({ type: String, nullable: true, description: 'Null: a stranger.' })
  who!: string | null;

  @ApiProperty({ description: 'Operation of the API.' })
  what!: string;

  @ApiProperty({ description: 'What it was about: the path of the request.' })
  subject!: string;

  @ApiProperty({ type: String, nullable: true, description: 'The reason that was given.' })
  why!: string | null;

  @ApiProperty({ description: 'Network address of the caller, or `broker`.' })
  from!: string;

  @ApiProperty({ enum: OUTCOMES })
  outcome!: string;

  @ApiProperty({ type: 'integer', description: 'Status of the answer.' })
  status!: number;

  @ApiProperty({ type: String, nullable: true, description: 'Code of the first problem.' })
  code!: string | null;

  @ApiProperty({ type: 'integer', minimum: 1, description: 'How many refusals like this one it stands for.' })
  count!: number;
}

export class AuditPageDto {
  @ApiProperty({ type: [AuditEntryDto] })
  items!: AuditEntryDto[];

  @ApiProperty({ type: String, nullable: true })
  next!: string | null;
}
