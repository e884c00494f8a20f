import { createServer, type Server } from 'node:net';
import { rm } from 'node:fs/promises';
import type { PGlite } from '@electric-sql/pglite';
import { PgliteSession } from './pglite-session';
import { Turn } from './turn';

/** Lets PostgreSQL clients of this user reach an embedded database, over a unix socket and nothing else. */
export class PgliteServer {
  readonly #sessions = new Set<PgliteSession>();

  private constructor(
    private readonly server: Server,
    private readonly db: PGlite,
  ) {}

  /** Listens at `path`; what lies there is a dead one's and is removed, so the caller must hold the folder's lock. */
  static async listen(db: PGlite, path: string): Promise<PgliteServer> {
    await rm(path, { force: true });
    const turn = new Turn();
    const server = createServer();
    const self = new PgliteServer(server, db);
    server.on('connection', (socket) => {
      const session = new PgliteSession(self.db, turn, socket);
      self.#sessions.add(session);
      void session.done.then(() => self.#sessions.delete(session));
    });
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(path, resolve);
    });
    return self;
  }

  /** Cuts every connection; open transactions are rolled back. */
  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => void this.server.close(() => resolve()));
    await Promise.all([...this.#sessions].map((session) => session.close()));
    await closed;
  }
}
