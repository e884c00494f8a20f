/** Where a service came from: given by the environment, started from installed binaries, or in a container. */
export type ServiceKind = 'environment' | 'private' | 'container';

/** How long a service that the environment names may take to answer: a busy machine needs seconds, and a wrong address tells at once. */
export const ANSWER_LIMIT_MS = 30_000;

/** A service that tests may break. Ended services are removed with everything they made. */
export interface Service {
  readonly kind: ServiceKind;
  /** URL with credentials. */
  readonly url: string;
  /** Ends it and removes its data. Safe to call twice. */
  stop(): Promise<void>;
}

/** A service of our own, so that faults can be made. Data survives everything but `stop`. */
export interface PrivateService extends Service {
  /** kill -9; `start` brings it back with the same URL. */
  kill(): Promise<void>;
  /** Starts it again after `kill`. */
  start(): Promise<void>;
  /** A polite end and a new start. */
  restart(): Promise<void>;
  /** SIGSTOP: alive, but answers nothing. */
  pause(): Promise<void>;
  resume(): Promise<void>;
}
