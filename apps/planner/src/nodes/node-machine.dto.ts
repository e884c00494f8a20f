import { type NodeFacts } from '@muster/model';
import { HOST_KEY_PATTERN } from '@muster/model/schema';
import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsBoolean, IsOptional, IsString, Matches, MaxLength } from 'class-validator';
import { ProblemDto } from '../http/api-errors';

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
