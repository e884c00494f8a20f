import { Controller, Get, type INestApplication } from '@nestjs/common';
import {
  ApiOkResponse,
  ApiOperation,
  ApiTags,
  DocumentBuilder,
  type OpenAPIObject,
  SwaggerModule,
} from '@nestjs/swagger';
import { ApiRefusals } from './api-errors';
import { describeCommonAnswers } from './common-answers';
import { NeedsToken } from './route-access';

/**
 * The document, once the application is built; it cannot exist before. Made when it is read first: that takes half of what
 * starting a planner does.
 */
export class OpenApiDocument {
  #document: OpenAPIObject | null = null;
  application: INestApplication | null = null;

  read(): OpenAPIObject | null {
    if (this.application !== null) this.#document ??= describeApi(this.application);
    return this.#document;
  }
}

@ApiTags('meta')
@Controller('api/openapi.json')
export class OpenApiController {
  constructor(private readonly holder: OpenApiDocument) {}

  @Get()
  @NeedsToken()
  @ApiOperation({ operationId: 'readOpenApi', summary: 'This document' })
  @ApiOkResponse({ description: 'OpenAPI 3.' })
  @ApiRefusals()
  read(): OpenAPIObject | null {
    return this.holder.read();
  }
}

/** Describes every route of the application. */
function describeApi(app: INestApplication): OpenAPIObject {
  const config = new DocumentBuilder()
    .setTitle('Muster planner')
    .setDescription(
      'Deploys clusters of machines from a cross-node task graph. Refusals are problem details (RFC 9457).',
    )
    .setVersion('1')
    .addSecurity('bearer', {
      type: 'http',
      scheme: 'bearer',
      description: 'An opaque token; it has no parts to be read.',
    })
    .addSecurityRequirements('bearer')
    .build();
  return describeCommonAnswers(SwaggerModule.createDocument(app, config));
}
