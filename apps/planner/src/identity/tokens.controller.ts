import { Body, Controller, Delete, Get, HttpCode, Inject, Param, Post, Put, Query, Req, Res } from '@nestjs/common';
import { ApiCreatedResponse, ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { SecretValue } from '@muster/model';
import { problem, ProblemsError } from '@muster/problems';
import type { Request, Response } from 'express';
import { DataSource } from 'typeorm';
import { ApiEditable, ApiIdempotent, ApiRefusals } from '../http/api-errors';
import { answerOnce, OwnIdempotency } from '../http/idempotency.interceptor';
import { Editing } from '../http/editing';
import { idempotencyKeyOf } from '../http/idempotency-key';
import { Caller, type Person, Project } from '../http/principal';
import { requestHash } from '../http/request-hash';
import { Needs } from '../http/route-access';
import { SECRET_KEY } from '../planner-ports';
import { hashToken } from './token-hash';
import { derivedTokenText, newTokenText } from './token-text';
import { listTokens, tokenView } from './token-views';
import {
  CreateTokenDto,
  GivenTokenDto,
  RotateTokenDto,
  SetTokenRoleDto,
  TokenDto,
  TokenPageDto,
  TokenQuery,
} from './token.dto';
import type { TokenRow } from './token.entity';
import { createToken, findToken, revokeToken, rotateToken, setTokenRole } from './tokens';

interface Giving {
  readonly request: Request;
  readonly response: Response;
  readonly project: string;
  readonly caller: Person;
}

interface KeptAnswer extends TokenDto {
  readonly life: string;
}

@ApiTags('identity')
@Controller('api/v1/tokens')
export class TokensController {
  constructor(
    private readonly database: DataSource,
    @Inject(SECRET_KEY) private readonly secretKey: SecretValue,
  ) {}

  @Post()
  @Needs('admin')
  @OwnIdempotency()
  @ApiIdempotent()
  @ApiOperation({ operationId: 'createToken', summary: 'Make a token for a person or a program; it is told once' })
  @ApiCreatedResponse({ type: GivenTokenDto })
  @ApiRefusals(400, 409)
  async create(
    @Project() project: string,
    @Caller() caller: Person,
    @Body() body: CreateTokenDto,
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<GivenTokenDto> {
    const grants = body.roles ?? (body.role === undefined ? {} : { [project]: body.role });
    if (body.roles !== undefined && body.role !== undefined) throw both();
    const expiresAt = body.expiresAt === undefined ? null : new Date(body.expiresAt);
    const wish = { name: body.name, grants, expiresAt };
    return this.#giveOnce({ request, response, project, caller }, (hash) =>
      createToken(this.database, { caller }, wish, hash),
    );
  }

  @Get()
  @Needs('admin')
  @ApiOperation({ operationId: 'listTokens', summary: 'Tokens with a role in the project, by name' })
  @ApiOkResponse({ type: TokenPageDto })
  @ApiRefusals(400)
  async list(@Project() project: string, @Caller() caller: Person, @Query() query: TokenQuery): Promise<unknown> {
    return listTokens(this.database.manager, caller, project, query);
  }

  @Get(':token')
  @Needs('admin')
  @ApiOperation({ operationId: 'getToken', summary: 'One token, without its text' })
  @ApiOkResponse({ type: TokenDto })
  @ApiRefusals(404)
  async get(@Project() project: string, @Caller() caller: Person, @Param('token') name: string): Promise<TokenDto> {
    return tokenView(await findToken(this.database.manager, project, name), caller);
  }

  @Delete(':token')
  @HttpCode(204)
  @Needs('admin')
  @ApiOperation({ operationId: 'revokeToken', summary: 'End a token for good; its streams end within seconds' })
  @ApiEditable()
  @ApiIdempotent()
  @ApiNoContentResponse()
  @ApiRefusals(404, 412)
  async revoke(
    @Editing() { project, ifMatch }: Editing,
    @Caller() caller: Person,
    @Param('token') name: string,
  ): Promise<void> {
    await revokeToken(this.database, { caller, project, ifMatch }, name);
  }

  @Post(':token/rotate')
  @HttpCode(200)
  @Needs('admin')
  @OwnIdempotency()
  @ApiEditable()
  @ApiIdempotent()
  @ApiOperation({ operationId: 'rotateToken', summary: 'Give a token another text; it is told once' })
  @ApiOkResponse({ type: GivenTokenDto })
  @ApiRefusals(400, 404, 409, 412)
  async rotate(
    @Editing() { project, ifMatch }: Editing,
    @Caller() caller: Person,
    @Param('token') name: string,
    @Body() { keepSeconds = 0, expiresAt }: RotateTokenDto,
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<GivenTokenDto> {
    const wish = { keepSeconds, expiresAt: expiresAt === undefined ? null : new Date(expiresAt) };
    return this.#giveOnce({ request, response, project, caller }, (hash) =>
      rotateToken(this.database, { caller, project, ifMatch }, name, { ...wish, hash }),
    );
  }

  @Put(':token/role')
  @Needs('admin')
  @ApiOperation({ operationId: 'setTokenRole', summary: 'Give a token a role in the project' })
  @ApiEditable()
  @ApiIdempotent()
  @ApiOkResponse({ type: TokenDto })
  @ApiRefusals(400, 404, 412)
  async setRole(
    @Editing() { project, ifMatch }: Editing,
    @Caller() caller: Person,
    @Param('token') name: string,
    @Body() { role }: SetTokenRoleDto,
  ): Promise<TokenDto> {
    return tokenView(await setTokenRole(this.database, { caller, project, ifMatch }, name, role), caller);
  }

  @Delete(':token/role')
  @HttpCode(204)
  @Needs('admin')
  @ApiOperation({ operationId: 'removeTokenRole', summary: "Take a token's role in the project away" })
  @ApiEditable()
  @ApiIdempotent()
  @ApiNoContentResponse()
  @ApiRefusals(404, 412)
  async removeRole(
    @Editing() { project, ifMatch }: Editing,
    @Caller() caller: Person,
    @Param('token') name: string,
  ): Promise<void> {
    await setTokenRole(this.database, { caller, project, ifMatch }, name, null);
  }

  /**
   * Gives a new token once for a request's `Idempotency-Key`. It is made from the key, so that a repetition is answered alike
   * although the stored answer is without it; and from the key's life, so that a key that was forgotten makes another one.
   */
  async #giveOnce(
    { request, response, project, caller }: Giving,
    write: (hash: string) => Promise<TokenRow>,
  ): Promise<GivenTokenDto> {
    const key = idempotencyKeyOf(request);
    if (key === null) {
      const token = newTokenText();
      return { ...tokenView(await write(hashToken(token)), caller), token };
    }
    const hash = requestHash(request, request.body);
    const textOf = (life: string): string =>
      derivedTokenText(this.secretKey, [project, caller.name, key, hash, life].join('\n'));
    const make = async (life: string): Promise<KeptAnswer> => ({
      ...tokenView(await write(hashToken(textOf(life))), caller),
      life,
    });
    const kept = (await answerOnce(this.database, key, request, hash, response, make)) as KeptAnswer;
    const { life, ...view } = kept;
    return { ...view, token: textOf(life) };
  }
}

function both(): ProblemsError {
  const summary = 'Give either a role in the project of the request, or roles by project.';
  return new ProblemsError([problem('API_INVALID', { subject: 'field role', summary, place: { path: 'role' } })]);
}
