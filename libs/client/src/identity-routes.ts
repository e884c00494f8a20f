import type { Connection } from './connection';
import type { IdentityView } from './dto';
import { path } from './path';

export class IdentityRoutes {
  constructor(private readonly connection: Connection) {}

  /** Whom the token belongs to. */
  get(): Promise<IdentityView> {
    return this.connection.json('GET', path('identity'));
  }
}
