/** `list.map(map)`, but the same list if no member changes. */
export function mapList<T>(list: readonly T[], map: (value: T) => T): readonly T[] {
  let changed: T[] | null = null;
  for (let index = 0; index < list.length; index++) {
    const value = list[index] as T;
    const made = map(value);
    if (changed) changed.push(made);
    else if (made !== value) changed = [...list.slice(0, index), made];
  }
  return changed ?? list;
}
