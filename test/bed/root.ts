import { dirname } from 'node:path';

/** The checkout. */
export const root = dirname(dirname(__dirname));
