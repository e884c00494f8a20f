/**
 * SQL terms that order a column of semantic versions: 1.9.0 before 1.10.0, prereleases before what they lead up to.
 * Among prereleases of one version the order is that of their text.
 */
export function versionOrder(column: string): readonly [string, string, string] {
  return [
    `string_to_array(regexp_replace(${column}, '[-+].*$', ''), '.')::numeric[]`,
    `(${column} !~ '^[^+]*-')`,
    column,
  ];
}
