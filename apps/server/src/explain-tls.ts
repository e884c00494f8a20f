import { type Problem, problem } from '@muster/problems';

/** Whom a connection by TLS was to, as its settings name it. */
export type TlsPeer = 'DATABASE' | 'AMQP';

const WHO = { DATABASE: 'database', AMQP: 'broker' } as const;
const CODE = { DATABASE: 'STORAGE_UNREACHABLE', AMQP: 'BROKER_UNREACHABLE' } as const;

/** What Node and OpenSSL say by code or in words (a library on the way may keep only these), and what it means. First match. */
const FAULTS: readonly (readonly [RegExp, TlsFault])[] = [
  [/ALTNAME_INVALID|does not match certificate/i, 'name'],
  [/CERT_HAS_EXPIRED|CERT_NOT_YET_VALID|certificate has expired|certificate is not yet valid/i, 'time'],
  [
    /SELF_SIGNED_CERT|UNABLE_TO_|CERT_SIGNATURE_FAILURE|INVALID_CA|self-signed|unable to (get|verify)|signature failure/i,
    'authority',
  ],
  [/wrong.version.number|does not support SSL|packet.length.too.long/i, 'plain'],
  // Alerts come from the other side: what we showed it, or did not.
  [/alert|valid client certificate|certificate authentication failed/i, 'ours'],
];

type TlsFault = 'name' | 'time' | 'authority' | 'plain' | 'ours' | 'account';

/** How the other side ends a connection after its own view of a handshake: TLS 1.3 lets the client believe that it is through. */
const ENDED = /ECONNRESET|EPIPE|closed|abruptly|terminated|hang up/i;

/** Which fault of TLS stopped a connection; null: none that can be told by the error. */
export function tlsFault(error: unknown): TlsFault | null {
  const said = wordsOf(error);
  return FAULTS.find(([pattern]) => pattern.test(said))?.[1] ?? null;
}

/**
 * The problem that names the setting to change; null when the connection did not fail by TLS.
 * `isShown`: a certificate of our own was given.
 */
export function explainTls(error: unknown, peer: TlsPeer, isShown: boolean): Problem | null {
  const fault = tlsFault(error) ?? faultByWords(wordsOf(error), isShown);
  if (fault === null) return null;
  const [who, setting] = [WHO[peer], `MUSTER_${peer}`];
  const told = {
    authority: {
      subject: `${setting}_CA`,
      summary: `The ${who}'s certificate is vouched for by no authority that we believe.`,
      remedy: `Name the file of the authority that signed the ${who}'s certificate in ${setting}_CA.`,
    },
    name: {
      subject: `${setting}_URL`,
      summary: `The ${who}'s certificate is for another name than that of its address.`,
      remedy: `Give in ${setting}_URL a host name or address that the ${who}'s certificate names, or give the ${who} a certificate for this one.`,
    },
    time: {
      subject: who,
      summary: `The ${who}'s certificate is not valid now.`,
      remedy: `Renew the ${who}'s certificate, and check this machine's clock.`,
    },
    plain: {
      subject: `${setting}_URL`,
      summary: `The ${who} does not speak TLS at this address.`,
      remedy: `Give in ${setting}_URL the port at which the ${who} speaks TLS, or have it speak TLS.`,
    },
    ours: isShown
      ? {
          subject: `${setting}_CERT`,
          summary: `The ${who} does not take the certificate that we show.`,
          remedy: `Name in ${setting}_CERT and ${setting}_KEY a certificate that the ${who}'s own authority vouches for, made for the account of ${setting}_URL where the ${who} asks for that.`,
        }
      : {
          subject: `${setting}_CERT`,
          summary: `The ${who} ended the connection, and it was shown no certificate of ours.`,
          remedy: `If the ${who} asks for a certificate, name it in ${setting}_CERT and ${setting}_KEY.`,
        },
    account: {
      subject: `${setting}_CERT`,
      summary: `The ${who} refuses the account, by the certificate that we show or by its password.`,
      remedy: `Name in ${setting}_CERT and ${setting}_KEY a certificate whose common name is the account of ${setting}_URL, and check the password there.`,
    },
  }[fault];
  return problem(CODE[peer], { ...told, detail: messageOf(error) });
}

/** What may well have been the certificate, where one was in play. */
function faultByWords(words: string, isShown: boolean): TlsFault | null {
  if (isShown && /authentication failed for user/.test(words)) return 'account';
  return ENDED.test(words) ? 'ours' : null;
}

function wordsOf(error: unknown): string {
  const { code = '', cause } = (typeof error === 'object' && error !== null ? error : {}) as {
    code?: unknown;
    cause?: unknown;
  };
  const own = `${String(code)} ${messageOf(error)}`;
  return cause === undefined ? own : `${own} ${wordsOf(cause)}`;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message || error.name : String(error);
}
