import type { CatalogueEntry } from './entry';

export const clusterProblems = {
  CLUSTER_UNKNOWN_RELEASE: {
    severity: 'error',
    meaning: 'The cluster names a release or plugin that is not published.',
    remedy: 'Publish it first, or correct the name and version.',
  },
  CLUSTER_BUNDLE_RETIRED: {
    severity: 'error',
    meaning: 'The cluster names a release or plugin that was retired.',
    remedy: 'Use a newer version, or restore this one.',
  },
  CLUSTER_OTHER_BUNDLE: {
    severity: 'error',
    meaning: 'Planning offline was given other bundles than those that the cluster file names.',
    remedy: 'Give the bundles named with --bundle, or correct `release` and `plugins` in the cluster file.',
  },
  CLUSTER_DUPLICATE_KEY: {
    severity: 'error',
    meaning: 'A mapping of the cluster file repeats a key.',
    remedy: 'Remove one of the two.',
  },
  CLUSTER_MISSING_KEY: {
    severity: 'error',
    meaning: 'A required key is absent from the cluster file.',
    remedy: 'Add the key named.',
  },
  CLUSTER_INVALID_VALUE: {
    severity: 'error',
    meaning: 'A value of the cluster file has the wrong type or is out of range.',
    remedy: 'Write what the summary asks for.',
  },
  CLUSTER_UNKNOWN_KEY: {
    severity: 'warning',
    meaning: 'A key of the cluster file is not known and has no effect.',
    remedy: 'Correct its spelling, or remove it.',
  },
  CLUSTER_RESERVED_NAME: {
    severity: 'error',
    meaning: 'A node has a name that relations use for something else.',
    remedy: 'Give the node another name.',
  },
  CLUSTER_UNKNOWN_NODE: {
    severity: 'error',
    meaning: '`master` or `jump` names a node that the file does not have.',
    remedy: 'Correct the name, or add the node.',
  },
  CLUSTER_SAME_MACHINE: {
    severity: 'error',
    meaning: 'Two nodes of the cluster have one host key, so they are one machine under two names.',
    remedy:
      'Take one of them out; if they are two machines cloned from one image, give one new host keys (remove /etc/ssh/ssh_host_*, then ssh-keygen -A) and apply again.',
  },
  CLUSTER_JUMP_CIRCLE: {
    severity: 'error',
    meaning: 'Nodes are reached through each other in a circle.',
    remedy: 'Give one of them no `jump`.',
  },
  CLUSTER_SEALED_VALUE: {
    severity: 'error',
    meaning: 'A setting looks like a sealed secret; those are made by the planner only.',
    remedy: 'Write the value itself; it is sealed when it is stored.',
  },
  CLUSTER_UNKNOWN_ROLE: {
    severity: 'warning',
    meaning: 'A node has a role that neither the release, its plugins nor any task knows.',
    remedy: 'Correct the name, or declare the role in the release.',
  },
  CLUSTER_ROLE_COUNT: {
    severity: 'error',
    meaning: 'A role has fewer or more nodes than the release allows.',
    remedy: 'Assign the role to as many nodes as the summary asks for.',
  },
  CLUSTER_ROLE_CONFLICT: {
    severity: 'error',
    meaning: 'A node has two roles that exclude each other.',
    remedy: 'Move one of the roles to another node.',
  },
  CLUSTER_SETTINGS_INVALID: {
    severity: 'error',
    meaning: 'Settings do not fit the schema of the release or a plugin.',
    remedy: 'Correct the setting named.',
  },
  CLUSTER_SETTING_DEPRECATED: {
    severity: 'warning',
    meaning: 'A setting was given that its release or plugin calls deprecated.',
    remedy: 'Look up in its description what takes its place, and take it away.',
  },
  CLUSTER_SETTING_UNUSED: {
    severity: 'warning',
    meaning: 'A setting was given that neither the release nor a plugin declares, so probably nothing uses it.',
    remedy: 'Correct its name, or take it away.',
  },
  CLUSTER_SECRET_MASKED: {
    severity: 'error',
    meaning: 'A secret was given as `<secret>`, which is how secrets are shown, and there is none that could stay.',
    remedy: 'Write the secret itself; or `<to be filled>`, to give it later.',
  },
  CLUSTER_NODE_LEFT_OUT: {
    severity: 'warning',
    meaning: 'A node that was left out of a new cluster is its master, or others are reached through it.',
    remedy: 'Name another one in the new cluster, or make it again with that node.',
  },
  CLUSTER_BLANK: {
    severity: 'error',
    meaning: 'A secret of the cluster is still to be filled.',
    remedy: 'Give it: `muster cluster set CLUSTER PATH=VALUE`.',
  },
  CLUSTER_COUNT_UNMET: {
    severity: 'warning',
    meaning: 'A role has fewer or more nodes than the cluster says that it is to have.',
    remedy: 'Assign nodes to the role, or change its count.',
  },
  CLUSTER_UNKNOWN_OPTION: {
    severity: 'error',
    meaning: 'The cluster switches an option that neither its release nor a plugin declares.',
    remedy: 'Correct the name, or take the option away.',
  },
  CLUSTER_OPTIONS_EXCLUDE: {
    severity: 'error',
    meaning: 'Options are on of which the release says that they exclude each other.',
    remedy: 'Leave one of them on.',
  },
  CLUSTER_OPTION_EXCLUDED: {
    severity: 'error',
    meaning: 'An option cannot be switched on while another one of its exclusive group is on.',
    remedy: 'Switch the other one off first, or ask with `replace` for both at once.',
  },
  CLUSTER_OPTION_REQUIRES: {
    severity: 'error',
    meaning: 'An option is on that needs another one, which is off.',
    remedy: 'Switch on what it needs, or switch it off.',
  },
  CLUSTER_EXISTS: {
    severity: 'error',
    meaning: 'A new cluster is to have the name of one that is there.',
    remedy: 'Take another name, or delete the one that is there.',
  },
  PRESET_EXISTS: {
    severity: 'error',
    meaning: 'A preset is to have the name of one that is there.',
    remedy: 'Take another name, or delete the one that is there; clusters made of it keep what they have.',
  },
  CLUSTER_LIVE: {
    severity: 'error',
    meaning: 'The cluster is deployed, and deleting it would forget machines that still do their work.',
    remedy:
      'Undeploy it (a whole deployment of the graph `deletion`), or delete it with `--keep`: its machines stay as they are.',
  },
  CLUSTER_SETTINGS_CLASH: {
    severity: 'error',
    meaning: 'Two bundles declare the same setting differently.',
    remedy: 'Rename the setting in one of them, or leave one of the plugins out.',
  },
  CLUSTER_PLUGIN_INCOMPATIBLE: {
    severity: 'error',
    meaning: 'A plugin does not merge into the release of the cluster.',
    remedy: 'Use a version of the plugin made for that release, or leave it out.',
  },
} as const satisfies Record<string, CatalogueEntry>;
