import { NAME_PATTERN } from '@muster/model';
import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import {
  ArrayMaxSize,
  ArrayMinSize,
  IsArray,
  IsOptional,
  IsString,
  Matches,
  MaxLength,
  Validate,
  ValidateIf,
  ValidatorConstraint,
  type ValidatorConstraintInterface,
} from 'class-validator';
import { parseRule, RULE_NAMES } from './profile-rules';

const RULES_MAX = 32;

@ValidatorConstraint({ name: 'rule' })
class IsRule implements ValidatorConstraintInterface {
  validate(value: unknown): boolean {
    return typeof value === 'string' && parseRule(value) !== null;
  }

  defaultMessage(): string {
    return `each of $property must be like cpus>=4, arch=x86_64 or label=rack-1; names are ${RULE_NAMES.join(', ')}`;
  }
}

export class WriteProfileDto {
  @ApiProperty({
    type: [String],
    description: 'All of them hold for a machine that fits.',
    example: ['cpus>=4', 'memoryMiB>=8000'],
  })
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(RULES_MAX)
  @Validate(IsRule, { each: true })
  rules!: string[];

  @ApiPropertyOptional()
  @IsOptional()
  @IsString()
  @MaxLength(500)
  description?: string;
}

export class ProfileDto {
  @ApiProperty()
  name!: string;

  @ApiProperty({ type: [String] })
  rules!: string[];

  @ApiProperty({ type: String, nullable: true })
  description!: string | null;

  @ApiProperty({ format: 'date-time' })
  changedAt!: string;

  @ApiProperty({ description: 'For `If-Match`.' })
  etag!: string;
}

export class ProfilePageDto {
  @ApiProperty({ type: [ProfileDto] })
  items!: ProfileDto[];

  @ApiProperty({ type: String, nullable: true })
  next!: string | null;
}

class MatchedNodeDto {
  @ApiProperty()
  node!: string;

  @ApiProperty({ description: 'It is in a cluster.' })
  cluster!: boolean;

  @ApiProperty({ type: [String], description: 'What is against it; empty: it fits.' })
  misfits!: string[];
}

export class ProfileMatchDto {
  @ApiProperty({ type: [MatchedNodeDto] })
  nodes!: MatchedNodeDto[];
}

export class AssignedProfileDto {
  @ApiProperty({ type: [String], description: 'Nodes that were given the profile now.' })
  assigned!: string[];
}

export class GiveProfileDto {
  @ApiProperty({ type: String, nullable: true, description: 'null: none.', example: 'storage' })
  @ValidateIf(({ profile }: GiveProfileDto) => profile !== null)
  @Matches(NAME_PATTERN)
  profile!: string | null;
}

class MisfitDto {
  @ApiProperty()
  node!: string;

  @ApiProperty({ type: [String] })
  why!: string[];
}

class RoleNeedDto {
  @ApiProperty()
  role!: string;

  @ApiProperty({ type: String, nullable: true, description: 'null: any machine does.' })
  profile!: string | null;

  @ApiProperty({ type: 'integer', nullable: true, description: 'null: as many as it is given.' })
  needed!: number | null;

  @ApiProperty({ type: 'integer' })
  assigned!: number;

  @ApiProperty({ type: 'integer', description: 'Of those assigned, how many fit.' })
  has!: number;

  @ApiProperty({ type: 'integer' })
  missing!: number;

  @ApiProperty({ type: [MisfitDto] })
  misfits!: MisfitDto[];

  @ApiProperty({ type: [String], description: 'Nodes in no cluster that fit; at most 100.' })
  candidates!: string[];
}

export class ClusterMatchDto {
  @ApiProperty({ description: 'Nothing is missing.' })
  matches!: boolean;

  @ApiProperty({ type: [RoleNeedDto] })
  roles!: RoleNeedDto[];
}
