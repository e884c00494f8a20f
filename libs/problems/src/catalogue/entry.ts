/** What the catalogue says of a code: its usual severity, what it means, and what to do about it. */
export interface CatalogueEntry {
  readonly severity: 'error' | 'warning' | 'info';
  readonly meaning: string;
  readonly remedy: string;
}
