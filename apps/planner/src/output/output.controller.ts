import { Controller, Get, Inject, Param, Query, Req, Res } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiProduces, ApiTags, getSchemaPath } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { DataSource } from 'typeorm';
import { ApiRefusals } from '../http/api-errors';
import { lastEventId, streamEvents, type StreamEvent, wantsEventStream } from '../http/event-stream';
import { Project } from '../http/principal';
import { Needs } from '../http/route-access';
import { CLOSING } from '../planner-ports';
import { PlannerNudges } from '../running/planner-nudges';
import { TRANSACTION_ID } from '../transactions/transaction-id';
import { findTransaction } from '../transactions/transaction-status';
import { followOutput, type OutputPiece } from './follow-output';
import { OutputDto, OutputQuery } from './output.dto';
import { type OutputCursor, parseCursor, printCursor } from './output-cursor';
import { findTask, lostOutput, taskAttempts, type TaskRef } from './task-attempts';

/** How long a reader waits for output that an ended attempt still owes: a lost chunk is read again from its node by then. */
const PATIENCE_MS = 10_000;

@ApiTags('transactions')
@Controller('api/v1/transactions/:transaction/tasks/:task/output')
export class OutputController {
  constructor(
    private readonly database: DataSource,
    private readonly nudges: PlannerNudges,
    @Inject(CLOSING) private readonly closing: AbortSignal,
  ) {}

  @Get()
  @Needs('viewer')
  @ApiOperation({
    operationId: 'readOutput',
    summary: 'Output of a task: what is there, or a stream until it has ended',
  })
  @ApiProduces('application/json', 'text/event-stream')
  @ApiOkResponse({
    content: {
      'application/json': { schema: { $ref: getSchemaPath(OutputDto) } },
      'text/event-stream': { schema: { type: 'string' } },
    },
    type: OutputDto,
  })
  @ApiRefusals(400, 404)
  async read(
    @Project() project: string,
    @Param('transaction', TRANSACTION_ID) transaction: string,
    @Param('task') task: string,
    @Query() query: OutputQuery,
    @Req() request: Request,
    @Res() response: Response,
  ): Promise<void> {
    await findTransaction(this.database.manager, project, transaction);
    const ref = await findTask(this.database.manager, transaction, task, query.attempt ?? null);
    const last = lastEventId(request);
    const from = last === null ? { attempt: query.attempt ?? 1, stdout: 0, stderr: 0 } : parseCursor(last);
    const only = query.attempt ?? null;
    if (wantsEventStream(request) || query.follow === 'true') await this.stream(ref, from, only, request, response);
    else await this.page(ref, from, only, request, response);
  }

  private async stream(
    ref: TaskRef,
    from: OutputCursor,
    only: number | null,
    request: Request,
    response: Response,
  ): Promise<void> {
    const { database, nudges } = this;
    await streamEvents(request, response, this.closing, async function* (gone): AsyncGenerator<readonly StreamEvent[]> {
      let cursor = from;
      const pieces = followOutput(database, nudges, ref, { from, only, wait: true, patienceMs: PATIENCE_MS }, gone);
      for await (const batch of pieces) {
        cursor = batch.at(-1)?.cursor ?? cursor;
        yield batch.map(asStreamEvent);
      }
      // Tells the end from a lost connection.
      if (gone.aborted) return;
      const lost = lostOutput((await taskAttempts(database.manager, ref)).attempts, only);
      yield [{ id: printCursor(cursor), event: 'end', data: lost.length > 0 ? { lost } : {} }];
    });
  }

  /** Written piece by piece: output may be far larger than what should be in memory at once. */
  private async page(
    ref: TaskRef,
    from: OutputCursor,
    only: number | null,
    request: Request,
    response: Response,
  ): Promise<void> {
    const left = new AbortController();
    request.on('close', () => left.abort());
    const pieces = followOutput(
      this.database,
      this.nudges,
      ref,
      { from, only, wait: false, patienceMs: 0 },
      left.signal,
    );
    response.status(200).type('application/json');
    response.write('{"chunks":[');
    let separator = '';
    let next = await pieces.next();
    for (; next.done !== true; next = await pieces.next()) {
      for (const piece of next.value) {
        const more = response.write(separator + JSON.stringify(asChunk(piece)));
        separator = ',';
        if (!more) await new Promise<void>((resolve) => void response.once('drain', resolve).once('close', resolve));
      }
    }
    const lost = lostOutput((await taskAttempts(this.database.manager, ref)).attempts, only);
    response.end(`],"complete":${String(next.value)}${lost.length > 0 ? `,"lost":${JSON.stringify(lost)}` : ''}}`);
  }
}

function asStreamEvent(piece: OutputPiece): StreamEvent {
  return { id: printCursor(piece.cursor), data: asChunk(piece) };
}

function asChunk({ attempt, offset, stream, text, base64 }: OutputPiece) {
  return { attempt, offset, stream, text, ...(base64 === null ? {} : { base64 }) };
}
