import type { CatalogueEntry } from './entry';

export const planProblems = {
  PLAN_CYCLE: {
    severity: 'error',
    meaning: 'Tasks require each other in a circle.',
    remedy: 'Remove one of the relations on the path shown.',
  },
  PLAN_UNKNOWN_NAME: {
    severity: 'warning',
    meaning: 'A relation names a task definition that exists nowhere.',
    remedy: 'Correct the name, or remove the relation.',
  },
  PLAN_UNKNOWN_TASK: {
    severity: 'error',
    meaning: 'A group, a filter or an output binding names a task that does not exist.',
    remedy: 'Correct the name.',
  },
  PLAN_UNKNOWN_NODE: {
    severity: 'error',
    meaning: 'A filter names a node that the cluster does not have.',
    remedy: 'Correct the name.',
  },
  PLAN_NOTHING_SELECTED: {
    severity: 'warning',
    meaning: 'Nodes, tasks and subgraphs were selected that have no task in common.',
    remedy: 'Select fewer kinds of things, or others: a task must be in each of them.',
  },
  PLAN_BAD_SUBGRAPH: {
    severity: 'error',
    meaning: 'A subgraph names nothing, or a task or node that is not there.',
    remedy: 'Write START:END, START: or :END, each a task with /nodes behind it or without.',
  },
  PLAN_NAME_TAKEN: {
    severity: 'error',
    meaning: 'A run of a repeated task would have the name of another definition.',
    remedy: 'Rename the other definition.',
  },
  PLAN_ROLE_BY_ROLE: {
    severity: 'warning',
    meaning: 'A definition was written for deployment role by role, so the whole cluster is planned like that.',
    remedy:
      'Say its order across nodes with cross-depends and give it the version 2.0.0 or later, or set `taskBased: false`.',
  },
  PLAN_CHANGED_BUT_SKIPPED: {
    severity: 'warning',
    meaning:
      'A definition changed since its task last succeeded, and its condition lets the task be skipped all the same.',
    remedy: 'Run it with --force and --tasks if the change is to take effect.',
  },
  PLAN_OUTPUT_MISSING: {
    severity: 'error',
    meaning: 'A task takes an output of another one that is skipped, so that there will be none.',
    remedy: 'Select that task too (--fetch-deps), or run it with --force.',
  },
  PLAN_OUTPUT_AS_CODE: {
    severity: 'warning',
    meaning:
      'The command of a task is to be what another task puts out. Executors refuse it: what nodes give is never run.',
    remedy: 'Write the command in the definition and give it the output as a variable, by `env`.',
  },
  PLAN_BLANK: {
    severity: 'warning',
    meaning: 'A secret of the cluster is still to be filled. It can be planned for, and not be deployed.',
    remedy: 'Give it: `muster cluster set CLUSTER PATH=VALUE`.',
  },
  PLAN_COUNT_UNMET: {
    severity: 'warning',
    meaning: 'A role has fewer or more nodes than the cluster says that it is to have. It cannot be deployed.',
    remedy: 'Assign nodes to the role, or change its count.',
  },
  PLAN_TYPE_NOT_ALLOWED: {
    severity: 'warning',
    meaning:
      'The graph has tasks of a type that a cluster has to allow, and the cluster does not. It cannot be deployed.',
    remedy: 'Name the type under `allow` in the cluster file, if the release may do that on the master node.',
  },
  PLAN_PLACEHOLDER_UNKNOWN: {
    severity: 'warning',
    meaning:
      "A word in braces that the field's content expects to be replaced is not said by the settings; it stays as it is.",
    remedy: 'Add the setting that the summary names.',
  },
  PLAN_UNKNOWN_LIMIT: {
    severity: 'error',
    meaning: 'A limit is to be changed that the graph does not have.',
    remedy: 'Name a limit of the plan, `nodes` or `definition:ID`.',
  },
  PLAN_UNKNOWN_GRAPH: {
    severity: 'error',
    meaning: 'Neither the release nor its plugins have a graph of that type.',
    remedy: 'Correct the graph type; the summary names those that exist.',
  },
  PLAN_UNKNOWN_SEQUENCE: {
    severity: 'error',
    meaning: 'Neither the release nor its plugins have a sequence of graphs of that name.',
    remedy: 'Correct the name; the summary names those that exist.',
  },
  PLAN_DEFINITION_CLASH: {
    severity: 'error',
    meaning: 'Two plugins define a task of the same id.',
    remedy: 'Leave one of the plugins out, or ask their authors to rename the task.',
  },
  PLAN_BAD_PATTERN: {
    severity: 'error',
    meaning: 'A `/regex/` cannot be used.',
    remedy: 'Correct it; RE2 syntax: no look-around, no back references.',
  },
  PLAN_UNKNOWN_ROLE: {
    severity: 'warning',
    meaning: 'A relation looks at a role that nobody can have, so it finds nothing.',
    remedy: 'Correct the name; relations look at tags, which are those of the roles that the release declares.',
  },
  PLAN_TOO_LARGE: {
    severity: 'error',
    meaning: 'A raw plan would have more relations, or computed values more characters, than can be shown.',
    remedy: 'Plan without --raw, or with fewer nodes.',
  },
  PLAN_TOO_COSTLY: {
    severity: 'error',
    meaning: 'The expressions of a plan cost more steps, or more time, than they may together.',
    remedy:
      'Let the expression look through less: read only the part of the settings that it needs, and look things up by key instead of searching lists; or plan fewer nodes at once.',
  },
  PLAN_PLAIN_STAR: {
    severity: 'warning',
    meaning: '`*` or `self` stands in a list of roles, where it is only a name.',
    remedy: 'Write it alone instead of in a list.',
  },
  PLAN_EXPRESSION_FAILED: {
    severity: 'error',
    meaning: 'An expression failed or gave a value of the wrong shape.',
    remedy: 'Correct the expression at the place shown, or the settings that it reads.',
  },
  PLAN_LIMIT_IMPOSSIBLE: {
    severity: 'error',
    meaning: 'A limit is zero, negative or no whole number.',
    remedy: 'Write a whole number of at least 1, or remove the limit for unlimited.',
  },
  PLAN_SECTION_DEADLOCK: {
    severity: 'error',
    meaning: 'Sections could hold all slots of a limit and wait for each other for ever.',
    remedy:
      'Let the task that is waited for come before the first task of the section, or raise the limit above the number of sections that hold it.',
  },
  PLAN_LIMIT_DIFFERS: {
    severity: 'warning',
    meaning: 'A limit comes out differently on different nodes; the smallest holds.',
    remedy: 'Compute the amount from cluster-wide settings.',
  },
  PLAN_SECRET_NAME: {
    severity: 'error',
    meaning: 'A secret is part of a path, an address or another name, which everybody on the node can read.',
    remedy: 'Give secrets as contents (`data`), variables (`env`) or in a file, and name things by what is no secret.',
  },
  PLAN_UNKNOWN_POOL: {
    severity: 'error',
    meaning: 'A task takes a slot of a pool that there is none of.',
    remedy: 'Make the pool with `muster pool set NAME SLOTS`, or correct its name in the task definition.',
  },
  PLAN_POOL_SIZE_UNKNOWN: {
    severity: 'warning',
    meaning: 'Offline nobody knows how many slots a pool has; it counts as one.',
    remedy: 'Ask a server for the plan, or say what if: `--limit pool:NAME=SLOTS`.',
  },
  PLAN_RAMP_EARLIER: {
    severity: 'warning',
    meaning: 'Tasks of a later wave of a ramp do not wait for it, since tasks of an earlier wave need them.',
    remedy: 'Relate the tasks to those of their own node, or leave it so if these tasks may run on all nodes at once.',
  },
  PLAN_TOLERANCE_OUT_OF_RANGE: {
    severity: 'warning',
    meaning: 'A fault tolerance asks for more successes than there are nodes; no failure is tolerated.',
    remedy: 'Lower the number.',
  },
  PLAN_NO_MASTER: {
    severity: 'warning',
    meaning: 'The graph has tasks on the master node and the cluster names none; deploying refuses.',
    remedy: 'Name a node as `master` in the cluster file.',
  },
  PLAN_EMPTY: {
    severity: 'warning',
    meaning: 'The graph has no tasks.',
    remedy: 'Give the nodes roles that the task definitions name.',
  },
  PLAN_UNSUPPORTED: {
    severity: 'error',
    meaning: 'Something is asked for that this version cannot carry out, and leaving it out would be unsafe.',
    remedy: 'Remove the key named, or use a version of Muster that knows it.',
  },
} as const satisfies Record<string, CatalogueEntry>;
