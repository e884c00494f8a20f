#!/usr/bin/env node
'use strict';
// Committed, not built: npm links a bin only to a file that exists at install time.
try {
  require('../dist/main.js');
} catch (error) {
  if (error && error.code === 'MODULE_NOT_FOUND' && String(error.message).includes('dist/main.js')) {
    process.stderr.write('muster is not built yet: run `npm run build` in the checkout first.\n');
    process.exit(1);
  }
  throw error;
}
