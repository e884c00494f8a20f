import { NAME_PATTERN } from '@muster/model';
import { ApiPropertyOptional } from '@nestjs/swagger';
import {
  ArrayMaxSize,
  ArrayMinSize,
  IsArray,
  IsBoolean,
  IsOptional,
  IsString,
  Matches,
  MaxLength,
} from 'class-validator';

/** Bounds of lists in requests: more than the largest cluster and graph. */
export const NODES_MAX = 10_000;
export const TASKS_MAX = 100_000;
const GRAPHS_MAX = 20;
const SUBGRAPHS_MAX = 1000;
export const ADDRESS_CHARS_MAX = 300;
const SUBGRAPH_CHARS_MAX = 10_000;

/** Which graphs, and which part of them: the same for a plan and for a deployment. */
export class SelectionDto {
  @ApiPropertyOptional({
    type: [String],
    description: 'Graph types, carried out in this order. Default: `default`, or that of the approved plan.',
    example: ['default'],
  })
  @IsOptional()
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(GRAPHS_MAX)
  @Matches(NAME_PATTERN, { each: true })
  graphs?: string[];

  @ApiPropertyOptional({ description: 'Name of a sequence of the release or a plugin, instead of graphs.' })
  @IsOptional()
  @IsString()
  @MaxLength(ADDRESS_CHARS_MAX)
  sequence?: string;

  @ApiPropertyOptional({ type: [String], description: 'Only tasks on these nodes.' })
  @IsOptional()
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(NODES_MAX)
  @Matches(NAME_PATTERN, { each: true })
  nodes?: string[];

  @ApiPropertyOptional({ type: [String], description: 'Only these task definitions or tasks: `x`, `y@node`.' })
  @IsOptional()
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(TASKS_MAX)
  @IsString({ each: true })
  @MaxLength(ADDRESS_CHARS_MAX, { each: true })
  tasks?: string[];

  @ApiPropertyOptional({
    type: [String],
    description: 'Only what lies between: `START[/nodes]:END[/nodes]`; several add up.',
  })
  @IsOptional()
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(SUBGRAPHS_MAX)
  @IsString({ each: true })
  @MaxLength(SUBGRAPH_CHARS_MAX, { each: true })
  subgraphs?: string[];

  @ApiPropertyOptional({ default: false, description: 'Also what the chosen tasks need, on other nodes too.' })
  @IsOptional()
  @IsBoolean()
  fetchDeps?: boolean;

  @ApiPropertyOptional({ default: false, description: 'Run everything, changed or not.' })
  @IsOptional()
  @IsBoolean()
  force?: boolean;
}
