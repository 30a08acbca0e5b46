// Proves that Ruby only computes and prints. Any name may be a method of Kernel that runs a program, so every name is of
// a known list or one that the code binds and Kernel does not know.
import { PLAIN, type Plain, unproven } from './plain.ts';
import { literalOf, type Token, textAt, tokensOf, words } from './tokens.ts';

const KEYWORDS = words(`
  if elsif else unless while until for in do end then true false nil and or not return next break case when begin BEGIN
  END self yield`);

const FUNCTIONS = words(
  'puts print p pp printf sprintf format rand srand sleep exit loop Integer Float String Array gets',
);

const CONSTANTS = words(`
  Math PI E RUBY_VERSION RUBY_PLATFORM RUBY_ENGINE RUBY_PATCHLEVEL STDIN Time Date DateTime JSON Comparable Hash Set
  SecureRandom Base64 Digest SHA256 MD5 SHA1 Rational Complex ARGV`);

const LIBRARIES = words('json set date time digest securerandom base64 bigdecimal');

const METHODS = words(`
  map each select reject sort sort_by min max min_by max_by sum reduce inject first last size length count to_i to_s to_f
  to_a to_h to_sym to_json to_r upcase downcase capitalize swapcase reverse split join strip lstrip rstrip chomp chop chars
  bytes lines each_line each_with_index each_with_object each_char each_slice each_cons with_index map! times upto downto
  step include? start_with? end_with? empty? nil? any? all? none? zero? even? odd? key? has_key? keys values merge
  group_by partition zip flatten compact uniq tally take drop take_while drop_while find find_all index push pop shift
  unshift concat gsub sub tr delete squeeze scan match match? ljust rjust center round floor ceil abs divmod gcd lcm digits
  pow sqrt sin cos tan log log2 log10 exp now today iso8601 strftime year month day hour min sec wday yday
  parse generate pretty_generate dig fetch slice inspect read hex uuid random_number alphanumeric hexdigest
  encode64 decode64 strict_encode64 strict_decode64 succ pred ord chr hash rotate sample shuffle transpose product
  combination permutation each_entry filter filter_map flat_map sum cycle lazy step freeze dup rewind readlines to_set
  add intersect? union format then tap nonzero? positive? negative? between? clamp bit_length swapcase insert prepend
  replace new encode force_encoding unpack unpack1 pack valid_encoding? encoding name`);

/** Methods of every object that run, load or reach something: no name of the code's own. */
const KERNEL = words(`
  system exec spawn fork eval load open send trap test syscall select binding callcc caller autoload require
  require_relative set_trace_func instance_eval class_eval module_eval instance_exec public_send method define_method
  abort raise throw catch warn at_exit proc lambda Kernel IO File Dir Process Open3 Object Module Class ObjectSpace ENV
  popen pipe ARGF gets readline readlines print puts p pp putc format sprintf printf rand srand sleep exit exit! loop`);

const TOKENS =
  /(?<skip>[ \t\n]+|#[ -~]*)|(?<string>'(?:[^'\\]|\\[\s\S])*'|"(?:[^"\\]|\\[\s\S])*")|(?<number>(?:0[xXbBoO][\da-fA-F_]+|\d[\d_]*(?:\.\d[\d_]*)?(?:[eE][+-]?\d+)?)(?![\w]))|(?<name>:[A-Za-z_]\w*[?!]?|\$(?:stdin|_|\d)(?!\w)|[A-Za-z_]\w*(?:[?!](?!=))?)|(?<mark>&&|\|\||::|\.\.\.?|=>|->|<=>|==|!=|<=|>=|\+=|<<(?=[ ])|[-+*=<>!|()[\]{},;.&:](?![%'"`])|[?%](?=[ \n])|[:&(,[{=](?=['"]))/y;

/** Proves the code, or throws `Unproven`. */
export function proveRuby(text: string): Plain {
  if (/__END__|^=begin/m.test(text)) return unproven();
  check(tokensOf(withoutPatterns(text), TOKENS), new Set());
  return PLAIN;
}

// Only where nothing else can stand before a slash: `gsub(/a/, 'b')`, `if x =~ /a/`, `/a/ =~ x`.
function withoutPatterns(text: string): string {
  return text.replace(
    /(^|[(,~]\s*|\bif |\bputs |\bprint )\/((?:[^/\\\n#'"]|\\[^\n'"])+)\/([imxo]*)(?=\s*([,).;&|]|=~|$))/g,
    '$1""',
  );
}

function check(tokens: readonly Token[], outer: ReadonlySet<string>): void {
  const bound = new Set([...outer, ...boundNames(tokens)]);
  tokens.forEach((token, index) => {
    if (token.kind === 'string') checkString(token.text, bound);
    if (token.kind === 'name') checkName(tokens, index, bound);
    if (token.text === '%') checkRemainder(tokens[index - 1], bound);
  });
}

// Where no value stands before it, `% ` begins a string.
function checkRemainder(before: Token | undefined, bound: ReadonlySet<string>): void {
  if (before === undefined) unproven();
  if (before.kind === 'mark' ? !/^[)\]]$/.test(before.text) : before.kind === 'name' && !bound.has(before.text))
    unproven();
}

// `|a, b|`, `x = …`, `for x in`.
function boundNames(tokens: readonly Token[]): string[] {
  const found: string[] = [];
  let inBars = false;
  tokens.forEach(({ kind, text }, index) => {
    if (text === '|') inBars = inBars ? false : /^(\{|do)$/.test(textAt(tokens, index - 1));
    const next = textAt(tokens, index + 1);
    const binds = inBars || /^(=|\+=)$/.test(next) || textAt(tokens, index - 1) === 'for';
    if (kind === 'name' && binds && textAt(tokens, index - 1) !== '.' && /^[a-z_]\w*$/.test(text)) found.push(text);
  });
  if (found.some((name) => KERNEL.has(name))) unproven();
  return found;
}

function checkName(tokens: readonly Token[], index: number, bound: ReadonlySet<string>): void {
  const { text } = tokens[index] ?? unproven();
  const before = textAt(tokens, index - 1);
  if (text === 'require') {
    const isCall = tokens[index + 1]?.text === '(';
    if (!LIBRARIES.has(literalOf(tokens[index + (isCall ? 2 : 1)]) ?? '')) unproven();
    return;
  }
  if (text.startsWith('$')) return;
  if (text.startsWith(':')) {
    // A symbol may become a call: `reduce(:system)`.
    if (!METHODS.has(text.slice(1)) && textAt(tokens, index + 1) !== '=>') unproven();
    return;
  }
  if (before === '.') {
    if (!METHODS.has(text)) unproven();
    if (/^(reduce|inject)$/.test(text) && textAt(tokens, index + 1) === '(') checkFold(tokens, index + 2);
    return;
  }
  const isKey = textAt(tokens, index + 1) === ':' && /^[{(,]$/.test(before);
  if (isKey || KEYWORDS.has(text) || FUNCTIONS.has(text) || CONSTANTS.has(text) || bound.has(text)) return;
  unproven();
}

// `inject("system")` would call a method by its name.
function checkFold(tokens: readonly Token[], start: number): void {
  for (let at = start; textAt(tokens, at) !== ')'; at++) {
    const { kind, text } = tokens[at] ?? unproven();
    if (kind === 'string' || (kind === 'name' && !text.startsWith(':'))) unproven();
  }
}

// What stands in `#{…}` is code.
function checkString(text: string, bound: ReadonlySet<string>): void {
  if (!text.startsWith('"') || !text.includes('#')) return;
  const rest = text.replace(/\\[\s\S]/g, '..').replace(/#\{([^{}"'\\]*)\}/g, (_, inside: string) => {
    check(tokensOf(inside, TOKENS), bound);
    return '';
  });
  if (/#[{$@]/.test(rest)) unproven();
}
