/** Keys of a task definition, in all spellings that are read. */
export const DEFINITION_KEYS = [
  ...['id', 'type', 'version', 'role', 'roles', 'groups', 'tags', 'requires', 'required_for'],
  ...['cross-depends', 'cross_depends', 'cross-depended-by', 'cross_depended_by', 'condition', 'parameters'],
  ...['fail_on_error', 'fault_tolerance', 'tasks'],
  // Kept by the field, without effect on planning.
  ...['reexecute_on', 'refresh_on', 'test_pre', 'test_post', 'stage'],
  // Ours.
  ...['onFailure', 'retries', 'timeout', 'interval', 'cwd', 'repeat', 'after', 'section', 'pool'],
  ...['inputs', 'outputs', 'idempotent', 'expected', 'description'],
] as const;

/** Seconds that a task may run when nobody says otherwise. */
export const TIMEOUT_DEFAULT_MS = 3_600_000;
