import { processIo } from './io/process-io';
import { runCli } from './run-cli';

void runCli(process.argv.slice(2), processIo()).then((exitCode) => {
  // Not `process.exit`: what was written to a pipe must still get through.
  process.exitCode = exitCode;
});
