import { type ArgumentMetadata, ValidationPipe } from '@nestjs/common';
import { problem, type Problem, ProblemsError } from '@muster/problems';
import type { ValidationError } from 'class-validator';

/** Checks every DTO whole: unknown fields refused, all errors at once, each with the field's path. */
export function validation(): ValidationPipe {
  return new StrictPipe({
    transform: true,
    whitelist: true,
    forbidNonWhitelisted: true,
    forbidUnknownValues: true,
    exceptionFactory: (errors) => new ProblemsError(errors.flatMap((error) => asProblems(error, ''))),
  });
}

/** What class-transformer leaves out without a word, and nobody has a field of. */
const LEFT_OUT: readonly string[] = ['__proto__', 'constructor', 'prototype'];

class StrictPipe extends ValidationPipe {
  override async transform(value: unknown, metadata: ArgumentMetadata): Promise<unknown> {
    if (metadata.metatype !== undefined && this.toValidate(metadata)) {
      const problems = leftOut(value, '');
      if (problems.length > 0) throw new ProblemsError(problems);
    }
    const read: unknown = await super.transform(value, metadata);
    leaveOutNulls(read);
    return read;
  }
}

/** Where `@ApiProperty` keeps what it says of a field. */
const DESCRIBED = 'swagger/apiModelProperties';

/**
 * Many programs write null for what they do not give. A field that may be missing may be null as well, and is then missing,
 * unless its description says what null means. Free mappings are left alone: in them null takes something away.
 */
function leaveOutNulls(read: unknown): void {
  if (typeof read !== 'object' || read === null) return;
  if (Array.isArray(read)) return read.forEach(leaveOutNulls);
  const prototype: unknown = Object.getPrototypeOf(read);
  if (typeof prototype !== 'object' || prototype === null || prototype === Object.prototype) return;
  for (const [key, member] of Object.entries(read)) {
    const described = Reflect.getMetadata(DESCRIBED, prototype, key) as { readonly nullable?: boolean } | undefined;
    if (member !== null) leaveOutNulls(member);
    else if (described?.nullable !== true) Reflect.deleteProperty(read, key);
  }
}

/** Bodies have bounded depth by then. */
function leftOut(value: unknown, above: string): Problem[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, member]) => {
    const path = above === '' ? key : `${above}.${key}`;
    if (!LEFT_OUT.includes(key) || Array.isArray(value)) return leftOut(member, path);
    const summary = 'There is no such field.';
    return [problem('API_INVALID', { subject: `field ${path}`, summary, place: { path } })];
  });
}

function asProblems(error: ValidationError, above: string): Problem[] {
  const path = above === '' ? error.property : `${above}.${error.property}`;
  const own = Object.entries(error.constraints ?? {}).map(([rule, text]) =>
    problem('API_INVALID', {
      subject: `field ${path}`,
      summary: rule === 'whitelistValidation' ? 'There is no such field.' : sentence(text),
      place: { path },
    }),
  );
  return [...own, ...(error.children ?? []).flatMap((child) => asProblems(child, path))];
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}
