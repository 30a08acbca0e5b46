// The names that JavaScript may use and still be known to only compute. Data only.
import { words } from './tokens.ts';

/** Words of the language that open no door. Not among them: `this`, `import`, `with`, `class`, `async`. */
export const JAVASCRIPT_KEYWORDS = words(`
  var let const if else for of in while do return function new typeof void delete break continue switch case default try
  catch finally throw null undefined true false NaN Infinity instanceof`);

/** Functions and constructors that are harmless as values, too. */
export const JAVASCRIPT_VALUES = words(`
  String Number Boolean Date BigInt Map Set RegExp Error TypeError RangeError Symbol parseInt parseFloat isNaN isFinite
  encodeURIComponent decodeURIComponent encodeURI decodeURI escape unescape setTimeout clearTimeout setInterval
  clearInterval setImmediate structuredClone URL URLSearchParams TextEncoder TextDecoder Uint8Array Intl atob btoa`);

/** Names of members that lead from a harmless value to everything else, or say so in another way. */
export const JAVASCRIPT_DOORS = words(`
  constructor prototype caller callee arguments prepareStackTrace getThis getFunction mainModule binding eval Function
  require module exports global globalThis getOwnPropertyDescriptor getOwnPropertyDescriptors getOwnPropertyNames
  getOwnPropertySymbols getPrototypeOf setPrototypeOf defineProperty defineProperties Reflect Proxy WebAssembly Worker
  spawn exec execSync spawnSync execFile execFileSync fork dlopen`);

/** Objects of which only these members are known to be harmless. The object itself is no value that code may keep. */
export const JAVASCRIPT_OBJECTS: Readonly<Record<string, ReadonlySet<string>>> = {
  console: words('log error warn info debug table dir time timeEnd count assert'),
  JSON: words('parse stringify'),
  Math: words(`abs ceil floor round trunc sign min max pow sqrt cbrt hypot exp log log2 log10 sin cos tan asin acos atan
    atan2 random PI E LN2 LN10 SQRT2 fround clz32 imul`),
  Object: words('keys values entries assign fromEntries freeze is hasOwn groupBy'),
  Array: words('from isArray of'),
  Buffer: words('from alloc byteLength concat isBuffer compare'),
  Promise: words('resolve reject all allSettled race any'),
  performance: words('now'),
  process:
    words(`argv argv0 version versions platform arch cwd uptime memoryUsage hrtime exit exitCode stdin stdout stderr
    pid ppid title release execPath features config`),
};

/** Variables of the environment that hold no secret. */
export const JAVASCRIPT_ENVIRONMENT = words('HOME PATH USER LANG PWD SHELL NODE_ENV CI TERM TZ EDITOR');

/** Modules of Node by the members that are known to be harmless. `fs` is read apart. */
export const JAVASCRIPT_MODULES: Readonly<Record<string, ReadonlySet<string>>> = {
  fs: words('existsSync readFileSync writeFileSync appendFileSync'),
  os: words(`cpus platform tmpdir hostname EOL totalmem freemem arch release type uptime homedir loadavg version machine
    availableParallelism endianness`),
  path: words('join resolve basename dirname extname relative normalize isAbsolute sep delimiter parse format'),
  util: words('inspect format isDeepStrictEqual styleText'),
  crypto: words('randomBytes randomUUID randomInt createHash createHmac getHashes timingSafeEqual'),
  url: words('parse format fileURLToPath pathToFileURL URL URLSearchParams'),
  querystring: words('parse stringify escape unescape'),
  assert: words('equal strictEqual deepEqual deepStrictEqual ok'),
};

/** What Node offers by name: no name of the code's own may stand for one of these. */
export const JAVASCRIPT_GLOBALS = words(`
  assert async_hooks buffer child_process cluster crypto dgram diagnostics_channel dns domain events fs http http2 https
  inspector module net os path perf_hooks punycode querystring readline repl sea sqlite stream string_decoder sys test
  timers tls trace_events tty url util v8 vm wasi worker_threads zlib process require exports global globalThis self
  window fetch WebSocket EventSource XMLHttpRequest navigator localStorage sessionStorage Deno Bun Function eval Reflect
  Proxy WebAssembly queueMicrotask gc print load quit read write snarf readbuffer Java Packages postMessage
  importScripts Atomics SharedArrayBuffer FinalizationRegistry WeakRef Iterator AsyncFunction console JSON Math Object
  Array Buffer Promise performance Symbol Error`);
