import { pipeline } from 'node:stream/promises';
import { Readable } from 'node:stream';
import { Inject, Injectable } from '@nestjs/common';
import type { BundleKind } from '@muster/model';
import { problem, ProblemsError } from '@muster/problems';
import type { ArtifactStore } from '@muster/storage';
import type { Request, Response } from 'express';
import { DataSource } from 'typeorm';
import { answerOnce } from '../http/idempotency.interceptor';
import { idempotencyKeyOf } from '../http/idempotency-key';
import type { Page } from '../http/paging';
import { requestHash } from '../http/request-hash';
import { sentBody } from '../http/sent-body';
import type { PlanRunner } from '../plans/plan-runner';
import { ARTIFACTS, PLAN_RUNNER } from '../planner-ports';
import { PlannerNudges } from '../running/planner-nudges';
import type { BundleDto, BundleFindingsDto, BundleQuery, BundleSummaryDto, PublishedBundleDto } from './bundle.dto';
import { bundleUsers } from './bundle-users';
import { findBundle } from './find-bundles';
import { keepArchive } from './keep-archive';
import { listBundles, listedRow, summaryOf } from './list-bundles';
import { publishBundle, type SentBundle } from './publish-bundle';
import { readUpload } from './read-upload';
import { type BundleName, deleteBundle, restoreBundle, retireBundle } from './retire-bundle';

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
    const upload = await this.receive(sentBody(request));
    const publish = async (): Promise<PublishedBundleDto> => {
      const { isNew, ...published } = await publishBundle(
        { database: this.database, runner: this.runner },
        { project, kind, who },
        upload,
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

  /** Reads an archive and keeps it as it was sent. */
  async receive(sent: Readable): Promise<SentBundle> {
    const { body, kept } = keepArchive(sent, this.artifacts);
    const upload = await readUpload(body, (content) => this.artifacts.put(content));
    return { ...upload, archive: await kept };
  }

  async list(project: string, kind: BundleKind, query: BundleQuery): Promise<Page<BundleSummaryDto>> {
    return listBundles(this.database.manager, project, kind, query);
  }

  async get(project: string, kind: BundleKind, name: string, version: string): Promise<BundleDto> {
    const row = await this.find(project, kind, name, version);
    const users = await bundleUsers(this.database.manager, row.project, kind, `${name}@${version}`);
    return {
      ...summaryOf(listedRow(row)),
      retiredBy: row.retiredBy,
      retiredWhy: row.retiredWhy,
      archive: row.archiveDigest === null ? null : { digest: row.archiveDigest, size: Number(row.archiveSize ?? 0) },
      clusters: users.map(({ cluster, revisions }) => ({ cluster, revisions: [...revisions] })),
      content: row.content,
    };
  }

  async lint(project: string, kind: BundleKind, name: string, version: string): Promise<BundleFindingsDto> {
    const row = await this.find(project, kind, name, version);
    return { problems: [...row.problems, ...(await this.runner.lintBundle(row.content))] };
  }

  async download(project: string, kind: BundleKind, name: string, version: string, response: Response): Promise<void> {
    const { archiveDigest, archiveSize, archiveGzipped } = await this.find(project, kind, name, version);
    if (archiveDigest === null)
      throw new ProblemsError([
        problem('API_NOT_FOUND', {
          subject: `archive of ${kind} ${name}@${version}`,
          summary: 'It was not kept when this was published.',
          remedy: 'Publish the same content again: then it is kept.',
        }),
      ]);
    const content = await this.artifacts.open(archiveDigest);
    response
      .status(200)
      .type(archiveGzipped === true ? 'application/gzip' : 'application/x-tar')
      .attachment(`${name}-${version}.tar${archiveGzipped === true ? '.gz' : ''}`)
      .set('content-length', archiveSize ?? '')
      .set('repr-digest', `sha-256=:${Buffer.from(archiveDigest.slice('sha256:'.length), 'hex').toString('base64')}:`);
    await pipeline(Readable.from(content), response);
  }

  async retire(
    project: string,
    kind: BundleKind,
    name: string,
    version: string,
    who: string,
    why: string | null,
  ): Promise<BundleSummaryDto> {
    await retireBundle(this.database, this.nameOf(project, kind, name, version), who, why);
    return this.changed(project, kind, name, version);
  }

  async restore(
    project: string,
    kind: BundleKind,
    name: string,
    version: string,
    who: string,
  ): Promise<BundleSummaryDto> {
    await restoreBundle(this.database, this.nameOf(project, kind, name, version), who);
    return this.changed(project, kind, name, version);
  }

  async remove(project: string, kind: BundleKind, name: string, version: string, who: string): Promise<void> {
    await deleteBundle(this.database, this.nameOf(project, kind, name, version), who);
    this.nudges.nudge('recorded');
  }

  private async changed(project: string, kind: BundleKind, name: string, version: string): Promise<BundleSummaryDto> {
    this.nudges.nudge('recorded');
    return summaryOf(listedRow(await this.find(project, kind, name, version)));
  }

  private nameOf(project: string, kind: BundleKind, name: string, version: string): BundleName {
    return { project, kind, name, version };
  }

  private find(project: string, kind: BundleKind, name: string, version: string): ReturnType<typeof findBundle> {
    return findBundle(this.database.manager, project, kind, name, version);
  }
}
