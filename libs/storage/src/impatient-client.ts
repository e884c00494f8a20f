import { Client } from 'pg';

/** What `pg` says of a statement that has taken longer than its `query_timeout`. */
const GIVEN_UP = 'Query read timeout';

/**
 * Ends its connection when it gives a statement up: its answer would still come before those of later ones, or none ever would, and
 * a pool would hand the connection to whoever asks next.
 */
export class ImpatientClient extends Client {
  override query = ((...asked: Parameters<Client['query']>): unknown => {
    const answered: unknown = (Client.prototype.query as (...all: unknown[]) => unknown).apply(this, asked);
    if (answered instanceof Promise)
      answered.catch((error: unknown) => {
        if (error instanceof Error && error.message === GIVEN_UP) this.#hangUp();
      });
    return answered;
  }) as Client['query'];

  #hangUp(): void {
    (this as unknown as { readonly connection: { readonly stream: { destroy(): void } } }).connection.stream.destroy();
  }
}
