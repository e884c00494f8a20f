import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { IsInt, IsOptional, IsString, MaxLength, Min } from 'class-validator';
import { ANY_VALUE } from './any-value';

/** `?node=&revision=` */
export class EffectiveQuery {
  @ApiPropertyOptional({ description: 'As this node sees it; absent: as all nodes do.' })
  @IsOptional()
  @IsString()
  @MaxLength(200)
  node?: string;

  @ApiPropertyOptional({ type: 'integer', minimum: 1, description: 'Of this revision; absent: the newest.' })
  @IsOptional()
  @Type(() => Number)
  @IsInt()
  @Min(1)
  revision?: number;
}

class SettingOriginDto {
  @ApiProperty({ enum: ['default', 'option', 'preset', 'cluster', 'node'] })
  from!: string;

  @ApiProperty({
    description: 'The bundle whose schema has the default, or the name of the option, preset, cluster or node.',
  })
  by!: string;
}

class InheritedValueDto {
  @ApiProperty({ ...ANY_VALUE, description: 'Secrets show as `<secret>`.' })
  value!: unknown;

  @ApiProperty({ type: SettingOriginDto })
  origin!: SettingOriginDto;
}

export class EffectiveValueDto {
  @ApiProperty({ type: [String], description: 'Keys from the root of the settings.' })
  path!: string[];

  @ApiProperty({ ...ANY_VALUE, description: 'Secrets show as `<secret>`, blank ones as `<to be filled>`.' })
  value!: unknown;

  @ApiProperty({ type: SettingOriginDto })
  origin!: SettingOriginDto;

  @ApiProperty({
    type: InheritedValueDto,
    nullable: true,
    description: 'What it would be if its origin did not say it.',
  })
  inherits!: InheritedValueDto | null;

  @ApiProperty()
  secret!: boolean;

  @ApiProperty()
  blank!: boolean;

  @ApiProperty()
  deprecated!: boolean;

  @ApiProperty()
  fixed!: boolean;

  @ApiProperty()
  generated!: boolean;

  @ApiProperty({ description: 'True: neither the release nor a plugin declares it.' })
  unused!: boolean;
}

export class EffectiveSettingsDto {
  @ApiProperty()
  cluster!: string;

  @ApiProperty({ type: 'integer' })
  revision!: number;

  @ApiProperty({ type: String, nullable: true })
  node!: string | null;

  @ApiProperty({ type: [EffectiveValueDto] })
  values!: EffectiveValueDto[];
}
