import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { invariant } from '@muster/problems';
import type { Request } from 'express';
import type { Grants } from '../identity/grants';

/** A person or their program, with what they may do where. */
export interface Person {
  readonly kind: 'person';
  /** Recorded as `who`; nobody else has it. */
  readonly name: string;
  readonly grants: Grants;
}

/** Who asks: a person (or their program), or the executors of one deployment, who may fetch its artifacts. */
export type Principal = Person | { readonly kind: 'deployment'; readonly id: string };

/** Why a token is nobody's: only whoever has it is told, and strangers learn nothing of others. */
export interface Nobody {
  readonly kind: 'nobody';
  readonly why: 'unknown' | 'revoked' | 'expired' | 'rotated';
}

export const NOBODY: Nobody = { kind: 'nobody', why: 'unknown' };

const principals = new WeakMap<Request, Principal>();
const projects = new WeakMap<Request, string>();
const operations = new WeakMap<Request, string>();
const denied = new WeakSet<Request>();
const checks = new WeakMap<Request, () => Promise<Principal | Nobody>>();
const rights = new WeakMap<Request, (person: Person) => boolean>();

/** Remembers who asks; kept beside the request, where no parsed body can reach it. */
export function setPrincipal(request: Request, principal: Principal): void {
  principals.set(request, principal);
}

/** Null on the open routes only. */
export function principalOf(request: Request): Principal | null {
  return principals.get(request) ?? null;
}

/** Remembers the project that the guard has found the caller to have a role in. */
export function setProject(request: Request, project: string): void {
  projects.set(request, project);
}

/** The project that the request is about; '' on routes that are about none. */
export function projectOf(request: Request): string {
  return projects.get(request) ?? '';
}

/** Remembers the operation of the API that the request was routed to. */
export function setOperation(request: Request, operation: string): void {
  operations.set(request, operation);
}

/** Null: it was not routed. */
export function operationOf(request: Request): string | null {
  return operations.get(request) ?? null;
}

/** Remembers that the guard has refused the request, whatever it is answered with. */
export function setDenied(request: Request): void {
  denied.add(request);
}

export function isDenied(request: Request): boolean {
  return denied.has(request);
}

/** Remembers how to find out again whose the token is. */
export function setCheck(request: Request, check: () => Promise<Principal | Nobody>): void {
  checks.set(request, check);
}

/** Remembers what the guard has asked of the caller. */
export function setRight(request: Request, right: (person: Person) => boolean): void {
  rights.set(request, right);
}

/** True while the token is valid and has the right that the guard asked for: for answers that go on for long. */
export async function isStillAllowed(request: Request): Promise<boolean> {
  const check = checks.get(request);
  if (check === undefined) return true;
  const principal = await check();
  return principal.kind !== 'nobody' && (principal.kind !== 'person' || (rights.get(request)?.(principal) ?? true));
}

/** Fails where the guard lets others in, too. */
export function personOf(context: ExecutionContext): Person {
  const principal = principalOf(context.switchToHttp().getRequest<Request>());
  invariant(principal?.kind === 'person', 'the guard lets only people reach this route');
  return principal;
}

/** Parameter: the name to be recorded as `who`. */
export const Who = createParamDecorator((_: unknown, context: ExecutionContext): string => personOf(context).name);

/** Parameter: who asks, with their roles. */
export const Caller = createParamDecorator((_: unknown, context: ExecutionContext): Person => personOf(context));

/** Parameter: the project that the request is about. Every look-up by name or id is to be inside it. */
export const Project = createParamDecorator((_: unknown, context: ExecutionContext): string => {
  const project = projectOf(context.switchToHttp().getRequest<Request>());
  invariant(project !== '', 'only routes that declare a right in a project are about one');
  return project;
});
