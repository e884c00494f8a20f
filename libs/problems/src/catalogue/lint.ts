import type { CatalogueEntry } from './entry';

/** What `muster lint` finds; `docs/lint.md` says more about each. */
export const lintProblems = {
  LINT_NO_MANIFEST: {
    severity: 'info',
    meaning: 'A folder of task definitions has no manifest.',
    remedy: 'Add a release.yaml or plugin.yaml with name and version before publishing it.',
  },
  LINT_NOT_FINISHED: {
    severity: 'warning',
    meaning: 'The bundle is so large, or made so, that some rules were stopped before they had looked at all of it.',
    remedy: 'Split the bundle, or write fewer and simpler patterns; look for the findings named by hand until then.',
  },
  LINT_UNKNOWN_NAME: {
    severity: 'warning',
    meaning: 'A relation, a group, a patch or an output binding names a task definition that exists nowhere.',
    remedy: 'Correct the name, or remove it.',
  },
  LINT_MATCHES_NOTHING: {
    severity: 'warning',
    meaning: 'The `/regex/` of a relation matches no task definition.',
    remedy: 'Correct the pattern (it is anchored at its start only), or remove the relation.',
  },
  LINT_BAD_PATTERN: {
    severity: 'error',
    meaning: 'A `/regex/` cannot be used, so that no cluster could be planned.',
    remedy: 'Correct it; RE2 syntax: no look-around, no back references.',
  },
  LINT_UNKNOWN_ROLE: {
    severity: 'warning',
    meaning: 'A placement or relation names a role or tag that no node gets.',
    remedy: 'Correct the name, or declare the role or tag.',
  },
  LINT_UNKNOWN_OUTPUT: {
    severity: 'warning',
    meaning: 'An output binding takes what the other task does not declare.',
    remedy: 'Declare it under `outputs` of the other task, or correct the binding.',
  },
  LINT_BAD_EXPRESSION: {
    severity: 'error',
    meaning: 'An expression cannot be read, so that no cluster with the task could be planned.',
    remedy: 'Correct it at the place shown.',
  },
  LINT_UNKNOWN_SETTING: {
    severity: 'warning',
    meaning: 'An expression reads a setting that the schema of the settings does not have.',
    remedy: 'Correct the name, or declare the setting.',
  },
  LINT_PLACED_NOWHERE: {
    severity: 'warning',
    meaning: 'A task definition has no placement and is in no group.',
    remedy: 'Give it `roles` or `tags`, add it to a group, or remove it.',
  },
  LINT_NO_ORDER: {
    severity: 'warning',
    meaning: 'A relation never finds the other task where it looks, and nothing else puts the two in that order.',
    remedy:
      'Name where the other task is: `cross-depends` with its role for another node, `requires` for the same node and the sync point.',
  },
  LINT_TWO_WRITERS: {
    severity: 'warning',
    meaning: 'Two task definitions write one file on a node, in no order.',
    remedy: 'Let one of them require the other, or let only one of them write the file.',
  },
  LINT_NEVER_TRUE: {
    severity: 'info',
    meaning: 'A condition is false whatever the settings.',
    remedy: 'Remove the definition, or make it an `anchor` if others order themselves against it.',
  },
  LINT_SHORT_TIMEOUT: {
    severity: 'warning',
    meaning: 'A task is expected to take longer than its timeout.',
    remedy: 'Raise `timeout`, which is 3600 seconds if absent, or correct `expected`.',
  },
  LINT_IDLE_LIMIT: {
    severity: 'info',
    meaning: 'A limit is not below the number of nodes that there can be.',
    remedy: 'Lower the amount, or remove the strategy.',
  },
  LINT_ALL_TO_ALL: {
    severity: 'info',
    meaning: 'All tasks of many nodes wait for all tasks of many nodes.',
    remedy:
      'Write `requires` or `role: self` if each needs its own node only, `policy: any` if one of them will do; keep it if all must be done first.',
  },
  LINT_UNBOUNDED_RESTARTS: {
    severity: 'info',
    meaning: 'Something that may need a quorum is restarted on all of its nodes at once.',
    remedy: 'Give it `parameters.strategy` (one_by_one, or an amount), or the role `concurrency` or `mode: serial`.',
  },
  LINT_LOST_PAUSES: {
    severity: 'info',
    meaning: 'A task is not declared idempotent, so that losing its node while it runs pauses the deployment.',
    remedy: 'Write `idempotent: true` if it may run twice; else keep it, and expect to be asked.',
  },
  LINT_OPTION: {
    severity: 'error',
    meaning: 'An option cannot be switched on as it is declared, or its settings cannot hold.',
    remedy: 'Correct what the summary says.',
  },
  LINT_UNSURE_RETRIES: {
    severity: 'info',
    meaning: 'A task is retried and does not say that it may run twice.',
    remedy: 'Write `idempotent: true` if it may run twice, else remove the retries.',
  },
} as const satisfies Record<string, CatalogueEntry>;
