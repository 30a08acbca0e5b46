// Social Security numbers of the United States: which ones were never given out (SSA, "randomization" of 2011).

/** True for `ddd-dd-dddd` with an area, a group and a serial number that can exist. */
export const isSsn = (text: string): boolean => /^(?!000|666|9)\d{3}-(?!00)\d\d-(?!0000)\d{4}$/.test(text);

/** The same with blanks, or in one run, as it stands behind its name. */
export const isNamedSsn = (text: string): boolean => isSsn(text.replace(/^(\d{3})([ -]?)(\d\d)\2(\d{4})$/, '$1-$3-$4'));
