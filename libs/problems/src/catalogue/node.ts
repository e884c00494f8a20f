import type { CatalogueEntry } from './index';

export const nodeProblems = {
  NODE_UNREACHABLE: { severity: 'error', meaning: 'No SSH connection to the node could be made.', remedy: 'Check address, port, user and network from where the executor runs.' },
  NODE_HOST_KEY_UNKNOWN: { severity: 'error', meaning: 'The node has no accepted host key.', remedy: 'Compare the fingerprint with the machine, then apply again with --accept-host-keys or write it as hostKey.' },
  NODE_HOST_KEY_CHANGED: { severity: 'error', meaning: 'The node shows another host key than the one accepted.', remedy: 'Find out why; if the machine was reinstalled, write the new fingerprint as hostKey.' },
  NODE_LOGIN_REFUSED: { severity: 'error', meaning: 'The node refused the login.', remedy: 'Check user and identityFile; the public key must be in the authorized_keys of that user.' },
  NODE_REQUIREMENT_MISSING: { severity: 'error', meaning: 'The node lacks something that the launcher needs.', remedy: 'Install what is named (flock and setsid come with util-linux or busybox) or make the state folder writable.' },
  NODE_OTHER_OWNER: { severity: 'error', meaning: 'The node is owned by another installation of Muster.', remedy: 'Make sure that the other one is gone, then run `muster node adopt NODE`.' },
  NODE_TICKET_OLD: { severity: 'error', meaning: 'A newer claim or owner has taken the node over.', remedy: 'Nothing: the newer owner goes on.' },
} as const satisfies Record<string, CatalogueEntry>;
