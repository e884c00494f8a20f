/** A disk as the machine tells of it. */
export interface DiskFacts {
  readonly name: string;
  readonly sizeMiB: number;
  /** Null: not told. */
  readonly rotational: boolean | null;
  readonly model: string | null;
}

/** A network interface, loopback left out. */
export interface InterfaceFacts {
  readonly name: string;
  readonly mac: string | null;
  readonly up: boolean | null;
  readonly mtu: number | null;
  /** With prefix length, as `192.0.2.1/24`. */
  readonly addresses: readonly string[];
}

/** What a machine says of itself when it is inspected: told by the node, so never believed further than shown and compared. */
export interface NodeFacts {
  readonly hostname: string | null;
  /** As in os-release: `debian`, `12`, `Debian GNU/Linux 12 (bookworm)`. */
  readonly os: { readonly id: string | null; readonly version: string | null; readonly name: string | null };
  readonly kernel: string | null;
  readonly arch: string | null;
  readonly cpus: number | null;
  readonly cpuModel: string | null;
  readonly memoryMiB: number | null;
  readonly disks: readonly DiskFacts[];
  readonly interfaces: readonly InterfaceFacts[];
  readonly bootId: string | null;
  readonly machineId: string | null;
  /** `none` on bare metal; null where nothing tells. */
  readonly virtualization: string | null;
  /** Programs that tasks want, by name: their version, an empty text where it is not told, null where they are missing. */
  readonly programs: Readonly<Record<string, string | null>>;
}
