/** Bounds of an uploaded bundle; each is far above what real releases need (Fuel's whole library has 12 MB). */
export const UPLOAD_LIMITS: UploadLimits = {
  sentBytes: 256 * 1024 * 1024,
  unpackedBytes: 1024 * 1024 * 1024,
  entries: 60_000,
  textBytes: 32 * 1024 * 1024,
};

export interface UploadLimits {
  /** Of the archive as sent, and unpacked. */
  readonly sentBytes: number;
  readonly unpackedBytes: number;
  /** Folders included. */
  readonly entries: number;
  /** Of everything that is parsed and so kept in memory, together. */
  readonly textBytes: number;
}
