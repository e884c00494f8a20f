import { ApiProperty } from '@nestjs/swagger';

const RESULTS = [
  ...['waiting', 'running', 'passed', 'failed', 'warned'],
  ...['skipped', 'blocked', 'not-run', 'cancelled', 'lost'],
];

export class CheckedMemberDto {
  @ApiProperty({ description: 'A node, `sync` or `master`.' })
  node!: string;

  @ApiProperty({ description: 'Type of the graph that it is part of.' })
  graph!: string;

  @ApiProperty({
    enum: RESULTS,
    description: '`warned`: it failed, and is a warning. `skipped`, `blocked`, `not-run`: it was never tried.',
  })
  result!: string;

  @ApiProperty({ type: String, format: 'date-time', nullable: true, description: 'null: since the beginning.' })
  since!: string | null;

  @ApiProperty({ type: String, nullable: true, description: 'Why it is so, or what the task says of itself.' })
  text!: string | null;
}

export class CheckedValidationDto {
  @ApiProperty()
  id!: string;

  @ApiProperty({ type: String, nullable: true })
  title!: string | null;

  @ApiProperty({ type: String, enum: ['fatal', 'warning'], nullable: true })
  severity!: string | null;

  @ApiProperty({ type: String, enum: ['pre-deployment', 'post-deployment', 'before', 'after'], nullable: true })
  stage!: string | null;

  @ApiProperty({ type: [CheckedMemberDto], description: 'By task address.' })
  members!: CheckedMemberDto[];
}

export class CheckedGroupDto {
  @ApiProperty({ type: String, nullable: true, description: 'null: what declared them is not there any more.' })
  group!: string | null;

  @ApiProperty({ type: [CheckedValidationDto], description: 'By id.' })
  validations!: CheckedValidationDto[];
}
