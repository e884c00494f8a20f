import type { ReaderCodes } from '../yaml/cursor';

export const clusterCodes: ReaderCodes = {
  invalid: 'CLUSTER_INVALID_VALUE',
  missing: 'CLUSTER_MISSING_KEY',
  unknownKey: 'CLUSTER_UNKNOWN_KEY',
};
