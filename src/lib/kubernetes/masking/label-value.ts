// What stands in the place of a value of a Secret.

/** Makes the label of a value, such as `[kubernetes-secret:3f2a]`, and counts it. */
export type LabelValue = (value: Uint8Array) => string;
