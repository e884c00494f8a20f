import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsBoolean, IsIn, IsObject, IsOptional, IsString, MaxLength } from 'class-validator';
import { ProblemDto } from '../http/api-errors';
import { PageQuery } from '../http/paging';

const SOURCE_CHARS_MAX = 8_000_000;
export const REASON_CHARS_MAX = 1000;

/** Which clusters are listed, by their newest revision. */
export class ClusterQuery extends PageQuery {
  @ApiPropertyOptional({ description: 'Those with this label.', example: 'production' })
  @IsOptional()
  @IsString()
  @MaxLength(200)
  environment?: string;

  @ApiPropertyOptional({
    description: 'Those of this release, in this version or (name alone) in any.',
    example: 'small',
  })
  @IsOptional()
  @IsString()
  @MaxLength(300)
  release?: string;

  @ApiPropertyOptional({ description: 'Part of the name, whatever the case.', example: 'c' })
  @IsOptional()
  @IsString()
  @MaxLength(128)
  text?: string;
}

export class ApplyClusterDto {
  @ApiProperty({
    description: 'Text of the cluster file.',
    example: `cluster: c1
release: small@1.0.0
settings: { port: 80 }
nodes:
  n1: { address: 192.0.2.1, roles: [web] }
  n2: { address: 192.0.2.2, roles: [web] }
`,
  })
  @IsString()
  @MaxLength(SOURCE_CHARS_MAX)
  source!: string;

  @ApiPropertyOptional({ description: 'How problems name the file.', default: 'cluster.yaml' })
  @IsOptional()
  @IsString()
  @MaxLength(500)
  sourceName?: string;

  @ApiPropertyOptional({
    type: 'object',
    additionalProperties: { type: 'string' },
    description: 'Private keys by node name; kept encrypted, never shown again.',
  })
  @IsOptional()
  @IsObject()
  identities?: Record<string, string>;

  @ApiPropertyOptional({ default: false, description: 'Accept the host keys that the machines show now.' })
  @IsOptional()
  @IsBoolean()
  acceptHostKeys?: boolean;

  @ApiPropertyOptional({ description: 'Kept with the revision.' })
  @IsOptional()
  @IsString()
  @MaxLength(REASON_CHARS_MAX)
  reason?: string;
}

/** `?reason=&acceptHostKeys=` of edits, whose body is the edit itself. */
export class EditQuery {
  @ApiPropertyOptional({ description: 'Kept with the revision.' })
  @IsOptional()
  @IsString()
  @MaxLength(REASON_CHARS_MAX)
  reason?: string;

  @ApiPropertyOptional({ default: false, description: 'Accept the host keys that the machines show now.' })
  @IsOptional()
  @IsIn(['true', 'false'])
  acceptHostKeys?: string;
}

/** `?keep=&reason=` */
export class DeleteClusterQuery {
  @ApiPropertyOptional({
    default: false,
    description: 'Delete it though it is deployed: its machines stay as they are.',
  })
  @IsOptional()
  @IsIn(['true', 'false'])
  keep?: string;

  @ApiPropertyOptional({ description: 'Told with the event.' })
  @IsOptional()
  @IsString()
  @MaxLength(REASON_CHARS_MAX)
  reason?: string;
}

class AcceptedHostKeyDto {
  @ApiProperty()
  node!: string;

  @ApiProperty()
  hostKey!: string;
}

export class AppliedClusterDto {
  @ApiProperty()
  cluster!: string;

  @ApiProperty({ type: 'integer' })
  revision!: number;

  @ApiProperty({ description: 'Equal content has equal hashes.' })
  hash!: string;

  @ApiProperty({ description: 'Of the revision, for `If-Match`; the header `ETag` says it, too.' })
  etag!: string;

  @ApiProperty({ description: 'False: the same content again, so the same revision.' })
  changed!: boolean;

  @ApiProperty({ type: [AcceptedHostKeyDto] })
  acceptedHostKeys!: AcceptedHostKeyDto[];

  @ApiProperty({ type: [ProblemDto], description: 'Warnings.' })
  problems!: ProblemDto[];
}

export class ClusterSummaryDto {
  @ApiProperty()
  name!: string;

  @ApiProperty({ type: String, nullable: true })
  environment!: string | null;

  @ApiProperty({ type: String, nullable: true })
  release!: string | null;

  @ApiProperty({ type: [String] })
  plugins!: string[];

  @ApiProperty({ type: 'integer', description: 'The newest.' })
  revision!: number;

  @ApiProperty({ type: 'integer', nullable: true, description: 'Last one deployed with success.' })
  liveRevision!: number | null;

  @ApiProperty({ type: 'integer', description: 'How many.' })
  nodes!: number;

  @ApiProperty({ format: 'date-time' })
  createdAt!: string;
}

export class ClusterDto extends ClusterSummaryDto {
  @ApiProperty({ description: 'Of the newest revision, for `If-Match`.' })
  etag!: string;

  @ApiProperty({
    type: 'object',
    additionalProperties: true,
    description: 'The newest revision; secrets show as `<secret>`.',
  })
  content!: object;
}

export class ClusterPageDto {
  @ApiProperty({ type: [ClusterSummaryDto] })
  items!: ClusterSummaryDto[];

  @ApiProperty({ type: String, nullable: true })
  next!: string | null;
}

export class ClusterPartDto {
  @ApiProperty({ type: 'integer' })
  revision!: number;

  @ApiProperty({ description: 'Of the revision, for `If-Match`.' })
  etag!: string;

  @ApiProperty({ type: 'object', additionalProperties: true, description: 'Secrets show as `<secret>`.' })
  value!: object;
}
