import { ApiProperty } from '@nestjs/swagger';
import { IsInt, Max, Min } from 'class-validator';

export const POOL_SLOTS_MAX = 1_000_000;

export class SetPoolDto {
  @ApiProperty({
    type: 'integer',
    minimum: 1,
    maximum: POOL_SLOTS_MAX,
    description: 'Tasks at once, in all clusters together.',
    example: 4,
  })
  @IsInt()
  @Min(1)
  @Max(POOL_SLOTS_MAX)
  slots!: number;
}

export class PoolShareDto {
  @ApiProperty({ format: 'uuid' })
  transaction!: string;

  @ApiProperty()
  cluster!: string;

  @ApiProperty({ type: 'integer', minimum: 1 })
  slots!: number;

  @ApiProperty({ format: 'date-time', description: 'Since when it holds the oldest of them, or waits.' })
  since!: string;
}

export class PoolDto {
  @ApiProperty()
  name!: string;

  @ApiProperty({ type: 'integer' })
  slots!: number;

  @ApiProperty({ type: [PoolShareDto], description: 'In the order in which they asked.' })
  holders!: PoolShareDto[];

  @ApiProperty({ type: [PoolShareDto], description: 'In the order in which they are served.' })
  waiting!: PoolShareDto[];

  @ApiProperty({ description: 'Changes with its size, and not with who holds it.', example: '1' })
  etag!: string;
}

export class PoolListDto {
  @ApiProperty({ type: [PoolDto], description: 'By name.' })
  items!: PoolDto[];
}
