import { ApiProperty } from '@nestjs/swagger';
import { ProblemDto } from '../http/api-errors';

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
}

export class BundleDto extends BundleSummaryDto {
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
