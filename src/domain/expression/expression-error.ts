/** What an error is about: the text of a function, the text of a schema, or an operator or operator set. */
export type ExpressionErrorKind = 'expression' | 'schema' | 'operator';

/** The error that everything in `domain` throws for input that a person wrote. The message is one line with the mend. */
export class ExpressionError extends Error {
  override readonly name: string = 'ExpressionError';
  readonly kind: ExpressionErrorKind;
  /** Of the offending character in the text as given, counted from 1; absent where no single place is at fault. */
  declare readonly position?: number;

  constructor(kind: ExpressionErrorKind, message: string, position?: number) {
    super(message);
    this.kind = kind;
    if (position !== undefined) this.position = position;
  }
}
