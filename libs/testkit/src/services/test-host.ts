/** A "machine" with a real sshd that can lose its power, boot again and lose its link. */
export interface TestHost {
  /** `namespace`: own processes, network, boot id and /run. `loopback`: an sshd on 127.0.1.x with the differences that `startHosts` names. */
  readonly kind: 'namespace' | 'loopback';
  readonly name: string;
  readonly address: string;
  readonly port: number;
  readonly user: string;
  readonly identity: string;
  readonly identityFile: string;
  readonly hostKey: string;
  /** Its own folders on the filesystem that all hosts share; they survive `kill`. For the launcher, and the home of its user. */
  readonly stateDir: string;
  readonly dataDir: string;
  /** How often it has booted, counted from 1: grows when a command inside reboots it, too. */
  readonly boots: number;
  /** Power off: every process in it is gone when this returns. */
  kill(): Promise<void>;
  /** Power on after `kill`, with a new boot id; ready when sshd greets. */
  boot(): Promise<void>;
  /** The link goes dead without a word: packets are lost both ways. */
  cutLink(): Promise<void>;
  restoreLink(): Promise<void>;
}

export interface TestHosts {
  readonly kind: TestHost['kind'];
  readonly hosts: readonly TestHost[];
  /** Ends and removes them all. */
  stop(): Promise<void>;
}

/** What every kind of host is made from. */
export interface HostPlan {
  readonly name: string;
  readonly address: string;
  readonly port: number;
  readonly folder: string;
  readonly stateDir: string;
  readonly dataDir: string;
  readonly configFile: string;
  readonly sshd: string;
}

/** The machine behind a host: what differs between the kinds. */
export interface HostMachine {
  boot(): Promise<void>;
  kill(): Promise<void>;
  cutLink(): Promise<void>;
  restoreLink(): Promise<void>;
  readonly boots: number;
  remove(): Promise<void>;
}
