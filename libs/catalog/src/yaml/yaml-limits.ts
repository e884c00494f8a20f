/** Limits of one YAML document; above them it is refused (`YAML_TOO_LARGE`) before it costs much. */
export const YAML_LIMITS = {
  /** Characters of text. */
  textMax: 4 * 1024 * 1024,
  /** Levels of nesting, also through aliases. */
  depthMax: 64,
  /** Values, aliases counted as what they stand for. */
  valuesMax: 500_000,
  /** Characters of values and keys, aliases counted as what they stand for. */
  charactersMax: 16 * 1024 * 1024,
} as const;
