import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { NAME_PATTERN } from '@muster/model';
import { problem, ProblemsError } from '@muster/problems';
import { IsInt, IsObject, IsOptional, IsString, Matches, MaxLength, Min } from 'class-validator';
import { AppliedClusterDto } from './cluster.dto';
import type { MadeCluster, NewClusterWish } from './new-cluster';

export class MakeClusterDto {
  @ApiProperty({ example: 'copy', description: 'Name of the new cluster.' })
  @Matches(NAME_PATTERN)
  name!: string;

  @ApiPropertyOptional({
    type: 'object',
    additionalProperties: { type: 'string', nullable: true },
    description: 'New name of each node, null to leave it out. Those that are not named are called `NAME-NODE`.',
  })
  @IsOptional()
  @IsObject()
  nodes?: Record<string, string | null>;

  @ApiPropertyOptional({ description: 'Label of the new cluster; absent: the same.' })
  @IsOptional()
  @IsString()
  @MaxLength(128)
  environment?: string;

  @ApiPropertyOptional({ description: 'Kept with the revision.' })
  @IsOptional()
  @IsString()
  @MaxLength(1000)
  reason?: string;
}

export class CloneClusterDto extends MakeClusterDto {
  @ApiPropertyOptional({ type: 'integer', minimum: 1, description: 'Of this revision; absent: the newest.' })
  @IsOptional()
  @IsInt()
  @Min(1)
  revision?: number;
}

export class BlankDto {
  @ApiProperty({ type: [String], description: 'Keys from the root of the cluster file.' })
  path!: string[];

  @ApiProperty({ enum: ['secret', 'address', 'hostKey', 'identity'] })
  kind!: string;
}

export class BlanksDto {
  @ApiProperty()
  cluster!: string;

  @ApiProperty({ type: 'integer' })
  revision!: number;

  @ApiProperty({ type: [BlankDto] })
  toBeFilled!: BlankDto[];
}

export class MadeClusterDto extends AppliedClusterDto {
  @ApiProperty({ type: [BlankDto], description: 'What is to be given before it can be deployed.' })
  toBeFilled!: BlankDto[];

  @ApiProperty({
    type: 'array',
    items: { type: 'array', items: { type: 'string' } },
    description: 'Paths of the settings that were generated for it.',
  })
  generated!: string[][];
}

/** Throws `API_INVALID` for what is no name of a node. */
export function wishOf({ name, nodes = {}, environment }: MakeClusterDto): NewClusterWish {
  const wrong = Object.entries(nodes).filter(
    ([, to]) => to !== null && (typeof to !== 'string' || !NAME_PATTERN.test(to)),
  );
  if (wrong.length > 0) {
    throw new ProblemsError(
      wrong.map(([from]) =>
        problem('API_INVALID', {
          subject: `node ${from.slice(0, 200)}`,
          summary: 'Its new name must be a name, or null.',
          place: { path: `nodes.${from.slice(0, 200)}` },
        }),
      ),
    );
  }
  return { name, nodes, environment: environment ?? null };
}

export function madeView(made: MadeCluster): MadeClusterDto {
  return {
    ...made,
    acceptedHostKeys: [...made.acceptedHostKeys],
    problems: [...made.problems],
    toBeFilled: made.toBeFilled.map(({ path, kind }) => ({ path: [...path], kind })),
    generated: made.generated.map((path) => [...path]),
  };
}
