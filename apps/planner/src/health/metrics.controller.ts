import { Controller, Get, Res } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Response } from 'express';
import { ApiRefusals } from '../http/api-errors';
import { NeedsEverywhere } from '../http/route-access';
import { PlannerMetrics } from './planner-metrics';

@ApiTags('health')
@Controller('metrics')
export class MetricsController {
  constructor(private readonly metrics: PlannerMetrics) {}

  @Get()
  @NeedsEverywhere('viewer')
  @ApiOperation({ operationId: 'readMetrics', summary: 'Figures in the format of Prometheus' })
  @ApiOkResponse({ content: { 'text/plain': { schema: { type: 'string' } } } })
  @ApiRefusals()
  async read(@Res() response: Response): Promise<void> {
    response.status(200).setHeader('content-type', this.metrics.contentType);
    response.send(await this.metrics.text());
  }
}
