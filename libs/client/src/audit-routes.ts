import type { Connection } from './connection';
import type { AuditEntry, AuditFilter } from './dto';
import { allPages } from './pages';
import { path } from './path';

export class AuditRoutes {
  constructor(private readonly connection: Connection) {}

  /** Of the project, newest first. */
  list(filter: AuditFilter = {}): AsyncGenerator<AuditEntry> {
    return allPages(this.connection, path('audit'), { ...filter });
  }

  /** Of all projects and of none, newest first; for administrators of the installation. */
  listAll(filter: AuditFilter = {}): AsyncGenerator<AuditEntry> {
    return allPages(this.connection, path('installation', 'audit'), { ...filter });
  }
}
