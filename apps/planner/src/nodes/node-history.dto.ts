import { ApiProperty } from '@nestjs/swagger';
import { NODE_STATES, type NodeState } from './node-states';

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
