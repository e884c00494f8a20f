import { ApiProperty } from '@nestjs/swagger';
import { NAME_PATTERN } from '@muster/model';
import { Matches } from 'class-validator';
import { ROLES } from '../identity/grants';

export class CreateProjectDto {
  @ApiProperty({ pattern: NAME_PATTERN.source, example: 'blue' })
  @Matches(NAME_PATTERN, { message: 'name must be letters, digits, dots, underscores and hyphens, at most 128' })
  name!: string;
}

export class ProjectDto {
  @ApiProperty()
  name!: string;

  @ApiProperty({ format: 'date-time' })
  createdAt!: string;

  @ApiProperty()
  createdBy!: string;

  @ApiProperty({ type: String, format: 'date-time', nullable: true, description: 'Since when it is only read.' })
  archivedAt!: string | null;

  @ApiProperty({ enum: ROLES, isArray: true, description: 'What you are in it.' })
  roles!: string[];
}

export class ProjectPageDto {
  @ApiProperty({ type: [ProjectDto] })
  items!: ProjectDto[];

  @ApiProperty({ type: String, nullable: true })
  next!: string | null;
}
