import { Controller, Get, Inject, Res } from '@nestjs/common';
import { ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { Bus } from '@muster/messaging';
import { answersInTime } from '@muster/storage';
import type { Response } from 'express';
import { DataSource } from 'typeorm';
import { rowOf } from '../database/sql';
import { OpenRoute } from '../http/route-access';
import { BUS, CLOSING } from '../planner-ports';

/** Open to everyone, so it tells yes or no, which part is missing, and nothing of what is inside. */
@ApiTags('health')
@OpenRoute()
@Controller('health')
export class HealthController {
  readonly #answers = answersInTime(() => rowOf(this.database.manager, 'SELECT 1 AS one'));

  constructor(
    private readonly database: DataSource,
    @Inject(BUS) private readonly bus: Bus,
    @Inject(CLOSING) private readonly closing: AbortSignal,
  ) {}

  @Get('live')
  @ApiOperation({ operationId: 'isLive', summary: 'The process answers', security: [] })
  @ApiResponse({ status: 200, description: 'It does.' })
  live(): { status: string } {
    return { status: 'ok' };
  }

  @Get('ready')
  @ApiOperation({ operationId: 'isReady', summary: 'Database and broker answer', security: [] })
  @ApiResponse({ status: 200, description: 'Both do.' })
  @ApiResponse({ status: 503, description: 'One of them does not.' })
  async ready(
    @Res({ passthrough: true }) response: Response,
  ): Promise<{ status: string; database: boolean; broker: boolean; reasons: readonly string[] }> {
    const database = await this.#answers();
    const broker = this.bus.isConnected;
    const isClosing = this.closing.aborted;
    const reasons = [
      ...(database ? [] : ['the database does not answer']),
      ...(broker ? [] : ['there is no connection to the broker']),
      ...(isClosing ? ['it is closing'] : []),
    ];
    const ready = reasons.length === 0;
    response.status(ready ? 200 : 503);
    return { status: ready ? 'ok' : 'unavailable', database, broker, reasons };
  }
}
