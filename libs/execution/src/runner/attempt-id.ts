/** Id of an attempt: unique in the installation for ever, since deployments are; safe as a file name. */
export function attemptId(deployment: string, task: number, attempt: number): string {
  return `${deployment}.${task}.${attempt}`;
}

/** What an attempt's id was made of; null for one of somebody else. */
export function parseAttemptId(
  id: string,
): { readonly deployment: string; readonly task: number; readonly attempt: number } | null {
  const match = /^([0-9a-f-]{36})\.(\d+)\.(\d+)$/.exec(id);
  return match ? { deployment: match[1] ?? '', task: Number(match[2]), attempt: Number(match[3]) } : null;
}
