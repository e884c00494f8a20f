import { type Become, NAME_PATTERN, type NodeFacts } from '@muster/model';
import { HOST_KEY_PATTERN, isNodeAddress, isStateFolder, LOGIN_PATTERN } from '@muster/model/schema';
import { ApiExtraModels, ApiProperty, ApiPropertyOptional, OmitType } from '@nestjs/swagger';
import { Transform, Type } from 'class-transformer';
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
import { ProblemDto } from '../http/api-errors';
import { PageQuery } from '../http/paging';
import { Satisfies } from '../http/satisfies';
import { NODE_STATES, type NodeState } from './node-states';

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

  @ApiProperty({ enum: NODE_STATES, description: 'See docs/reference/nodes.md.' })
  state!: NodeState;

  @ApiProperty({ format: 'date-time' })
  stateSince!: string;

  @ApiProperty({
    type: Boolean,
    nullable: true,
    description: 'Whether it answered last time; null: nobody has looked.',
  })
  online!: boolean | null;

  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  lastSeenAt!: string | null;

  @ApiProperty({ type: [String] })
  labels!: string[];

  @ApiProperty({ type: String, nullable: true, description: 'Given by hand or by match.' })
  profile!: string | null;

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

  @ApiProperty({
    type: 'object',
    additionalProperties: true,
    nullable: true,
    description: 'What the machine said of itself when it was inspected; null: never.',
  })
  facts!: NodeFacts | null;

  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  factsAt!: string | null;

  @ApiProperty({ format: 'date-time' })
  registeredAt!: string;
}

export class NodeQueryDto extends PageQuery {
  @ApiPropertyOptional({ type: String, description: 'States, separated by commas.', example: 'ready,error' })
  @IsOptional()
  @Transform(({ value }: { value: unknown }) => (typeof value === 'string' ? value.split(',') : value))
  @IsIn(NODE_STATES, { each: true })
  state?: NodeState[];

  @ApiPropertyOptional()
  @IsOptional()
  @Matches(NAME_PATTERN)
  role?: string;

  @ApiPropertyOptional({ description: 'A tag that is written for the node, or else a role of that name.' })
  @IsOptional()
  @Matches(NAME_PATTERN)
  tag?: string;

  @ApiPropertyOptional()
  @IsOptional()
  @Matches(NAME_PATTERN)
  label?: string;

  @ApiPropertyOptional({ description: 'Name of a cluster; empty: in none.' })
  @IsOptional()
  @Satisfies((text) => text === '' || NAME_PATTERN.test(text), 'must be a name, or empty')
  cluster?: string;

  @ApiPropertyOptional({ type: Boolean })
  @IsOptional()
  @Transform(({ value }: { value: unknown }) => (value === 'true' ? true : value === 'false' ? false : value))
  @IsBoolean()
  online?: boolean;

  @ApiPropertyOptional({ description: 'A part of name, address or host name, whatever the case.' })
  @IsOptional()
  @IsString()
  @MaxLength(255)
  text?: string;
}

class ListedNodeDto extends OmitType(NodeDto, ['facts'] as const) {}

export class NodePageDto {
  @ApiProperty({ type: [ListedNodeDto] })
  items!: ListedNodeDto[];

  @ApiProperty({ type: String, nullable: true })
  next!: string | null;
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

class NodeHistoryDto {
  @ApiProperty({ format: 'date-time' })
  at!: string;

  @ApiProperty({ description: 'As `state` or `host-key`; pass over kinds that are not known.' })
  kind!: string;

  @ApiProperty({ enum: NODE_STATES, nullable: true })
  from!: NodeState | null;

  @ApiProperty({ enum: NODE_STATES, nullable: true })
  to!: NodeState | null;

  @ApiProperty({ type: String, nullable: true, description: 'null: the planner itself.' })
  who!: string | null;

  @ApiProperty({ type: String, format: 'uuid', nullable: true })
  transaction!: string | null;

  @ApiProperty({ type: 'object', additionalProperties: true })
  data!: object;
}

export class NodeHistoryPageDto {
  @ApiProperty({ type: [NodeHistoryDto] })
  items!: NodeHistoryDto[];

  @ApiProperty({ type: String, nullable: true })
  next!: string | null;
}

export class MoveNodeDto {
  @ApiPropertyOptional({ description: 'For the record.', example: 'the disk was replaced' })
  @IsOptional()
  @IsString()
  @MaxLength(2000)
  reason?: string;
}

export class InspectedNodeDto {
  @ApiProperty()
  node!: string;

  @ApiProperty({
    type: String,
    nullable: true,
    description:
      'That the machine shows now; null: it is reached through another node, so nobody can look without logging in.',
  })
  hostKey!: string | null;

  @ApiProperty({ type: String, nullable: true })
  accepted!: string | null;

  @ApiProperty({ type: Boolean, nullable: true, description: 'It is the accepted one.' })
  matches!: boolean | null;

  @ApiProperty({
    type: 'object',
    additionalProperties: true,
    nullable: true,
    description: 'What the machine says of itself; null where it could not be asked.',
  })
  facts!: NodeFacts | null;

  @ApiProperty({ type: [ProblemDto], description: 'Why it could not be asked.' })
  problems!: ProblemDto[];
}

export class AcceptHostKeyDto {
  @ApiProperty({
    description: 'Fingerprint, as `ssh-keygen -lf` prints it.',
    example: 'SHA256:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU',
  })
  @Matches(HOST_KEY_PATTERN)
  hostKey!: string;

  @ApiPropertyOptional({ default: false, description: 'It may replace another one that is accepted.' })
  @IsOptional()
  @IsBoolean()
  replace?: boolean;

  @ApiPropertyOptional({ description: 'For the record.' })
  @IsOptional()
  @IsString()
  @MaxLength(2000)
  reason?: string;
}

export class AdoptedNodeDto {
  @ApiProperty()
  node!: string;

  @ApiProperty()
  adopted!: boolean;
}
