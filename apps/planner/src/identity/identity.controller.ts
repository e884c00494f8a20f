import { Controller, Get } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiProperty, ApiTags } from '@nestjs/swagger';
import { ApiRefusals } from '../http/api-errors';
import { Caller, type Person } from '../http/principal';
import { NeedsToken } from '../http/route-access';

export class IdentityDto {
  @ApiProperty({ description: 'Recorded as `who`.', example: 'ada' })
  name!: string;

  @ApiProperty({
    type: 'object',
    additionalProperties: { type: 'string' },
    description: 'Role by project; `*` stands for every project.',
    example: { default: 'operator' },
  })
  roles!: Record<string, string>;
}

@ApiTags('identity')
@Controller('api/v1/identity')
export class IdentityController {
  @Get()
  @NeedsToken()
  @ApiOperation({ operationId: 'getIdentity', summary: 'Who you are, and what you may do where' })
  @ApiOkResponse({ type: IdentityDto })
  @ApiRefusals()
  get(@Caller() { name, grants }: Person): IdentityDto {
    return { name, roles: { ...grants } };
  }
}
