import { maskSecrets, type Json, type JsonObject, type Plan } from '@muster/model';

/** The plan as CONTRACT section 3 has it, secrets masked: for `-o json` and the API. */
export function planJson(plan: Plan): JsonObject {
  const masked = new Map<JsonObject, Json>();
  const parametersOf = (parameters: JsonObject): Json => {
    const known = masked.get(parameters) ?? maskSecrets(parameters);
    masked.set(parameters, known);
    return known;
  };
  return {
    digest: plan.digest,
    graphType: plan.graphType,
    cluster: plan.cluster,
    tasks: plan.tasks.map(
      ({ task, definition, node, type, action, reason, requires, parameters, limit, limits, section, expectedMs }) => ({
        ...{
          task,
          definition,
          node,
          type,
          action,
          reason: { ...reason },
          requires,
          parameters: parametersOf(parameters),
          limit,
          expectedMs,
          limits,
        },
        ...(section === undefined ? {} : { section }),
      }),
    ),
    barriers: plan.barriers.map(({ id, requires }) => ({ id, requires })),
    faultTolerance: plan.faultTolerance.map(({ name, nodes, tolerated }) => ({ name, nodes, tolerated })),
    limits: { ...plan.limits },
    criticalPath: plan.criticalPath,
    expectedMs: plan.expectedMs,
    leftOut: (plan.leftOut ?? []).map(({ definition, reason }) => ({ definition, reason: { ...reason } })),
    problems: plan.problems.map(({ code, severity, subject, summary, remedy, detail, place }) => ({
      ...{ code, severity, subject, summary, remedy },
      ...(detail === undefined ? {} : { detail }),
      ...(place === undefined ? {} : { place: { ...place } }),
    })),
  };
}
