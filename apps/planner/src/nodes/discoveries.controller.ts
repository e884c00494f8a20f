import { Body, Controller, HttpCode, Inject, Post } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiProperty, ApiPropertyOptional, ApiTags } from '@nestjs/swagger';
import type { Bus } from '@muster/messaging';
import { NAME_PATTERN } from '@muster/model';
import { problem, ProblemsError } from '@muster/problems';
import { IsBoolean, IsInt, IsOptional, IsString, Matches, Max, MaxLength, Min } from 'class-validator';
import { DataSource } from 'typeorm';
import { ApiIdempotent, ApiRefusals } from '../http/api-errors';
import { Project } from '../http/principal';
import { Needs } from '../http/route-access';
import { BUS } from '../planner-ports';
import { readRange } from './address-range';
import { discover } from './discover';

class DiscoverDto {
  @ApiProperty({ description: 'IPv4 addresses, at most 1024.', example: '10.0.0.0/24' })
  @IsString()
  @MaxLength(64)
  range!: string;

  @ApiPropertyOptional({ type: 'integer', minimum: 1, maximum: 65_535, default: 22 })
  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(65_535)
  port?: number;

  @ApiPropertyOptional({ default: false, description: 'Addresses may be public ones: they are yours to look at.' })
  @IsOptional()
  @IsBoolean()
  allowPublic?: boolean;

  @ApiPropertyOptional({
    description: 'Name of the node that they are looked at through, as others behind it are reached.',
  })
  @IsOptional()
  @Matches(NAME_PATTERN)
  jump?: string;
}

class FoundMachineDto {
  @ApiProperty()
  address!: string;

  @ApiProperty({ type: 'integer' })
  port!: number;

  @ApiProperty({ description: 'Fingerprint that it shows; nobody has compared it with the machine.' })
  hostKey!: string;

  @ApiProperty({ type: String, nullable: true, description: 'What its SSH server says of itself.' })
  greeting!: string | null;

  @ApiProperty({
    type: String,
    nullable: true,
    description: 'The node that has this host key, or else this address and port; null: unknown.',
  })
  node!: string | null;
}

class DiscoveredDto {
  @ApiProperty({ type: 'integer', description: 'Addresses that were looked at.' })
  looked!: number;

  @ApiProperty({ type: [FoundMachineDto] })
  machines!: FoundMachineDto[];
}

/** Which machines there are; none is logged in to, and none is kept: what is wanted of them is registered like any other node. */
@ApiTags('nodes')
@Controller('api/v1/discoveries')
export class DiscoveriesController {
  constructor(
    private readonly database: DataSource,
    @Inject(BUS) private readonly bus: Bus,
  ) {}

  @Post()
  @Needs('operator')
  @HttpCode(200)
  @ApiOperation({ operationId: 'discoverMachines', summary: 'Which SSH servers there are in a range of addresses' })
  @ApiIdempotent()
  @ApiOkResponse({ type: DiscoveredDto })
  @ApiRefusals(400, 404, 422, 503)
  async discover(
    @Project() project: string,
    @Body() { range, port, allowPublic, jump }: DiscoverDto,
  ): Promise<unknown> {
    const read = readRange(range, allowPublic ?? false);
    if (!read.ok)
      throw new ProblemsError([
        problem('API_INVALID', { subject: 'field range', summary: read.fault, place: { path: 'range' } }),
      ]);
    const parts = { on: this.database.manager, bus: this.bus };
    return {
      looked: read.addresses.length,
      machines: await discover(parts, project, read.addresses, port ?? 22, jump ?? null),
    };
  }
}
