// The names that code in Python may use and still be known to only compute. Data only.
import { words } from './tokens.ts';

/** Builtins that run text, reach objects by a name, or open files; those of Python 2 as well. */
export const PYTHON_DANGEROUS = words(`
  eval exec compile open getattr setattr delattr globals locals vars breakpoint help input execfile file reload apply
  class async await super object classmethod staticmethod property metaclass import from memoryview`);

/** Methods of text, numbers, lists, dictionaries, sets, dates, matches, streams and digests; `os.path` has some too. */
export const PYTHON_ATTRIBUTES = words(`
  capitalize casefold center count encode endswith expandtabs find index isalnum isalpha isascii isdecimal isdigit
  isidentifier islower isnumeric isprintable isspace istitle isupper join ljust lower lstrip partition replace rfind rindex
  rjust rpartition rsplit rstrip split splitlines startswith strip swapcase title translate maketrans upper zfill decode hex
  fromhex removeprefix removesuffix append extend insert pop remove reverse sort copy clear get items keys values update
  setdefault fromkeys add discard union intersection difference symmetric_difference issubset issuperset
  bit_length to_bytes from_bytes as_integer_ratio is_integer real imag conjugate numerator denominator
  read readline readlines write writelines flush close buffer name isatty
  group groups groupdict start end span finditer findall match search fullmatch sub subn string pattern
  year month day hour minute second microsecond weekday isoweekday isocalendar isoformat strftime strptime timestamp
  today now utcnow fromtimestamp utcfromtimestamp fromisoformat date time timetuple total_seconds days seconds
  astimezone tzinfo utc timezone timedelta datetime combine toordinal ctime
  most_common elements popleft appendleft rotate hexdigest digest update
  digits ascii_letters ascii_lowercase ascii_uppercase punctuation
  basename dirname exists isfile isdir splitext abspath normpath getsize relpath isabs commonprefix
  netloc scheme path query fragment hostname port params
  major minor micro releaselevel machine node release version processor nodename sysname
  quantize sqrt ln log10 exp getvalue seek tell cache chain from_iterable
  num_addresses network_address broadcast_address hosts netmask prefixlen with_prefixlen is_private
  __version__ __file__ __name__ __doc__ __len__`);

/** Modules that only compute: everything in them but what they imported themselves. */
export const PYTHON_PURE = words(`
  math cmath statistics random re datetime time calendar decimal fractions itertools collections textwrap base64 binascii
  hashlib hmac secrets uuid platform unicodedata difflib html ipaddress csv struct zlib copy pprint bisect heapq
  shlex colorsys keyword locale collections.abc urllib.parse numbers array`);

/** Names that are not what a pure module is for: what it imported, its own main program, doors to other objects. */
export const PYTHON_IMPURE = words(`
  os sys io posix nt shutil pathlib subprocess socket builtins importlib types codecs ctypes inspect pickle marshal
  tempfile runpy code threading popen main test Formatter contextlib warnings functools operator`);

/** Modules of which only these names are known to be harmless. */
export const PYTHON_MODULES: Readonly<Record<string, ReadonlySet<string>>> = {
  json: words('load loads dump dumps JSONDecodeError'),
  yaml: words('safe_load safe_load_all safe_dump dump YAMLError'),
  tomllib: words('load loads'),
  sys: words(`argv stdin stdout stderr exit version version_info platform maxsize byteorder executable getsizeof
    getrecursionlimit setrecursionlimit getdefaultencoding implementation prefix base_prefix hexversion maxunicode
    float_info`),
  os: words('getcwd cpu_count sep linesep name getpid getuid uname path listdir'),
  'os.path': words('join basename dirname exists isfile isdir splitext abspath normpath getsize relpath isabs'),
  string: words(
    'digits ascii_letters ascii_lowercase ascii_uppercase punctuation hexdigits octdigits capwords Template',
  ),
  io: words('StringIO BytesIO'),
  functools: words('reduce lru_cache cache partial cmp_to_key'),
  operator: words('add sub mul truediv floordiv mod pow itemgetter neg and_ or_ xor lt le eq ne gt ge'),
  sysconfig: words('get_paths get_path get_platform get_python_version get_config_var'),
  site: words('getsitepackages getusersitepackages'),
};
