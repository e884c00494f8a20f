import { type Become, NAME_PATTERN } from '@muster/model';
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

const NODES_MAX = 1000;
export const HOST_KEY_PATTERN = /^SHA256:[A-Za-z0-9+/]{43}=?$/;
const IDENTITY_CHARS_MAX = 100_000;

export class RegisterNodeDto {
  @ApiProperty()
  @Matches(NAME_PATTERN)
  name!: string;

  @ApiProperty()
  @IsString()
  @MaxLength(255)
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
  @Matches(/^[A-Za-z0-9_][A-Za-z0-9_.-]{0,63}$/)
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
  @Matches(/^\/[^\0]{0,499}$/)
  stateDir?: string;

  @ApiPropertyOptional({ description: 'Name of the node that it is reached through.' })
  @IsOptional()
  @Matches(NAME_PATTERN)
  jump?: string;
}

export class RegisterOneNodeDto extends RegisterNodeDto {
  @ApiPropertyOptional({ default: false, description: 'Accept the host key that the machine shows now.' })
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

  @ApiPropertyOptional({ default: false, description: 'Accept the host keys that the machines show now.' })
  @IsOptional()
  @IsBoolean()
  acceptHostKeys?: boolean;
}

export class NodeDto {
  @ApiProperty()
  name!: string;

  @ApiProperty({ type: String, nullable: true })
  address!: string | null;

  @ApiProperty({ type: 'integer' })
  port!: number;

  @ApiProperty()
  user!: string;

  @ApiProperty({ enum: ['none', 'sudo'] })
  become!: string;

  @ApiProperty({ type: String, nullable: true })
  jump!: string | null;

  @ApiProperty({ type: String, nullable: true })
  stateDir!: string | null;

  @ApiProperty({ type: String, nullable: true, description: 'Accepted fingerprint.' })
  hostKey!: string | null;

  @ApiProperty({ description: 'A private key for the login is known.' })
  hasIdentity!: boolean;

  @ApiProperty({ type: String, nullable: true })
  cluster!: string | null;

  @ApiProperty({ enum: ['free', 'assigned'], description: 'In no cluster, or in one.' })
  state!: 'free' | 'assigned';

  @ApiProperty({ type: [String] })
  roles!: string[];

  @ApiProperty({ type: [String], nullable: true, description: 'null: derived from the roles.' })
  tags!: string[] | null;

  @ApiProperty({
    type: 'object',
    additionalProperties: true,
    description: 'What graphs wrote when they ended (`node_attributes` in graph.yaml).',
  })
  attributes!: object;

  @ApiProperty({ format: 'date-time' })
  registeredAt!: string;
}

export class NodePageDto {
  @ApiProperty({ type: [NodeDto] })
  items!: NodeDto[];

  @ApiProperty({ type: String, nullable: true })
  next!: string | null;
}

class HostKeyDto {
  @ApiProperty()
  node!: string;

  @ApiProperty()
  hostKey!: string;
}

@ApiExtraModels(HostKeyDto)
export class RegisteredNodesDto {
  @ApiProperty({ type: [NodeDto] })
  nodes!: NodeDto[];

  @ApiProperty({ type: [HostKeyDto] })
  acceptedHostKeys!: HostKeyDto[];
}

export class InspectedNodeDto {
  @ApiProperty()
  node!: string;

  @ApiProperty({ description: 'That the machine shows now.' })
  hostKey!: string;

  @ApiProperty({ type: String, nullable: true })
  accepted!: string | null;

  @ApiProperty({ description: 'It is the accepted one.' })
  matches!: boolean;
}

export class AdoptedNodeDto {
  @ApiProperty()
  node!: string;

  @ApiProperty()
  adopted!: boolean;
}
