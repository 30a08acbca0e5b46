/**
 * A command as it arrives. `text` is shell source, as `bash -c` takes it; `argv` is a program and its arguments,
 * each of them literal.
 */
export type CommandInput =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'argv'; readonly argv: readonly string[] };
