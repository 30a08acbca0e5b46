// The small command language that policy judges: what the parser's tree is lowered to, and the only thing that is
// printed and run. Data only. A construct that has no place here is not understood, and what is not understood is opaque.

/** A piece of a word. `text` means exactly itself, however it was quoted; everything else is expanded by bash. */
export type Piece =
  | { readonly kind: 'text'; readonly text: string }
  /** Unquoted `*`, `?` or a bracket expression. */
  | { readonly kind: 'glob'; readonly text: string }
  /** `~`, `~name`, `~+`. */
  | { readonly kind: 'tilde'; readonly text: string }
  | {
      readonly kind: 'param';
      readonly name: string;
      readonly quoted: boolean;
      /** `${#name}`. */
      readonly length: boolean;
      /** Subscript: a number, `@`, `*`, or a name or `${name}` whose value is a number. */
      readonly index: string | undefined;
      readonly op: ParamOp | undefined;
    }
  | { readonly kind: 'command'; readonly script: Script; readonly quoted: boolean }
  | { readonly kind: 'arith'; readonly text: string; readonly names: readonly string[]; readonly quoted: boolean }
  | { readonly kind: 'process'; readonly direction: '<' | '>'; readonly script: Script };

/** `${name:-word}`: the symbol with its operands, printed with the separator bash wants between them. */
export interface ParamOp {
  readonly symbol: string;
  readonly operands: readonly Word[];
}

export interface Word {
  readonly pieces: readonly Piece[];
}

export interface Assign {
  readonly name: string;
  readonly append: boolean;
  /** The element of an array: a number, or a name or `${name}` whose value is one. */
  readonly index: string | undefined;
  /** One word, or the elements of an array. */
  readonly value: Word | readonly Word[];
}

export type Redir =
  | { readonly kind: 'file'; readonly fd: number | undefined; readonly op: string; readonly target: Word }
  /** Here-strings; here-documents are lowered to them. */
  | { readonly kind: 'text'; readonly fd: number | undefined; readonly body: Word };

export interface Simple {
  readonly kind: 'simple';
  readonly assigns: readonly Assign[];
  /** Arguments of `export` and its kin that are assignments stand in their place among the words. */
  readonly words: readonly (Word | Assign)[];
  readonly redirs: readonly Redir[];
}

export type TestNode =
  | { readonly kind: 'unary'; readonly op: string; readonly word: Word }
  | { readonly kind: 'binary'; readonly op: string; readonly left: Word; readonly right: Word }
  /** The right side of `=~`, printed as it was written. */
  | { readonly kind: 'regex'; readonly left: Word; readonly regex: string }
  | { readonly kind: 'logical'; readonly op: '&&' | '||'; readonly operands: readonly TestNode[] }
  | { readonly kind: 'not'; readonly operand: TestNode }
  | { readonly kind: 'group'; readonly operand: TestNode };

export type Compound =
  | { readonly kind: 'subshell' | 'group'; readonly body: Script; readonly redirs: readonly Redir[] }
  | {
      readonly kind: 'if';
      readonly branches: readonly { readonly test: Script; readonly body: Script }[];
      readonly otherwise: Script | undefined;
      readonly redirs: readonly Redir[];
    }
  | {
      readonly kind: 'while' | 'until';
      readonly test: Script;
      readonly body: Script;
      readonly redirs: readonly Redir[];
    }
  | {
      readonly kind: 'for';
      readonly name: string;
      /** undefined: over the positional parameters. */
      readonly words: readonly Word[] | undefined;
      readonly body: Script;
      readonly redirs: readonly Redir[];
    }
  | {
      readonly kind: 'arith-for';
      /** What it begins with, looks at, and does after each round; each may be empty. */
      readonly parts: readonly [string, string, string];
      readonly names: readonly string[];
      readonly body: Script;
      readonly redirs: readonly Redir[];
    }
  | {
      readonly kind: 'case';
      readonly word: Word;
      readonly items: readonly {
        readonly patterns: readonly Word[];
        readonly body: Script;
        readonly end: ';;' | ';&' | ';;&';
      }[];
      readonly redirs: readonly Redir[];
    }
  | { readonly kind: 'test'; readonly test: TestNode; readonly redirs: readonly Redir[] }
  | {
      readonly kind: 'arith';
      readonly text: string;
      readonly names: readonly string[];
      readonly redirs: readonly Redir[];
    };

export type Node =
  | Simple
  | Compound
  | {
      readonly kind: 'pipeline';
      readonly negated: boolean;
      readonly timed: 'time' | 'time -p' | undefined;
      readonly stages: readonly Node[];
      /** `|` or `|&` between the stages. */
      readonly ops: readonly ('|' | '|&')[];
    }
  | { readonly kind: 'andor'; readonly nodes: readonly Node[]; readonly ops: readonly ('&&' | '||')[] }
  | { readonly kind: 'coproc'; readonly name: string | undefined; readonly body: Simple | Compound }
  | { readonly kind: 'function'; readonly name: string; readonly body: Compound };

export interface Statement {
  readonly node: Node;
  readonly background: boolean;
}

export interface Script {
  readonly statements: readonly Statement[];
}

/** Why a part of the text cannot be judged, and the text of that part. */
export interface OpaqueFact {
  readonly reason: string;
  readonly span: string;
}

/** True for an assignment among the words of `export` and its kin. */
export function isAssign(item: Word | Assign): item is Assign {
  return 'append' in item;
}

/** The name of a simple command, alone or as a pipeline of one, where it is nothing but text. */
export function plainName(node: Node): string | undefined {
  if (node.kind === 'pipeline') {
    const [only, ...others] = node.stages;
    return only === undefined || others.length > 0 || node.negated ? undefined : plainName(only);
  }
  if (node.kind !== 'simple') return undefined;
  const [head] = node.words;
  return head === undefined || isAssign(head) ? undefined : plainText(head);
}

/** The text of a word that is nothing but text; undefined where bash would expand something. */
export function plainText(word: Word): string | undefined {
  let text = '';
  for (const piece of word.pieces) {
    if (piece.kind !== 'text') return undefined;
    text += piece.text;
  }
  return text;
}
