import { isWebhookSecret, newWebhookSecret, signWebhook } from './sign-webhook';

describe('signatures of webhooks', () => {
  it('are those of the Standard Webhooks specification', () => {
    const id = 'msg_p5jXN8AQM9LWM0D4loKWxJek';
    const signed = signWebhook(id, 1614265330, '{"test": 2432232314}', ['whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw']);
    expect(signed).toEqual({
      'webhook-id': id,
      'webhook-timestamp': '1614265330',
      'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
    });
  });

  it('are made with secrets of a certain form only', () => {
    expect(isWebhookSecret(newWebhookSecret())).toBe(true);
    expect(
      ['whsec_', 'whsec_AAAA', `whsec_${'A'.repeat(88)}`, 'MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', 'whsec_*'].map(
        isWebhookSecret,
      ),
    ).toEqual([false, false, false, false, false]);
  });
});
