// What a kind of secret is to the generator: templates in the notation of examples, and where such a text stands.

/** How the figures are counted: prefixed tokens, keys and URLs; named values, files and Kubernetes; personal data. */
export type Group = 'exact' | 'named' | 'personal';

export interface SecretKind {
  readonly name: string;
  readonly group: Group;
  /** `word` goes into any sentence, `line` is a line of its own, `block` several. */
  readonly shape: 'word' | 'line' | 'block';
  readonly templates: readonly string[];
}
