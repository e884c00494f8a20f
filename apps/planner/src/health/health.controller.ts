import { setTimeout as pause } from 'node:timers/promises';
import { Controller, Get, Inject, Res } from '@nestjs/common';
import { ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { Bus } from '@muster/messaging';
import type { Response } from 'express';
import { DataSource } from 'typeorm';
import { rowOf } from '../database/sql';
import { OpenRoute } from '../http/route-access';
import { BUS, CLOSING } from '../planner-ports';

/** A database that has not answered by then counts as one that does not: whoever asks waits no longer than this. */
const ANSWER_MS = 3_000;

/** Open to everyone, so it tells yes or no, which part is missing, and nothing of what is inside. */
@ApiTags('health')
@OpenRoute()
@Controller('health')
export class HealthController {
  /** One question for all who ask meanwhile, so that they take no more than one of its connections. */
  #asked: Promise<boolean> | null = null;

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
    const database = await Promise.race([this.#ask(), pause(ANSWER_MS, false, { ref: false })]);
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

  #ask(): Promise<boolean> {
    this.#asked ??= rowOf(this.database.manager, 'SELECT 1 AS one')
      .then(
        () => true,
        () => false,
      )
      .finally(() => {
        this.#asked = null;
      });
    return this.#asked;
  }
}
