import { isJsonObject } from '@muster/model';
import { problem, type Problem } from '@muster/problems';
import { ApiError } from './client-error';

/** The error that a refused request carries. An answer that is no problem document becomes a problem that says so. */
export function readApiError(status: number, contentType: string, body: string): ApiError {
  const document = parseJson(body);
  const problems =
    isJsonObject(document) && Array.isArray(document['problems']) ? document['problems'].filter(isProblem) : [];
  if (problems.length > 0) return new ApiError(status, problems);
  const text = isJsonObject(document) ? (textOf(document['detail']) ?? textOf(document['title'])) : null;
  return new ApiError(status, [strangeAnswer(status, contentType, text ?? body)]);
}

/** What is said of an answer that Muster's API does not give, such as a proxy's error page. */
export function strangeAnswer(status: number, contentType: string, body: string): Problem {
  return problem('SERVER_ANSWER_STRANGE', {
    subject: 'server',
    summary: `answered ${status} with ${contentType || 'no content type'}`,
    ...(body ? { detail: body.slice(0, 500) } : {}),
  });
}

function isProblem(value: unknown): value is Problem {
  return (
    isJsonObject(value) &&
    ['code', 'severity', 'subject', 'summary', 'remedy'].every((key) => typeof value[key] === 'string')
  );
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}

/** Null for text that is no JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
