import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { NAME_PATTERN } from '@muster/model';
import { Type } from 'class-transformer';
import { IsIn, IsInt, IsISO8601, IsObject, IsOptional, Matches, Max, Min } from 'class-validator';
import { PageQuery } from '../http/paging';
import { type Role, ROLES } from './grants';

/** Longest that a rotated token is still taken: a week. */
const KEEP_SECONDS_MAX = 7 * 24 * 3600;

const expires = {
  format: 'date-time',
  description: 'From then on it is refused. Absent: it does not expire.',
  example: '2099-01-01T00:00:00.000Z',
};

export class CreateTokenDto {
  @ApiProperty({
    pattern: NAME_PATTERN.source,
    example: 'ci',
    description: 'Of a person or a program; never given twice.',
  })
  @Matches(NAME_PATTERN, { message: 'name must be letters, digits, dots, underscores and hyphens, at most 128' })
  name!: string;

  @ApiPropertyOptional({ enum: ROLES, description: 'Role in the project of the request.', example: 'operator' })
  @IsOptional()
  @IsIn(ROLES)
  role?: Role;

  @ApiPropertyOptional({
    type: 'object',
    additionalProperties: { type: 'string', enum: [...ROLES] },
    description: 'Roles by project, instead of `role`; `*` stands for every project.',
  })
  @IsOptional()
  @IsObject()
  roles?: Record<string, Role>;

  @ApiPropertyOptional(expires)
  @IsOptional()
  @IsISO8601({ strict: true })
  expiresAt?: string;
}

export class RotateTokenDto {
  @ApiPropertyOptional({
    type: 'integer',
    minimum: 0,
    maximum: KEEP_SECONDS_MAX,
    default: 0,
    description: 'How long what it was until now is still taken, in seconds.',
  })
  @IsOptional()
  @IsInt()
  @Min(0)
  @Max(KEEP_SECONDS_MAX)
  keepSeconds?: number;

  @ApiPropertyOptional({ ...expires, description: 'Absent: as before.' })
  @IsOptional()
  @IsISO8601({ strict: true })
  expiresAt?: string;
}

export class SetTokenRoleDto {
  @ApiProperty({ enum: ROLES, example: 'viewer' })
  @IsIn(ROLES)
  role!: Role;
}

export const TOKEN_STATES = ['active', 'expired', 'revoked'] as const;

export class TokenQuery extends PageQuery {
  @ApiPropertyOptional({ enum: TOKEN_STATES })
  @IsOptional()
  @Type(() => String)
  @IsIn(TOKEN_STATES)
  state?: (typeof TOKEN_STATES)[number];
}

export class TokenDto {
  @ApiProperty()
  name!: string;

  @ApiProperty({
    type: 'object',
    additionalProperties: { type: 'string' },
    description: 'Roles by project, as far as you are an administrator there; `*` stands for every project.',
  })
  roles!: Record<string, string>;

  @ApiProperty({ enum: TOKEN_STATES })
  state!: string;

  @ApiProperty({ format: 'date-time' })
  createdAt!: string;

  @ApiProperty()
  createdBy!: string;

  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  expiresAt!: string | null;

  @ApiProperty({ type: String, format: 'date-time', nullable: true, description: 'To the minute.' })
  lastUsedAt!: string | null;

  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  revokedAt!: string | null;

  @ApiProperty({
    type: String,
    format: 'date-time',
    nullable: true,
    description: 'Until then the one before is taken, too.',
  })
  previousUntil!: string | null;

  @ApiProperty({ description: 'Changes with roles, text and end, and not with use.', example: '5d41402abc4b2a76' })
  etag!: string;
}

export class GivenTokenDto extends TokenDto {
  @ApiProperty({
    description: 'The token itself. It is told here alone.',
    pattern: '^muster_[A-Za-z0-9_-]{43}[0-9a-f]{8}$',
  })
  token!: string;
}

export class TokenPageDto {
  @ApiProperty({ type: [TokenDto] })
  items!: TokenDto[];

  @ApiProperty({ type: String, nullable: true })
  next!: string | null;
}
