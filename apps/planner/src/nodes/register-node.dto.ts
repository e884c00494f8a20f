import { type Become, NAME_PATTERN } from '@muster/model';
import { HOST_KEY_PATTERN, isNodeAddress, isStateFolder, LOGIN_PATTERN } from '@muster/model/schema';
import { ApiExtraModels, ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Type } from 'class-transformer';
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
  ValidateNested,
} from 'class-validator';
import { Satisfies } from '../http/satisfies';
import { NodeDto } from './node.dto';

const NODES_MAX = 1000;
const LABELS_MAX = 64;
const IDENTITY_CHARS_MAX = 100_000;

export class RegisterNodeDto {
  @ApiProperty({ example: 'n11' })
  @Matches(NAME_PATTERN)
  name!: string;

  @ApiProperty({ description: 'Host name or IP address.', example: '192.0.2.11' })
  @Satisfies(isNodeAddress, 'must be a host name or an IP address')
  address!: string;

  @ApiPropertyOptional({ type: 'integer', minimum: 1, maximum: 65_535, default: 22 })
  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(65_535)
  port?: number;

  @ApiPropertyOptional({ default: 'root' })
  @IsOptional()
  @IsString()
  @Matches(LOGIN_PATTERN)
  user?: string;

  @ApiPropertyOptional({ enum: ['none', 'sudo'], default: 'none' })
  @IsOptional()
  @IsIn(['none', 'sudo'])
  become?: Become;

  @ApiPropertyOptional({
    description: 'Fingerprint, `SHA256:...`. Without one the key seen is refused, unless `acceptHostKeys`.',
  })
  @IsOptional()
  @Matches(HOST_KEY_PATTERN)
  hostKey?: string;

  @ApiPropertyOptional({ description: 'Private key; kept encrypted, never shown again.' })
  @IsOptional()
  @IsString()
  @MaxLength(IDENTITY_CHARS_MAX)
  identity?: string;

  @ApiPropertyOptional()
  @IsOptional()
  @Satisfies(isStateFolder, 'must be an absolute path without `..`')
  stateDir?: string;

  @ApiPropertyOptional({
    type: String,
    nullable: true,
    description: 'Name of the node that it is reached through; null: through none.',
  })
  @IsOptional()
  @Matches(NAME_PATTERN)
  jump?: string | null;

  @ApiPropertyOptional({ type: [String], description: 'Words to find it by; planning does not read them.' })
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(LABELS_MAX)
  @Matches(NAME_PATTERN, { each: true })
  labels?: string[];
}

export class RegisterOneNodeDto extends RegisterNodeDto {
  @ApiPropertyOptional({
    default: false,
    example: true,
    description: 'Accept the host key that the machine shows now.',
  })
  @IsOptional()
  @IsBoolean()
  acceptHostKeys?: boolean;
}

export class RegisterNodesDto {
  @ApiProperty({ type: [RegisterNodeDto] })
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(NODES_MAX)
  @ValidateNested({ each: true })
  @Type(() => RegisterNodeDto)
  nodes!: RegisterNodeDto[];

  @ApiPropertyOptional({
    default: false,
    example: true,
    description: 'Accept the host keys that the machines show now.',
  })
  @IsOptional()
  @IsBoolean()
  acceptHostKeys?: boolean;
}

class HostKeyDto {
  @ApiProperty()
  node!: string;

  @ApiProperty()
  hostKey!: string;
}

class NodeChangeDto {
  @ApiProperty()
  node!: string;

  @ApiProperty({ description: 'It was not known before.' })
  created!: boolean;

  @ApiProperty({ type: [String], description: 'Fields that are other than before; empty: nothing.' })
  changed!: string[];
}

@ApiExtraModels(HostKeyDto)
export class RegisteredNodesDto {
  @ApiProperty({ type: [NodeDto] })
  nodes!: NodeDto[];

  @ApiProperty({ type: [NodeChangeDto], description: 'What became of each, in the order of the request.' })
  changes!: NodeChangeDto[];

  @ApiProperty({ type: [HostKeyDto] })
  acceptedHostKeys!: HostKeyDto[];
}
