import { NAME_PATTERN, type NodeFacts } from '@muster/model';
import { ApiProperty, ApiPropertyOptional, OmitType } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsBoolean, IsIn, IsOptional, IsString, Matches, MaxLength } from 'class-validator';
import { PageQuery } from '../http/paging';
import { Satisfies } from '../http/satisfies';
import { NODE_STATES, type NodeState } from './node-states';

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

  @ApiProperty({ type: Boolean, description: "It has a driver of its own; else it has its cluster's." })
  hasDriver!: boolean;

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

  @ApiProperty({
    description: 'For `If-Match`. Changes with what people write and with its state; not with what is seen of it.',
  })
  etag!: string;
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

export class MoveNodeDto {
  @ApiPropertyOptional({ description: 'For the record.', example: 'the disk was replaced' })
  @IsOptional()
  @IsString()
  @MaxLength(2000)
  reason?: string;
}
