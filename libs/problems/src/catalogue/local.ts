import type { CatalogueEntry } from './entry';

export const localProblems = {
  LOCAL_USAGE: {
    severity: 'error',
    meaning: 'A command was called with arguments that it does not take.',
    remedy: 'Run the command with --help.',
  },
  LOCAL_FILE: {
    severity: 'error',
    meaning: 'A local file cannot be read.',
    remedy: 'Check the path and its permissions.',
  },
  SIMULATION_SCRIPT_UNUSED: {
    severity: 'warning',
    meaning: 'The script of a simulation names a task or a node that the graph does not have.',
    remedy: 'Correct the name, or remove it.',
  },
  SERVER_UNREACHABLE: {
    severity: 'error',
    meaning: 'The planner does not answer at the address used.',
    remedy: 'Start a server with `muster server`, or give its address with --server or MUSTER_SERVER.',
  },
  CONFIG_INVALID: {
    severity: 'error',
    meaning: 'A setting in the environment is missing or nonsense.',
    remedy: 'Correct the variable named; the README lists them all.',
  },
  SERVER_ANSWER_STRANGE: {
    severity: 'error',
    meaning: 'Something answered that is not a Muster planner, or not one of this version.',
    remedy:
      'Check --server or MUSTER_SERVER, and any proxy on the way; `muster --version` tells the version of the client.',
  },
  LOCAL_BUNDLE_LINK: {
    severity: 'error',
    meaning: 'A bundle folder holds a link, a device or a socket; a bundle consists of plain files.',
    remedy: 'Replace it by the file itself.',
  },
  LOCAL_BUNDLE_TOO_LARGE: {
    severity: 'error',
    meaning: 'A bundle folder is larger than what can be published.',
    remedy: 'Remove what does not belong to it; large images are better fetched by a task.',
  },
  LOCAL_IDENTITY: {
    severity: 'error',
    meaning: 'A private key cannot be used to log in to nodes.',
    remedy: 'Name a private key without a passphrase as identityFile; `ssh-keygen -p -f FILE` removes one.',
  },
  BROKER_UNREACHABLE: {
    severity: 'error',
    meaning: 'RabbitMQ does not answer, or refuses the account.',
    remedy: 'Check that RabbitMQ runs and that MUSTER_AMQP_URL names its host, account and virtual host.',
  },
  LOCAL_SIGN_IN: {
    severity: 'error',
    meaning: 'Somebody could not be signed in by OpenID Connect.',
    remedy: 'Check issuer and client id, and confirm in the browser before the code is too old.',
  },
} as const satisfies Record<string, CatalogueEntry>;
