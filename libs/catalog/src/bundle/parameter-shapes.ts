import type { TaskType } from '@muster/model';

/** What a parameter of a task type may be. An expression or an output binding may stand for any of them. */
export type ParameterShape =
  | 'text'
  | 'permissions'
  | 'integer'
  | 'seconds'
  | 'files'
  | 'mapping'
  | 'uploads'
  | 'method'
  | 'flag'
  | 'url'
  | 'expect'
  | 'checks'
  | 'environment'
  | 'paths'
  | 'anything';

export interface ParameterShapes {
  readonly known: Readonly<Record<string, ParameterShape>>;
  /** Each inner list: exactly one of these must be there. */
  readonly oneOf: readonly (readonly string[])[];
}

/** Read out of `parameters` for every type, and no parameters any more then. */
export const SETTLED_KEYS = ['strategy', 'retries', 'timeout', 'interval', 'cwd'] as const;

/** Variables of the command, and files of the bundle that it finds in `$MUSTER_ATTEMPT_DIR/files`. */
const command = { cmd: 'text', env: 'environment', files: 'paths' } as const;
const permissions = { permissions: 'permissions', dir_permissions: 'permissions' } as const;

/** Parameters by type; a type that is not here takes any (drivers, bridges). */
export const PARAMETER_SHAPES: Readonly<Partial<Record<TaskType, ParameterShapes>>> = {
  shell: { known: command, oneOf: [['cmd']] },
  master_shell: { known: command, oneOf: [['cmd']] },
  upload_file: {
    known: { path: 'text', data: 'anything', file: 'text', ...permissions },
    oneOf: [['path'], ['data', 'file']],
  },
  upload_files: {
    known: { files: 'uploads', nodes: 'anything', ...permissions },
    oneOf: [['files', 'nodes']],
  },
  copy_files: { known: { files: 'files', ...permissions }, oneOf: [['files']] },
  sync: { known: { src: 'text', dst: 'text' }, oneOf: [['src'], ['dst']] },
  puppet: {
    known: { puppet_manifest: 'text', puppet_modules: 'text', env: 'environment' },
    oneOf: [['puppet_manifest']],
  },
  reboot: { known: {}, oneOf: [] },
  'wait-for': {
    known: {
      port: 'integer',
      http: 'anything',
      cmd: 'text',
      env: 'environment',
      event: 'anything',
      expect: 'anything',
      host: 'text',
      insecure: 'flag',
    },
    oneOf: [['port', 'http', 'cmd', 'event']],
  },
  http: {
    known: {
      method: 'method',
      url: 'url',
      body: 'anything',
      expect: 'expect',
      headers: 'mapping',
      cacert: 'text',
      insecure: 'flag',
    },
    oneOf: [['url']],
  },
  validate: { known: { checks: 'checks', env: 'environment', files: 'paths' }, oneOf: [['checks']] },
  ansible: { known: { playbook: 'text', vars: 'mapping', files: 'paths' }, oneOf: [['playbook']] },
};
