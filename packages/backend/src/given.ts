/** An object's entries that are not undefined. */
export type Given<T> = { [Key in keyof T]?: Exclude<T[Key], undefined> };

/** Leaves out what the caller left out, so that "absent" and "undefined" mean the same. */
export function given<T extends object>(entries: T): Given<T> {
  return Object.fromEntries(Object.entries(entries).filter(([, value]) => value !== undefined)) as Given<T>;
}
