import { ParseUUIDPipe } from '@nestjs/common';
import { problem, ProblemsError } from '@muster/problems';

/** Reads a transaction's id out of the address of a request. */
export const TRANSACTION_ID = new ParseUUIDPipe({
  exceptionFactory: () =>
    new ProblemsError([
      problem('API_INVALID', {
        subject: 'the transaction',
        summary: 'What is given is no id of a transaction.',
        remedy: '`muster status` lists transactions with their ids.',
        place: { path: 'transaction' },
      }),
    ]),
});
