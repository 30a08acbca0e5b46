// Which environment variables may reach a program that was judged: none that makes bash or the loader read or run other
// code than what was judged, whatever a configuration or a session says.

const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;
// bash(1): files read at start, options, functions, code run at prompts and in traces, other meanings of `cd`, globs and
// command names, other parsing; ld.so(8) and locale(7): files of code and tables. SALLYPORT_* is the broker's and the
// task's own. The form of NAME already refuses BASH_FUNC_name%%.
const NEVER =
  /^(?:BASH_.*|ENV|SHELLOPTS|BASHOPTS|PS[0-4]|PROMPT_COMMAND|CDPATH|GLOBIGNORE|EXECIGNORE|POSIXLY_CORRECT|LD_.*|GLIBC_TUNABLES|GCONV_PATH|LOCPATH|SALLYPORT_.*)$/;
const LOCALE = /^(?:LANG|LC_.*)$/;
// Commands are judged as UTF-8. bash reads them in its locale's charset: in GBK the last byte of "你" takes a following
// "\" or "|" into one character, in Latin-1 a byte of "à" is a blank.
const JUDGED_CHARSET = /^(?:C|POSIX|[A-Za-z_]+\.utf-?8(?:@[A-Za-z]+)?)?$/i;

/** True where the variable, set to that, leaves what bash reads and runs as it was judged. */
export function isHarmlessVariable(name: string, value: string): boolean {
  if (!NAME.test(name) || NEVER.test(name) || value.includes('\0')) return false;
  return !LOCALE.test(name) || JUDGED_CHARSET.test(value);
}
