import type { CatalogueEntry } from './entry';

export const nodeProblems = {
  NODE_UNREACHABLE: {
    severity: 'error',
    meaning: 'No SSH connection to the node could be made.',
    remedy: 'Check address, port, user and network from where the executor runs.',
  },
  NODE_HOST_KEY_UNKNOWN: {
    severity: 'error',
    meaning: 'The node has no accepted host key.',
    remedy:
      'Compare the fingerprint with the machine, then apply again with --accept-host-keys or write it as hostKey.',
  },
  NODE_HOST_KEY_CHANGED: {
    severity: 'error',
    meaning: 'The node shows another host key than the one accepted.',
    remedy: 'Find out why; if the machine was reinstalled, write the new fingerprint as hostKey.',
  },
  NODE_LOGIN_REFUSED: {
    severity: 'error',
    meaning: 'The node refused the login.',
    remedy: 'Check user and identityFile; the public key must be in the authorized_keys of that user.',
  },
  NODE_SHELL_UNUSABLE: {
    severity: 'error',
    meaning: 'The login works, but gives no shell that runs `/bin/sh`.',
    remedy:
      'See what `ssh USER@NODE exec /bin/sh` does: the login shell must be one that runs commands (not nologin, a menu or an interpreter), or log in as another user.',
  },
  NODE_BECOME_REFUSED: {
    severity: 'error',
    meaning: 'The node did not let the login user become root.',
    remedy: 'Allow the user to run sudo without a password (NOPASSWD), log in as root, or set become: none.',
  },
  NODE_REQUIREMENT_MISSING: {
    severity: 'error',
    meaning: 'The node lacks something that the launcher needs.',
    remedy:
      'Install what is named (flock and setsid come with util-linux or busybox), or make the state folder writable; where it cannot be written to, see whether its disk is full or read-only.',
  },
  NODE_OTHER_OWNER: {
    severity: 'error',
    meaning: 'The node is owned by another installation of Muster.',
    remedy: 'Make sure that the other one is gone, then run `muster node adopt NODE`.',
  },
  NODE_SAME_MACHINE: {
    severity: 'error',
    meaning: 'The machine behind the node is claimed already, under another name with another host key.',
    remedy:
      'Keep one name for it. If they are two machines made from one image, remove the file `id` from the state folder of one (`/var/lib/muster/id`), or give each its own `/etc/machine-id`.',
  },
  NODE_TICKET_OLD: {
    severity: 'error',
    meaning: 'A newer claim or owner has taken the node over.',
    remedy: 'Nothing: the newer owner goes on.',
  },
  NODE_ADDRESS_MISSING: {
    severity: 'error',
    meaning: 'Nobody has told where the node is reached.',
    remedy: 'Write `address` in the cluster file, or register the node with `muster node add`.',
  },
  NODE_IDENTITY_MISSING: {
    severity: 'error',
    meaning: 'There is no private key for the login on the node.',
    remedy: 'Write `identityFile` in the cluster file; the CLI reads it and the planner seals it.',
  },
  NODE_DRIVER_CANNOT: {
    severity: 'error',
    meaning: "The node's driver cannot do what it was asked for.",
    remedy:
      'See `muster node driver NODE`; give it a driver that has a command for the action with `muster node driver NODE --file FILE`.',
  },
  NODE_CARRIER_MISSING: {
    severity: 'error',
    meaning: "The commands of the node's driver have no machine to run on.",
    remedy: 'Name one with --on NODE, or name a master node in the cluster file.',
  },
  NODE_POWER_FAILED: {
    severity: 'error',
    meaning: "The node's driver did not do what it was asked for.",
    remedy: 'See the detail for what it printed; the machine may or may not have been switched, so ask for its status.',
  },
  NODE_IN_USE: {
    severity: 'error',
    meaning: 'The node belongs to a cluster.',
    remedy: 'Take it out of the cluster file and apply that, then remove it.',
  },
  NODE_DUPLICATE: {
    severity: 'error',
    meaning: 'Another node that is registered is the same machine.',
    remedy: 'Use that node, or remove it first; check address, port and host key.',
  },
  NODE_STATE: {
    severity: 'error',
    meaning: 'The node is not in a state that this can be done in.',
    remedy: 'See the states and moves in docs/reference/nodes.md; `muster node show NODE` tells its state.',
  },
  NODE_IN_TRANSACTION: {
    severity: 'error',
    meaning: 'A transaction that has not ended uses the node.',
    remedy: 'Wait for the transaction that is named, or cancel it.',
  },
  PLAN_NODES_MISSING: {
    severity: 'warning',
    meaning: 'A role has fewer nodes that fit than the cluster wants.',
    remedy: 'Give it more nodes that fit (`muster cluster match` names free ones), or change `counts` or `profiles`.',
  },
  PLAN_NODE_OFFLINE: {
    severity: 'warning',
    meaning: 'A node of the cluster did not answer when it was last looked at.',
    remedy: 'See to it before deploying, or look again with `muster node inspect NODE`.',
  },
  PROFILE_IN_USE: {
    severity: 'error',
    meaning: 'Nodes or clusters use the profile.',
    remedy: 'Take it from them first.',
  },
  NODE_BUSY: {
    severity: 'error',
    meaning: 'Something that an earlier attempt started still ran on the node when the time of the task was over.',
    remedy: 'Log in and end it, or wait until it ends; then retry.',
  },
  NODE_CERTIFICATE_UNTRUSTED: {
    severity: 'error',
    meaning: 'A page that a task waits for shows a certificate that executors do not trust.',
    remedy: 'Give executors its authority (NODE_EXTRA_CA_CERTS), or say `insecure: true` in the task.',
  },
  NODE_SOURCE_UNREADABLE: {
    severity: 'error',
    meaning: 'A file or folder that is to be copied from the master node cannot be read there.',
    remedy: 'Check the path on the master node, and that its login user (or root, with become: sudo) may read it.',
  },
  NODE_OPERATION_INVALID: {
    severity: 'error',
    meaning: 'What is to be done on the node cannot be expressed there.',
    remedy: 'Correct what the summary names: variable names, paths of files and addresses of probes are checked.',
  },
} as const satisfies Record<string, CatalogueEntry>;
