import type { StartDeployment } from '@muster/protocol';
import type { ExecutionLog } from '../ports/publishing';

/** By what lines about a deployment are found again: those of every owner, and of the request that it comes from. */
export function idsOf({ project, cluster, transaction, run, deployment, origin }: StartDeployment): object {
  const traceId = origin?.traceparent?.split('-')[1];
  return {
    ...{ project, cluster, transaction, run, deployment },
    ...(origin?.requestId === undefined ? {} : { requestId: origin.requestId }),
    ...(traceId === undefined ? {} : { traceId }),
  };
}

/** The same log; each of its lines carries `ids`. */
export function withIds(log: ExecutionLog, ids: object): ExecutionLog {
  return {
    debug: (fields, text) => log.debug({ ...ids, ...fields }, text),
    info: (fields, text) => log.info({ ...ids, ...fields }, text),
    warn: (fields, text) => log.warn({ ...ids, ...fields }, text),
    error: (fields, text) => log.error({ ...ids, ...fields }, text),
  };
}
