/** Errors that the page is told as values. */
import { type Fault, InputError, ProgramRefusedError, ShaderError } from "../core/errors.ts";

/** What was thrown, as a value for the page. */
export function faultOf(error: unknown): Fault {
  if (error instanceof InputError) return { code: error.code, details: error.details };
  if (error instanceof ProgramRefusedError) {
    const { tensor, bytes, limitBytes } = error;
    return { code: "program-refused", details: { tensor, bytes, limit: limitBytes } };
  }
  if (error instanceof ShaderError) {
    const { file, line, column, message } = error;
    return { code: "shader-error", details: { file, line, column, message } };
  }
  return { code: "internal", details: { message: error instanceof Error ? error.message : String(error) } };
}
