import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { NAME_PATTERN } from '@muster/model';
import { IsInt, IsOptional, IsString, Matches, MaxLength, Min } from 'class-validator';

export class SavePresetDto {
  @ApiProperty({ example: 'small-web' })
  @Matches(NAME_PATTERN)
  name!: string;

  @ApiProperty({ example: 'c1', description: 'The cluster that it is saved from.' })
  @Matches(NAME_PATTERN)
  cluster!: string;

  @ApiPropertyOptional({ type: 'integer', minimum: 1, description: 'Of this revision; absent: the newest.' })
  @IsOptional()
  @IsInt()
  @Min(1)
  revision?: number;

  @ApiPropertyOptional()
  @IsOptional()
  @IsString()
  @MaxLength(300)
  title?: string;
}

export class PresetSummaryDto {
  @ApiProperty()
  name!: string;

  @ApiProperty({ type: String, nullable: true })
  title!: string | null;

  @ApiProperty({ type: String, nullable: true })
  release!: string | null;

  @ApiProperty({ description: '`CLUSTER@REVISION`.' })
  savedFrom!: string;

  @ApiProperty()
  who!: string;

  @ApiProperty({ format: 'date-time' })
  createdAt!: string;
}

export class PresetDto extends PresetSummaryDto {
  @ApiProperty({ type: 'object', additionalProperties: true, description: 'Secrets show as `<to be filled>`.' })
  content!: object;
}

export class PresetPageDto {
  @ApiProperty({ type: [PresetSummaryDto] })
  items!: PresetSummaryDto[];

  @ApiProperty({ type: String, nullable: true })
  next!: string | null;
}
