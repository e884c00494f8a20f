import { Controller, Get, Inject, Query, Req, Res } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiProduces, ApiTags, getSchemaPath } from '@nestjs/swagger';
import { problem, ProblemsError } from '@muster/problems';
import type { Request, Response } from 'express';
import { DataSource, type EntityManager } from 'typeorm';
import { ApiRefusals } from '../http/api-errors';
import { lastEventId, streamEvents, wantsEventStream } from '../http/event-stream';
import { Project } from '../http/principal';
import { Needs, NeedsToken } from '../http/route-access';
import { CLOSING } from '../planner-ports';
import { PlannerNudges } from '../running/planner-nudges';
import { EventKindListDto, FeedPageDto, FeedQueryDto } from './feed.dto';
import { EVENT_KINDS } from './event-kinds';
import { schemaOf } from './kind-schema';
import { FeedTail } from './feed-tail';
import { followFeed } from './follow-feed';
import { firstFeedNumber, lastFeedNumber, readFeed } from './read-feed';

@ApiTags('events')
@Controller('api/v1/events')
export class FeedController {
  constructor(
    private readonly database: DataSource,
    private readonly nudges: PlannerNudges,
    private readonly tail: FeedTail,
    @Inject(CLOSING) private readonly closing: AbortSignal,
  ) {}

  @Get()
  @Needs('viewer')
  @ApiOperation({
    operationId: 'readEvents',
    summary: 'What happened: a page, or a stream for Accept: text/event-stream',
  })
  @ApiProduces('application/json', 'text/event-stream')
  @ApiOkResponse({
    type: FeedPageDto,
    content: {
      'application/json': { schema: { $ref: getSchemaPath(FeedPageDto) } },
      'text/event-stream': { schema: { type: 'string' } },
    },
  })
  @ApiRefusals(400, 409, 410)
  async read(
    @Project() project: string,
    @Query() query: FeedQueryDto,
    @Req() request: Request,
    @Res() response: Response,
  ): Promise<void> {
    const from = lastEventId(request);
    const after = from === null ? (query.after ?? 0) : readNumber(from);
    const { transaction = null, cluster = null, kind: kinds = null } = query;
    const filter = { project, after, transaction, cluster, kinds };
    await checkPlace(this.database.manager, after);
    if (wantsEventStream(request)) {
      const { database, nudges, tail } = this;
      // Without event names, so that a plain `onmessage` receives them; the type is in the data.
      return streamEvents(request, response, this.closing, (gone) => followFeed(database, tail, nudges, filter, gone));
    }
    const { events, upTo } = await readFeed(this.database.manager, { ...filter, limit: query.limit });
    const isMore = upTo < (await lastFeedNumber(this.database.manager));
    response.json({ items: events, next: isMore ? String(upTo) : null });
  }

  @Get('kinds')
  @NeedsToken()
  @ApiOperation({ operationId: 'listEventKinds', summary: 'Every kind of event, with a JSON Schema of it' })
  @ApiOkResponse({ type: EventKindListDto })
  @ApiRefusals()
  kinds(): EventKindListDto {
    return {
      items: Object.entries(EVENT_KINDS).map(([kind, each]) => ({ kind, when: each.when, schema: schemaOf(each) })),
    };
  }
}

/**
 * A reader that wants to go on from where nothing is kept any more must be told, not served from later on; and one that is ahead, since
 * it would hear nothing until the feed has come to where it is, and miss all before.
 */
async function checkPlace(on: EntityManager, after: number): Promise<void> {
  if (after === 0) return;
  const first = await firstFeedNumber(on);
  const subject = `events after ${after}`;
  if (first !== null && after < first - 1)
    throw new ProblemsError([
      problem('API_EVENTS_FORGOTTEN', { subject, summary: `Events up to ${first - 1} are not kept any more.` }),
    ]);
  const last = await lastFeedNumber(on);
  if (after > last)
    throw new ProblemsError([
      problem('API_EVENTS_AHEAD', { subject, summary: `The last event there is has the number ${last}.` }),
    ]);
}

function readNumber(id: string): number {
  if (/^\d{1,15}$/.test(id)) return Number(id);
  throw new ProblemsError([
    problem('API_INVALID', { subject: 'header Last-Event-ID', summary: 'This is no number of an event.' }),
  ]);
}
