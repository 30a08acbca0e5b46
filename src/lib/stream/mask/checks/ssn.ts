// Social Security numbers of the United States: which ones were never given out (SSA, "randomization" of 2011).

/** True for `ddd-dd-dddd` with an area, a group and a serial number that can exist. */
export function isSsn(text: string): boolean {
  return /^(?!000|666|9)\d{3}-(?!00)\d\d-(?!0000)\d{4}$/.test(text);
}
