import { ValidationPipe } from '@nestjs/common';
import { problem, type Problem, ProblemsError } from '@muster/problems';
import type { ValidationError } from 'class-validator';

/** Checks every DTO whole: unknown fields refused, all errors at once, each with the field's path. */
export function validation(): ValidationPipe {
  return new ValidationPipe({
    transform: true,
    whitelist: true,
    forbidNonWhitelisted: true,
    forbidUnknownValues: true,
    exceptionFactory: (errors) => new ProblemsError(errors.flatMap((error) => asProblems(error, ''))),
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
