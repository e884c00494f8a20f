import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { openedSetting } from '@muster/catalog';
import { type Plan, type SecretBox, SecretValue, type TaskGraph } from '@muster/model';
import { plan, planJsonText } from '@muster/planning';
import { ProblemsError } from '@muster/problems';
import { packGraph, takeParametersApart } from '@muster/protocol';
import { predictWhatIf, withPrediction } from '@muster/simulation';
import { planRecords } from '../previous/plan-records';
import { PreviousSuccesses } from '../previous/previous-successes';
import { RecordedDurations } from '../previous/recorded-durations';
import { nodeMarks } from '../transactions/node-marks';
import { computedFrom } from './computed-from';
import { gzipPieces } from './gzip-pieces';
import { outlineOf, requiresOf } from './plan-outline';
import type { PlanAnswer, PlanQuestion } from './plan-runner';

/** For what expressions of one plan take: a thousand nodes of the field's content take some three seconds. */
const EXPRESSION_SECONDS_MAX = 60;

/** Plans, packs and prints, in one go and synchronously: to be called where nobody waits for the thread. */
export function makePlan(question: PlanQuestion, secretBox: SecretBox): PlanAnswer {
  const { cluster, release, plugins, graphType, nodes, tasks, subgraphs, fetchDeps, force, noop, raw } = question;
  const previous = new PreviousSuccesses(question.previous, cluster, question.identities);
  const durations = new RecordedDurations(question.previous);
  const opened = new Set<string>();
  const outcome = plan({
    cluster,
    release,
    plugins,
    graphType,
    options: { nodes, tasks, subgraphs, fetchDeps, force, noop, raw },
    previous,
    attributes: question.attributes,
    drivers: question.drivers,
    pools: question.pools,
    recordedMs: (definition, node) => durations.of(definition, node),
    previousPrimaries: question.primaries,
    secrets: {
      open: (sealed) => {
        opened.add(sealed.$sealed.fingerprint);
        return openedSetting(secretBox.open(sealed).reveal());
      },
      seal: (value) => secretBox.seal(new SecretValue(value)),
    },
    identity: {
      revision: question.revisionHash,
      bundles: question.bundleDigests,
      nodes: question.identities,
      previous: previous.used,
    },
    sha256,
    expired: untilSeconds(EXPRESSION_SECONDS_MAX),
  });
  if (outcome.plan === null) return { ok: false, problems: outcome.problems };
  const { notes } = question;
  const told = notes.length === 0 ? outcome.plan : { ...outcome.plan, problems: [...notes, ...outcome.plan.problems] };
  const predicted = predict(told, question.whatIf);
  if (!predicted.ok) return predicted;
  const { made, whatIf } = predicted;
  return {
    ok: true,
    outline: outlineOf(made),
    ...(raw ? { graph: new Uint8Array(), parameters: [] } : packed({ ...made, ...computedFrom(outcome, opened) })),
    requires: raw ? new Uint8Array() : gzipSync(JSON.stringify(requiresOf(made))),
    json: gzipPieces(planJsonText(made)),
    grounds: JSON.stringify(outcome.grounds),
    whatIf,
    marks: nodeMarks(made, outcome.metadata),
    records: question.withRecords ? planRecords(made, outcome) : null,
    primaries: outcome.primaries,
  };
}

/** The graph as it is sent, and the parameters that are sent beside it. */
function packed(graph: TaskGraph): { readonly graph: Uint8Array; readonly parameters: readonly string[] } {
  const apart = takeParametersApart(packGraph(graph), (text) => `sha256:${sha256(text)}`);
  return { graph: gzipSync(JSON.stringify(apart.packed)), parameters: apart.contents };
}

/** Whether that many seconds have passed since now. */
function untilSeconds(seconds: number): () => boolean {
  const end = performance.now() + seconds * 1000;
  return () => performance.now() > end;
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** The plan with its prediction, and as JSON what it would take by other limits. */
function predict(
  plan: Plan,
  limits: PlanQuestion['whatIf'],
): { readonly ok: true; readonly made: Plan; readonly whatIf: string | null } | (PlanAnswer & { readonly ok: false }) {
  try {
    const made = withPrediction(plan);
    return { ok: true, made, whatIf: limits === null ? null : JSON.stringify(predictWhatIf(made, limits)) };
  } catch (error) {
    if (error instanceof ProblemsError) return { ok: false, problems: error.problems };
    throw error;
  }
}
