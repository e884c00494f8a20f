import 'reflect-metadata';
import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { DEFAULT_PROJECT, NAME_PATTERN } from '@muster/model';
import { problem, type ProblemCode, ProblemsError } from '@muster/problems';
import type { Request } from 'express';
import { DataSource } from 'typeorm';
import { ProjectRow } from '../database/project.entity';
import { EVERY_PROJECT, isAllowed, rolesIn } from '../identity/grants';
import { type Person, principalOf, setDenied, setOperation, setProject, setRight } from './principal';
import { PROJECT_HEADER, ROUTE_ACCESS, type RouteAccess } from './route-access';

/** Denies every HTTP route by default: one that declares no access is opened to nobody. */
@Injectable()
export class AccessGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    private readonly database: DataSource,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    // Messages come from the broker, whose own rights decide who may send them.
    if (context.getType() !== 'http') return true;
    const access = this.reflector.getAllAndOverride<RouteAccess | undefined>(ROUTE_ACCESS, [
      context.getHandler(),
      context.getClass(),
    ]);
    if (access?.kind === 'open') return true;
    const request = context.switchToHttp().getRequest<Request>();
    setOperation(request, operationIdOf(context));
    try {
      await this.#check(request, access);
      return true;
    } catch (error) {
      setDenied(request);
      throw error;
    }
  }

  async #check(request: Request, access: RouteAccess | undefined): Promise<void> {
    const principal = principalOf(request);
    if (principal === null) throw refused(request, 'API_UNAUTHENTICATED', 'The request has no valid token.');
    if (access === undefined) throw refused(request, 'API_FORBIDDEN', 'This route is opened to nobody.');
    if (access.kind === 'deployment' || principal.kind === 'deployment') {
      if (access.kind === principal.kind) return;
      throw refused(request, 'API_FORBIDDEN', 'This token does not open this route.');
    }
    if (access.kind === 'right') await this.#checkRight(request, principal, access);
  }

  async #checkRight(
    request: Request,
    { name, grants }: Person,
    access: RouteAccess & { readonly kind: 'right' },
  ): Promise<void> {
    const needed = access.rights.join(' or ');
    if (access.in === 'installation') {
      setRight(request, (person) => isAllowed(person.grants, EVERY_PROJECT, access.rights));
      if (isAllowed(grants, EVERY_PROJECT, access.rights)) return;
      throw refused(request, 'API_FORBIDDEN', `It wants the right ${needed} in every project, which ${name} lacks.`);
    }
    const project = wantedProject(request);
    const roles = rolesIn(grants, project);
    const row = roles.length === 0 ? null : await this.#project(project);
    // One answer for "not yours" and "not there": nobody is told which projects others have.
    if (row === null) {
      throw new ProblemsError([
        problem('API_NOT_FOUND', {
          subject: `project ${project}`,
          summary: `There is no such project, or ${name} has no role in it.`,
          remedy: '`muster project list` shows yours; --project or MUSTER_PROJECT names one.',
        }),
      ]);
    }
    setProject(request, project);
    setRight(request, (person) => isAllowed(person.grants, project, access.rights));
    if (!isAllowed(grants, project, access.rights)) {
      const has = `${name} is ${roles.join(' and ')} in project ${project}`;
      throw refused(request, 'API_FORBIDDEN', `It wants the right ${needed}; ${has}.`);
    }
    if (row.archivedAt !== null && request.method !== 'GET' && request.method !== 'HEAD') {
      throw new ProblemsError([
        problem('PROJECT_ARCHIVED', {
          subject: `project ${project}`,
          summary: `It was archived at ${row.archivedAt.toISOString()}, and is only read since.`,
        }),
      ]);
    }
  }

  async #project(name: string): Promise<Pick<ProjectRow, 'archivedAt'> | null> {
    // It exists from the first migration on and is never archived.
    if (name === DEFAULT_PROJECT) return { archivedAt: null };
    return this.database.manager.findOneBy(ProjectRow, { name });
  }
}

/** As the API calls what the handler does. */
function operationIdOf(context: ExecutionContext): string {
  const told = Reflect.getMetadata('swagger/apiOperation', context.getHandler()) as
    { operationId?: string } | undefined;
  return told?.operationId ?? context.getHandler().name;
}

/** The project that the request names; the default one if it names none. */
function wantedProject(request: Request): string {
  const named = request.headers[PROJECT_HEADER] ?? DEFAULT_PROJECT;
  if (typeof named === 'string' && NAME_PATTERN.test(named)) return named;
  throw new ProblemsError([
    problem('API_INVALID', {
      subject: 'header Muster-Project',
      summary: 'This is no name of a project.',
      remedy: 'Use letters, digits, dots, underscores and hyphens, at most 128, or leave it out.',
    }),
  ]);
}

function refused(request: Request, code: ProblemCode, summary: string): ProblemsError {
  return new ProblemsError([problem(code, { subject: `${request.method} ${request.path}`, summary })]);
}
