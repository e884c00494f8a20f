import { Inject, Injectable } from '@nestjs/common';
import { type BundleKind } from '@muster/model';
import type { ArtifactStore } from '@muster/storage';
import type { Request, Response } from 'express';
import { DataSource } from 'typeorm';
import { rowsOf } from '../database/sql';
import { answerOnce } from '../http/idempotency.interceptor';
import { idempotencyKeyOf } from '../http/idempotency-key';
import { CURSOR_PART, type Page, pageOf, type PageQuery, readCursor } from '../http/paging';
import { requestHash } from '../http/request-hash';
import type { PlanRunner } from '../plans/plan-runner';
import { ARTIFACTS, PLAN_RUNNER } from '../planner-ports';
import { PlannerNudges } from '../running/planner-nudges';
import type { BundleDto, BundleSummaryDto, PublishedBundleDto } from './bundle.dto';
import type { BundleRow } from './bundle.entity';
import { findBundle } from './find-bundles';
import { publishBundle } from './publish-bundle';
import { readUpload } from './read-upload';

interface Listed {
  readonly name: string;
  readonly version: string;
  readonly title: string | null;
  readonly digest: string;
  readonly published_at: Date;
  readonly published_by: string;
}

/** Releases and plugins: the same routes under two names. */
@Injectable()
export class BundleService {
  constructor(
    private readonly database: DataSource,
    private readonly nudges: PlannerNudges,
    @Inject(ARTIFACTS) private readonly artifacts: ArtifactStore,
    @Inject(PLAN_RUNNER) private readonly runner: PlanRunner,
  ) {}

  async publish(
    project: string,
    kind: BundleKind,
    request: Request,
    response: Response,
    who: string,
  ): Promise<PublishedBundleDto> {
    // A key that cannot be kept is refused before the body is read.
    const key = idempotencyKeyOf(request);
    const upload = await readUpload(request, (content) => this.artifacts.put(content));
    const publish = async (): Promise<PublishedBundleDto> => {
      const { isNew, ...published } = await publishBundle(
        { database: this.database, runner: this.runner },
        project,
        kind,
        upload,
        who,
      );
      response.status(isNew ? 201 : 200);
      this.nudges.nudge('recorded');
      return { ...published, problems: [...published.problems] };
    };
    // Only now is it known what the request is.
    if (key === null) return publish();
    return (await answerOnce(
      this.database,
      key,
      request,
      requestHash(request, upload.digest),
      response,
      publish,
    )) as PublishedBundleDto;
  }

  async list(project: string, kind: BundleKind, query: PageQuery): Promise<Page<BundleSummaryDto>> {
    const [name, version] = readCursor(query.cursor, CURSOR_PART.name, CURSOR_PART.name) ?? [null, null];
    const rows = await rowsOf<Listed>(
      this.database.manager,
      `SELECT name, version, content->>'title' AS title, digest, published_at, published_by FROM planner.bundle
       WHERE project = $1 AND kind = $2 AND ($3::text IS NULL OR (name, version) > ($3, $4)) ORDER BY name, version LIMIT $5`,
      [project, kind, name, version, query.limit + 1],
    );
    return pageOf(rows, query.limit, (row) => [row.name, row.version], summary);
  }

  async get(project: string, kind: BundleKind, name: string, version: string): Promise<BundleDto> {
    const row = await findBundle(this.database.manager, project, kind, name, version);
    return { ...summary(listed(row)), content: row.content };
  }
}

function listed(row: BundleRow): Listed {
  return {
    name: row.name,
    version: row.version,
    title: row.content.title,
    digest: row.digest,
    published_at: row.publishedAt,
    published_by: row.publishedBy,
  };
}

function summary(row: Listed): BundleSummaryDto {
  return {
    name: row.name,
    version: row.version,
    title: row.title,
    digest: row.digest,
    publishedAt: row.published_at.toISOString(),
    publishedBy: row.published_by,
  };
}
