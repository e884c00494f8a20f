import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsInt, IsOptional, IsString, Matches, MaxLength, Min } from 'class-validator';
import { ANY_VALUE } from './any-value';
import { REASON_CHARS_MAX } from './cluster.dto';

/** `?from=&to=` */
export class DiffQuery {
  @ApiPropertyOptional({ default: 'live', description: 'A number, `head` or `live`.' })
  @IsOptional()
  @Matches(/^(head|live|\d{1,9})$/)
  from: string = 'live';

  @ApiPropertyOptional({ default: 'head', description: 'A number, `head` or `live`.' })
  @IsOptional()
  @Matches(/^(head|live|\d{1,9})$/)
  to: string = 'head';
}

export class RollbackDto {
  @ApiProperty({ type: 'integer', minimum: 1, example: 1, description: 'The revision whose content is wanted again.' })
  @IsInt()
  @Min(1)
  revision!: number;

  @ApiPropertyOptional({ description: 'Kept with the revision.' })
  @IsOptional()
  @IsString()
  @MaxLength(REASON_CHARS_MAX)
  reason?: string;
}

export class RevisionSummaryDto {
  @ApiProperty({ type: 'integer' })
  number!: number;

  @ApiProperty({ description: 'Equal content has equal hashes.' })
  hash!: string;

  @ApiProperty({ format: 'date-time' })
  createdAt!: string;

  @ApiProperty()
  who!: string;

  @ApiProperty({ type: String, nullable: true })
  why!: string | null;

  @ApiProperty({ enum: ['apply', 'edit', 'rollback', 'preset', 'clone', 'import'], description: 'How it came about.' })
  change!: string;
}

export class RevisionDto extends RevisionSummaryDto {
  @ApiProperty({ type: 'object', additionalProperties: true, description: 'Secrets show as `<secret>`.' })
  content!: object;
}

export class RevisionPageDto {
  @ApiProperty({ type: [RevisionSummaryDto] })
  items!: RevisionSummaryDto[];

  @ApiProperty({ type: String, nullable: true })
  next!: string | null;
}

class ClusterChangeDto {
  @ApiProperty({ type: [String], description: 'Keys from the root of the cluster file.' })
  path!: string[];

  @ApiProperty({ enum: ['added', 'removed', 'changed'] })
  change!: string;

  @ApiProperty({ ...ANY_VALUE, description: 'Secrets show as `<secret>`.' })
  before!: unknown;

  @ApiProperty({ ...ANY_VALUE, description: 'Secrets show as `<secret>`.' })
  after!: unknown;

  @ApiProperty({ description: 'A secret is part of it: what shows the same is different all the same.' })
  secret!: boolean;
}

export class RevisionDiffDto {
  @ApiProperty()
  cluster!: string;

  @ApiProperty({ type: 'integer' })
  from!: number;

  @ApiProperty({ type: 'integer' })
  to!: number;

  @ApiProperty({ type: [ClusterChangeDto], description: 'By path.' })
  changes!: ClusterChangeDto[];
}
