import type { ReaderCodes } from '../yaml/cursor';

export const bundleCodes: ReaderCodes = {
  invalid: 'BUNDLE_INVALID_VALUE',
  missing: 'BUNDLE_MISSING_KEY',
  unknownKey: 'BUNDLE_UNKNOWN_KEY',
};
