import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsBoolean, IsOptional, IsString, MaxLength } from 'class-validator';
import { AppliedClusterDto } from './cluster.dto';

export class SetOptionDto {
  @ApiProperty({ example: true })
  @IsBoolean()
  enabled!: boolean;

  @ApiPropertyOptional({ default: false, description: 'Switch off what excludes it.' })
  @IsOptional()
  @IsBoolean()
  replace?: boolean;

  @ApiPropertyOptional({ type: String, description: 'Kept with the revision.' })
  @IsOptional()
  @IsString()
  @MaxLength(1000)
  reason?: string | null;
}

export class SwitchedOptionDto extends AppliedClusterDto {
  @ApiProperty({ type: [String], description: 'Options of its group that are off now, since it is on.' })
  switchedOff!: string[];
}

class ClusterOptionDto {
  @ApiProperty()
  name!: string;

  @ApiProperty()
  group!: string;

  @ApiProperty({ description: 'At most one option of the group is on.' })
  exclusive!: boolean;

  @ApiProperty({ type: String, nullable: true })
  title!: string | null;

  @ApiProperty({ type: String, nullable: true })
  description!: string | null;

  @ApiProperty({ type: [String], description: 'Options that have to be on, too.' })
  requires!: string[];

  @ApiProperty({ description: 'On, unless the cluster says otherwise.' })
  default!: boolean;

  @ApiProperty({ type: 'object', additionalProperties: true, description: 'Settings that hold while it is on.' })
  settings!: object;

  @ApiProperty()
  declaredBy!: string;

  @ApiProperty()
  enabled!: boolean;
}

export class ClusterOptionsDto {
  @ApiProperty()
  cluster!: string;

  @ApiProperty({ type: 'integer' })
  revision!: number;

  @ApiProperty({ description: 'Of the revision, for `If-Match`.' })
  etag!: string;

  @ApiProperty({ type: [ClusterOptionDto] })
  items!: ClusterOptionDto[];
}
