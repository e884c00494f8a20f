import type { Connection } from './connection';
import type { GivenToken, NewToken, RoleName, TokenView } from './dto';
import { allPages } from './pages';
import { path } from './path';

export class TokenRoutes {
  constructor(private readonly connection: Connection) {}

  /** Those with a role in the project, by name. */
  list(filter: { readonly state?: TokenView['state'] } = {}): AsyncGenerator<TokenView> {
    return allPages(this.connection, path('tokens'), { state: filter.state });
  }

  get(name: string): Promise<TokenView> {
    return this.connection.json('GET', path('tokens', name));
  }

  create(token: NewToken): Promise<GivenToken> {
    return this.connection.json('POST', path('tokens'), { json: token });
  }

  /** Another text for the same token; what it was is taken for `keepSeconds` more. */
  rotate(name: string, wish: { readonly keepSeconds?: number; readonly expiresAt?: string } = {}): Promise<GivenToken> {
    return this.connection.json('POST', path('tokens', name, 'rotate'), { json: wish });
  }

  async revoke(name: string): Promise<void> {
    await this.connection.json('DELETE', path('tokens', name));
  }

  /** Gives it a role in the project. */
  setRole(name: string, role: RoleName): Promise<TokenView> {
    return this.connection.json('PUT', path('tokens', name, 'role'), { json: { role } });
  }

  async removeRole(name: string): Promise<void> {
    await this.connection.json('DELETE', path('tokens', name, 'role'));
  }
}
