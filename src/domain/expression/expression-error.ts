import { AquasurfError, type ErrorCode } from '../../errors.js';

/** What an error is about: the text of a function, the text of a schema, or an operator or operator set. */
export type ExpressionErrorKind = 'expression' | 'schema' | 'operator';

const CODES: Record<ExpressionErrorKind, ErrorCode> = {
  expression: 'EXPRESSION_INVALID',
  schema: 'EXPRESSION_INVALID',
  operator: 'OPERATOR_INVALID',
};

/**
 * The error that everything in `domain` throws for input that a person wrote. The message is one line with the mend.
 * Its code is EXPRESSION_INVALID, or OPERATOR_INVALID where it is about an operator.
 */
export class ExpressionError extends AquasurfError {
  override readonly name: string = 'ExpressionError';
  readonly kind: ExpressionErrorKind;
  /** Of the offending character in the text as given, counted from 1; absent where no single place is at fault. */
  declare readonly position?: number;

  constructor(kind: ExpressionErrorKind, message: string, position?: number, code: ErrorCode = CODES[kind]) {
    super(code, message);
    this.kind = kind;
    if (position !== undefined) this.position = position;
  }
}
