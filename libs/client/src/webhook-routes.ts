import type { Connection } from './connection';
import type { CreateWebhook, DeliveryView, EditWebhook, WebhookView } from './dto';
import { allPages } from './pages';
import { path } from './path';

export class WebhookRoutes {
  constructor(private readonly connection: Connection) {}

  list(): AsyncGenerator<WebhookView> {
    return allPages(this.connection, path('webhooks'));
  }

  create(webhook: CreateWebhook): Promise<WebhookView> {
    return this.connection.json('POST', path('webhooks'), { json: webhook });
  }

  get(name: string): Promise<WebhookView> {
    return this.connection.json('GET', path('webhooks', name));
  }

  edit(name: string, change: EditWebhook): Promise<WebhookView> {
    return this.connection.json('PATCH', path('webhooks', name), { json: change });
  }

  async remove(name: string): Promise<void> {
    await this.connection.json('DELETE', path('webhooks', name));
  }

  async secret(name: string): Promise<string> {
    const { secret } = await this.connection.json<{ readonly secret: string }>('GET', path('webhooks', name, 'secret'));
    return secret;
  }

  /** The old secret signs beside the new one for a day. */
  rotateSecret(name: string, secret?: string): Promise<WebhookView> {
    return this.connection.json('POST', path('webhooks', name, 'secret'), {
      json: secret === undefined ? {} : { secret },
    });
  }

  /** Sends everything from a number on (again). */
  replay(name: string, from: number): Promise<WebhookView> {
    return this.connection.json('POST', path('webhooks', name, 'replay'), { json: { from } });
  }

  /** Newest first. */
  deliveries(name: string, filter: { readonly failed?: boolean } = {}): AsyncGenerator<DeliveryView> {
    const query = filter.failed === undefined ? {} : { failed: String(filter.failed) };
    return allPages(this.connection, path('webhooks', name, 'deliveries'), query);
  }
}
