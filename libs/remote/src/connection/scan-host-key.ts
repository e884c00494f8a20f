import { Client } from 'ssh2';
import { fingerprint } from './fingerprint';

/** The host key that a machine shows, as a fingerprint; ends the connection before any login. Fails with an Error. */
export function scanHostKey(address: string, port: number, timeoutMs: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const client = new Client();
    client.on('error', (error) => {
      reject(new Error(`cannot read the host key of ${address}:${port}: ${error.message}`));
      client.destroy();
    });
    client.once('close', () =>
      reject(new Error(`cannot read the host key of ${address}:${port}: the connection was closed`)),
    );
    client.connect({
      host: address,
      port,
      username: 'muster',
      readyTimeout: timeoutMs,
      hostVerifier: (key: Buffer) => {
        resolve(fingerprint(key));
        return false;
      },
    });
  });
}
