import type { CatalogueEntry } from './entry';

export const executionProblems = {
  DEPLOY_NODE_CLAIMED: {
    severity: 'error',
    meaning: 'A node is claimed by another transaction.',
    remedy: 'Wait for the transaction named, or cancel it.',
  },
  DEPLOY_STALE_PLAN: {
    severity: 'error',
    meaning: 'The plan that was approved is no longer what would run.',
    remedy: 'Plan again and approve the new digest.',
  },
  DEPLOY_UNKNOWN_TRANSACTION: {
    severity: 'error',
    meaning: 'The executors know no such deployment.',
    remedy: 'Check the id; a deployment that was never accepted is not known to executors.',
  },
  DEPLOY_ARTIFACT_MISSING: {
    severity: 'error',
    meaning: 'A file that the graph needs could not be fetched.',
    remedy: 'Check that executors reach the planner (MUSTER_PLANNER_URL), then deploy again.',
  },
  DEPLOY_ARTIFACT_UNREACHABLE: {
    severity: 'error',
    meaning:
      'A file that the graph needs could not be fetched now, since the planner did not answer. The start is sent again.',
    remedy: 'Wait, or check that executors reach the planner (MUSTER_PLANNER_URL).',
  },
  DEPLOY_NO_MASTER: {
    severity: 'error',
    meaning: 'The graph has tasks on the master node, or copies from it, and the cluster names none.',
    remedy: 'Name a node as `master` in the cluster file.',
  },
  DEPLOY_FORCE_CLOSED: {
    severity: 'warning',
    meaning: 'The transaction was ended by force: what ran on its nodes was not asked, and may still run.',
    remedy: 'Look at the nodes named before something else is done there; the next transaction does not know of it.',
  },
  DEPLOY_UNREADABLE: {
    severity: 'error',
    meaning: 'What is stored of the deployment could not be read or carried on, so it ended before its tasks.',
    remedy:
      'The log of the executor says more. What ran on its nodes was not asked: look there, and deploy again; a plan made anew is stored anew.',
  },
  CONTROL_LIMIT_IMPOSSIBLE: {
    severity: 'error',
    meaning: 'The limit is none of the graph, or some tasks would wait for it for ever.',
    remedy: '`muster limit TRANSACTION` lists the limits and who holds them.',
  },
  DEPLOY_TYPE_NOT_ALLOWED: {
    severity: 'error',
    meaning: 'The graph has tasks of a type that a cluster has to allow, and the cluster does not.',
    remedy: 'Name the type under `allow` in the cluster file, if the release may do that on the master node.',
  },
  CONTROL_NOT_POSSIBLE: {
    severity: 'error',
    meaning: 'The control verb does not fit the present state.',
    remedy: 'Look at the state with `muster status`; the summary names the states in which the verb works.',
  },
  TASK_PARAMETERS: {
    severity: 'error',
    meaning: 'The parameters of a task, as computed for its node, do not fit its type.',
    remedy: 'Correct the parameter that is named in the definition, or the settings that it is computed from.',
  },
  TASK_TYPE_UNSUPPORTED: {
    severity: 'error',
    meaning: 'The executor knows no task of that type.',
    remedy: 'Bring all executors to the version of the planner, then retry the task.',
  },
  TASK_OUTPUT_MISSING: {
    severity: 'error',
    meaning: 'A task takes an output that the other task has not given.',
    remedy:
      'Let the other task write it to the file named in MUSTER_OUTPUT, and declare it as required under `outputs`, so that it fails at once where it does not.',
  },
  TASK_OUTPUT_AS_CODE: {
    severity: 'error',
    meaning: 'The command of a task would be what another task has put out. What nodes give is never run.',
    remedy: 'Write the command in the definition and give it the output as a variable, by `env`.',
  },
} as const satisfies Record<string, CatalogueEntry>;
