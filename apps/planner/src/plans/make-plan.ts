import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { type Json, maskSecrets } from '@muster/model';
import { plan } from '@muster/planning';
import { packGraph } from '@muster/protocol';
import { outlineOf } from './plan-outline';
import type { PlanAnswer, PlanQuestion } from './plan-runner';

/** Plans, packs and prints, in one go and synchronously: to be called where nobody waits for the thread. */
export function makePlan(question: PlanQuestion): PlanAnswer {
  const { cluster, release, plugins, graphType, nodes, tasks, force, noop, raw } = question;
  const outcome = plan({
    cluster,
    release,
    plugins,
    graphType,
    options: { nodes, tasks, force, noop, raw },
    previousPrimaries: question.primaries,
    identity: { revision: question.revisionHash, bundles: question.bundleDigests, nodes: question.identities },
    sha256: (text) => createHash('sha256').update(text).digest('hex'),
  });
  if (outcome.plan === null) return { ok: false, problems: outcome.problems };
  return {
    ok: true,
    outline: outlineOf(outcome.plan),
    graph: raw ? new Uint8Array() : gzipSync(JSON.stringify(packGraph(outcome.plan))),
    json: Buffer.from(JSON.stringify(maskSecrets(outcome.plan as unknown as Json))),
    primaries: outcome.primaries,
  };
}
