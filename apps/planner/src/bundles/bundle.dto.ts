import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsBoolean, IsOptional, IsString, MaxLength } from 'class-validator';
import { ProblemDto } from '../http/api-errors';
import { PageQuery } from '../http/paging';

/** What of the published bundles is listed. */
export class BundleQuery extends PageQuery {
  @ApiPropertyOptional({ description: 'Versions of this one alone.', example: 'pg-ha' })
  @IsOptional()
  @IsString()
  @MaxLength(128)
  name?: string;

  @ApiPropertyOptional({ description: 'Part of the name or title, whatever the case.' })
  @IsOptional()
  @IsString()
  @MaxLength(200)
  search?: string;

  @ApiPropertyOptional({ type: 'boolean', description: 'True: retired ones alone; false: without them; absent: both.' })
  @IsOptional()
  @Transform(({ value }: { value: unknown }) => (value === 'true' ? true : value === 'false' ? false : value))
  @IsBoolean()
  retired?: boolean;

  @ApiPropertyOptional({ description: 'Plugins alone: those that fit this release.', example: 'pg-ha@1.0.0' })
  @IsOptional()
  @IsString()
  @MaxLength(300)
  fits?: string;
}

export class RetireBundleDto {
  @ApiPropertyOptional({ description: 'Why, for whoever sees the warning.', example: 'loses data on upgrade' })
  @IsOptional()
  @IsString()
  @MaxLength(1000)
  why?: string;
}

export class PublishedBundleDto {
  @ApiProperty()
  name!: string;

  @ApiProperty()
  version!: string;

  @ApiProperty({ description: 'Over everything in it.' })
  digest!: string;

  @ApiProperty({ type: [ProblemDto], description: 'Warnings.' })
  problems!: ProblemDto[];
}

export class BundleSummaryDto {
  @ApiProperty()
  name!: string;

  @ApiProperty()
  version!: string;

  @ApiProperty({ type: String, nullable: true })
  title!: string | null;

  @ApiProperty()
  digest!: string;

  @ApiProperty({ format: 'date-time' })
  publishedAt!: string;

  @ApiProperty()
  publishedBy!: string;

  @ApiProperty({
    type: String,
    format: 'date-time',
    nullable: true,
    description: 'Since when it is not offered for new clusters; null: it is.',
  })
  retiredAt!: string | null;
}

export class BundleArchiveDto {
  @ApiProperty({ description: 'SHA-256 of the archive.' })
  digest!: string;

  @ApiProperty({ type: 'integer', description: 'Bytes.' })
  size!: number;
}

export class BundleUserDto {
  @ApiProperty()
  cluster!: string;

  @ApiProperty({
    type: 'integer',
    isArray: true,
    description: 'The newest one, the live one and those of running transactions, as far as they name it.',
  })
  revisions!: number[];
}

export class BundleDto extends BundleSummaryDto {
  @ApiProperty({ type: String, nullable: true })
  retiredBy!: string | null;

  @ApiProperty({ type: String, nullable: true })
  retiredWhy!: string | null;

  @ApiProperty({ type: BundleArchiveDto, nullable: true, description: 'Null: it was not kept.' })
  archive!: BundleArchiveDto | null;

  @ApiProperty({ type: [BundleUserDto], description: 'Who uses it, so that it cannot be deleted.' })
  clusters!: BundleUserDto[];

  @ApiProperty({
    type: 'object',
    additionalProperties: true,
    description: 'Roles, tags, settings schema, graphs and files, as parsed.',
  })
  content!: object;
}

export class BundlePageDto {
  @ApiProperty({ type: [BundleSummaryDto] })
  items!: BundleSummaryDto[];

  @ApiProperty({ type: String, nullable: true })
  next!: string | null;
}

export class BundleFindingsDto {
  @ApiProperty({ type: [ProblemDto], description: 'Warnings and advice.' })
  problems!: ProblemDto[];
}
