import { DRIVER_ACTIONS, NAME_PATTERN, POWER_ACTIONS, type PowerAction } from '@muster/model';
import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsBoolean, IsIn, IsObject, IsOptional, IsString, Matches, MaxLength } from 'class-validator';

const COMMANDS = {
  'power-on': 'ipmitool -H "$(cat "$MUSTER_SETTINGS/bmc")" -U admin -f "$MUSTER_SETTINGS/password" chassis power on',
  'power-status':
    'ipmitool -H "$(cat "$MUSTER_SETTINGS/bmc")" -U admin -f "$MUSTER_SETTINGS/password" chassis power status',
};
const TEXTS = { type: 'object', additionalProperties: { type: 'string' } } as const;

export class WriteNodeDriverDto {
  @ApiProperty({
    enum: ['ssh-existing', 'commands'],
    example: 'commands',
    description: '`ssh-existing`: the machine is there already. `commands`: shell commands on the master node.',
  })
  @IsIn(['ssh-existing', 'commands'])
  type!: 'ssh-existing' | 'commands';

  @ApiPropertyOptional({
    ...TEXTS,
    example: COMMANDS,
    description: `Command of each action: ${DRIVER_ACTIONS.join(', ')}. Absent: those of the cluster's driver.`,
  })
  @IsOptional()
  @IsObject()
  commands?: object;

  @ApiPropertyOptional({
    ...TEXTS,
    example: { bmc: '192.0.2.201' },
    description: 'What the commands are to know of this machine; each is a file in `$MUSTER_SETTINGS`.',
  })
  @IsOptional()
  @IsObject()
  settings?: object;

  @ApiPropertyOptional({
    ...TEXTS,
    example: { password: 'a secret of the management board' },
    description: 'As `settings`; kept encrypted, never shown again. `<secret>` keeps the one that is there.',
  })
  @IsOptional()
  @IsObject()
  secrets?: object;
}

class ShownDriverDto {
  @ApiProperty({ enum: ['ssh-existing', 'commands'] })
  type!: string;

  @ApiPropertyOptional({ ...TEXTS, example: COMMANDS })
  commands?: object;

  @ApiPropertyOptional({ ...TEXTS, example: { bmc: '192.0.2.201' } })
  settings?: object;

  @ApiPropertyOptional({ ...TEXTS, example: { password: '<secret>' } })
  secrets?: object;
}

export class NodeDriverDto {
  @ApiProperty()
  node!: string;

  @ApiProperty({ type: ShownDriverDto, nullable: true, description: 'What the node has of its own; null: nothing.' })
  own!: ShownDriverDto | null;

  @ApiProperty({ type: ShownDriverDto, description: 'What is asked: its own over that of its cluster.' })
  effective!: ShownDriverDto;

  @ApiProperty({ enum: ['node', 'cluster', 'default'], description: 'Who has chosen its type.' })
  origin!: string;

  @ApiProperty({ enum: DRIVER_ACTIONS, isArray: true, description: 'What it can be asked for.' })
  actions!: string[];

  @ApiProperty({ description: 'Of the node, for `If-Match`.' })
  etag!: string;
}

export class PowerNodeDto {
  @ApiProperty({ enum: POWER_ACTIONS, example: 'status' })
  @IsIn(POWER_ACTIONS)
  action!: PowerAction;

  @ApiPropertyOptional({
    description: "Name of the node that the driver's commands run on; absent: the master node of its cluster.",
  })
  @IsOptional()
  @Matches(NAME_PATTERN)
  on?: string;

  @ApiPropertyOptional({ default: false, description: 'Also while a transaction uses the node.' })
  @IsOptional()
  @IsBoolean()
  force?: boolean;

  @ApiPropertyOptional({ description: 'For the record.' })
  @IsOptional()
  @IsString()
  @MaxLength(2000)
  reason?: string;
}

export class PoweredNodeDto {
  @ApiProperty()
  node!: string;

  @ApiProperty({ enum: POWER_ACTIONS })
  action!: string;

  @ApiProperty({ enum: ['on', 'off'], nullable: true, description: 'For `status`, if the driver says it; else null.' })
  power!: string | null;

  @ApiProperty({ description: 'What the driver printed; secrets are masked.' })
  output!: string;
}
