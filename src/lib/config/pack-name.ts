// What an entry of `policy.packs` is.

/** True for a file with a pack of the owner's, false for the name of a shipped one. */
export function isPackFile(entry: string): boolean {
  return entry.includes('/') || /\.ya?ml$/.test(entry);
}
