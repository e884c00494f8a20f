import type { TaskDefinition } from '@muster/model';

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

/** Keys of a task file, and the field of a definition that each one fills. */
export const FIELD_OF_KEY: ReadonlyMap<string, keyof TaskDefinition> = new Map([
  ['type', 'type'],
  ['version', 'version'],
  ['role', 'roles'],
  ['roles', 'roles'],
  ['groups', 'groups'],
  ['tags', 'tags'],
  ['requires', 'requires'],
  ['required_for', 'requiredFor'],
  ['cross-depends', 'crossDepends'],
  ['cross_depends', 'crossDepends'],
  ['cross-depended-by', 'crossDependedBy'],
  ['cross_depended_by', 'crossDependedBy'],
  ['condition', 'condition'],
  ['fail_on_error', 'onFailure'],
  ['onFailure', 'onFailure'],
  ['fault_tolerance', 'faultTolerance'],
  ['tasks', 'tasks'],
  ['strategy', 'strategy'],
  ['retries', 'retries'],
  ['interval', 'retries'],
  ['timeout', 'timeoutMs'],
  ['repeat', 'repeat'],
  ['after', 'after'],
  ['section', 'section'],
  ['pool', 'pool'],
  ['outputs', 'outputs'],
  ['idempotent', 'idempotent'],
  ['expected', 'expectedMs'],
  ['description', 'description'],
]);
