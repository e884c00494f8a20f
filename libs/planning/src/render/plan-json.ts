import { maskSecrets, type Json, type JsonObject, type Plan } from '@muster/model';

/** The plan as CONTRACT section 3 has it, secrets masked: for `-o json` and the API. */
export function planJson(plan: Plan): JsonObject {
  return { ...before(plan), tasks: [...tasksJson(plan)], ...after(plan) };
}

/** The text of `planJson`, piece by piece: that of 100,000 tasks is some 30 MB, and its objects are more. */
export function* planJsonText(plan: Plan): Generator<string> {
  yield `${JSON.stringify(before(plan)).slice(0, -1)},"tasks":[`;
  let comma = '';
  for (const task of tasksJson(plan)) {
    yield comma + JSON.stringify(task);
    comma = ',';
  }
  yield `],${JSON.stringify(after(plan)).slice(1)}`;
}

function before({ digest, graphType, cluster }: Plan): JsonObject {
  return { digest, graphType, cluster };
}

function* tasksJson(plan: Plan): Generator<JsonObject> {
  const masked = new Map<JsonObject, Json>();
  const parametersOf = (parameters: JsonObject): Json => {
    const known = masked.get(parameters) ?? maskSecrets(parameters);
    masked.set(parameters, known);
    return known;
  };
  for (const each of plan.tasks) {
    const { task, definition, node, type, action, reason, requires, parameters, limit, limits, section, expectedMs } =
      each;
    yield {
      ...{ task, definition, node, type, action, reason: { ...reason }, requires },
      ...{ parameters: parametersOf(parameters), limit, expectedMs, limits },
      ...(section === undefined ? {} : { section }),
    };
  }
}

function after(plan: Plan): JsonObject {
  return {
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
