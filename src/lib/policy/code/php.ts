// Proves that PHP only computes and prints. A function is called by its name alone, and only by one of these; a value that
// is called could be any.
import { PLAIN, type Plain, unproven } from './plain.ts';
import { textAt, tokensOf, words } from './tokens.ts';

const NAMES = words(`
  echo print if else elseif for foreach while do as return true false null and or xor break continue function fn use
  phpversion PHP_VERSION PHP_EOL PHP_OS PHP_INT_MAX PHP_OS_FAMILY M_PI strlen strtoupper strtolower ucfirst ucwords trim
  ltrim rtrim str_repeat str_replace str_pad substr strpos strrev explode implode join sprintf printf number_format
  json_encode json_decode JSON_PRETTY_PRINT count sizeof array range sum array_sum array_keys array_values array_merge
  array_reverse array_unique array_slice in_array sort rsort ksort max min abs floor ceil round sqrt pow pi rand mt_rand
  random_int date time microtime mktime strtotime date_default_timezone_get var_dump print_r var_export gettype is_int
  is_string is_array intval floatval strval md5 sha1 hash crc32 base64_encode base64_decode bin2hex hex2bin urlencode
  rawurlencode urldecode htmlspecialchars uniqid random_bytes memory_get_usage php_sapi_name extension_loaded
  php_uname PHP_VERSION_ID STDERR`);

const TOKENS =
  /(?<skip>\s+|\/\*[\s\S]*?\*\/)|(?<string>'(?:[^'\\]|\\[\s\S])*'|"(?:[^"\\]|\\[\s\S])*")|(?<number>(?:0[xXbB][\da-fA-F]+|\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)(?![\w.]))|(?<name>\$?[A-Za-z_]\w*)|(?<mark>=>|[-+*%=<>!&|^(){}[\],;:.@?]|\/(?![/*]))/y;

/** Proves the code, or throws `Unproven`. */
export function provePhp(text: string): Plain {
  if (/\?>|<\?|->|::|<<</.test(text)) return unproven();
  const tokens = tokensOf(text, TOKENS);
  tokens.forEach(({ kind, text: part }, index) => {
    const before = textAt(tokens, index - 1);
    if (kind === 'name' && !part.startsWith('$') && !NAMES.has(part)) unproven();
    if (kind === 'name' && part.startsWith('$') && (before === '$' || /^\$(_|GLOBALS)/.test(part))) unproven();
    if (kind === 'string' && part.startsWith('"') && /\$\{|\{\$|\$\w+(\[|->)/.test(part)) unproven();
    if (part === '(' && !isCallable(tokens[index - 1]?.kind, before)) unproven();
  });
  return PLAIN;
}

// What a bracket may follow: a known name, an operator. Not a value.
function isCallable(kind: string | undefined, before: string): boolean {
  if (kind === undefined) return true;
  if (kind === 'name') return !before.startsWith('$');
  return kind === 'mark' && !/^[)\]}]$/.test(before);
}
