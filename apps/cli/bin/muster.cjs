#!/usr/bin/env node
'use strict';
const { join } = require('node:path');

// Services bring thousands of files of packages along; a command that is none and only has such a word loses nothing by it.
if (process.argv.some((word) => ['server', 'planner', 'executor'].includes(word)))
  require('./packed-packages.cjs').usePackedPackages(
    join(__dirname, '../packed'),
    join(__dirname, '../../../package-lock.json'),
  );

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
