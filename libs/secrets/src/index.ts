/**
 * Secrets at rest and on their way: sealing, the key file, and masking them in output.
 * Promises never to print a value, and to keep none beyond the call that needs it, a masker's aside.
 */
export { loadOrCreateKeyFile } from './key-file';
export { createMasker, type Masker, MASKED_LENGTH_MIN } from './masker';
export { createSecretBox } from './secret-box';
