import type { Connection } from './connection';
import type { ProjectView } from './dto';
import { allPages } from './pages';
import { path } from './path';

export class ProjectRoutes {
  constructor(private readonly connection: Connection) {}

  /** Those in which the caller has a role, by name. */
  list(): AsyncGenerator<ProjectView> {
    return allPages(this.connection, path('projects'));
  }

  get(name: string): Promise<ProjectView> {
    return this.connection.json('GET', path('projects', name));
  }

  create(name: string): Promise<ProjectView> {
    return this.connection.json('POST', path('projects'), { json: { name } });
  }

  /** From then on it is only read; refused while a transaction of it runs. */
  archive(name: string): Promise<ProjectView> {
    return this.connection.json('POST', path('projects', name, 'archive'), { json: {} });
  }

  restore(name: string): Promise<ProjectView> {
    return this.connection.json('POST', path('projects', name, 'restore'), { json: {} });
  }
}
