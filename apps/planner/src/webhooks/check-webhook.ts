import { problem, type Problem } from '@muster/problems';
import { isKnownKind } from '../feed/kinds-filter';
import { AddressDenied, openAddresses } from './send-webhook';
import { isWebhookSecret } from './sign-webhook';
import type { WebhookSettings } from './webhook-settings';

const RESOLVE_MS = 3000;

/** Everything that is wrong with what somebody wants of a webhook. */
export async function webhookProblems(
  name: string,
  wish: { readonly url?: string; readonly kinds?: readonly string[]; readonly secret?: string },
  settings: WebhookSettings,
): Promise<readonly Problem[]> {
  const subject = `webhook ${name}`;
  const invalid = (path: string, summary: string, remedy: string): Problem =>
    problem('WEBHOOK_INVALID', { subject, summary, remedy, place: { path } });
  const problems: Problem[] = [];
  for (const kind of wish.kinds ?? [])
    if (!isKnownKind(kind))
      problems.push(invalid('kinds', `No event has the kind ${kind}.`, 'GET /api/v1/events/kinds lists them.'));
  if (wish.secret !== undefined && !isWebhookSecret(wish.secret))
    problems.push(
      invalid(
        'secret',
        'It is no secret of a webhook.',
        'Give whsec_ and the base64 of 24 to 64 random bytes, or leave it out.',
      ),
    );
  if (wish.url !== undefined) problems.push(...(await urlProblems(wish.url)));
  return problems;

  async function urlProblems(text: string): Promise<readonly Problem[]> {
    if (!URL.canParse(text) || !/^https?:$/.test(new URL(text).protocol))
      return [invalid('url', 'It is no address that starts with https://.', 'Give the whole address.')];
    const url = new URL(text);
    if (url.username !== '' || url.password !== '')
      return [invalid('url', 'It holds a user or a password.', 'Leave them out; the receiver checks the signature.')];
    if (url.hash !== '') return [invalid('url', 'It has a fragment, which is never sent.', 'Leave it out.')];
    // A name that is not known now may be later; each delivery looks again.
    const resolve = (host: string) =>
      Promise.race([
        settings.resolve(host),
        new Promise<never>((_, reject) => setTimeout(() => reject(new Error('late')), RESOLVE_MS).unref()),
      ]);
    try {
      await openAddresses(url, settings.policy, resolve);
      return [];
    } catch (error) {
      if (!(error instanceof AddressDenied)) return [];
      return [problem('WEBHOOK_ADDRESS_DENIED', { subject, summary: `${error.message}.`, place: { path: 'url' } })];
    }
  }
}
