// Which names tell that a value is secret. A name is what stands before the sign (`DB_PASSWORD_2 =`, `"apiKey":`), cut into
// words; what its words are decides how much the value itself has to prove.
import type { Beginning } from '../rule.ts';

/**
 * `strong`: whoever writes this name means a secret, and weak values count. `medium`: a value needs a digit or a sign in it.
 * `vague`: only what looks drawn at random. `none`: the name of something else (`PASSWORD_FILE`, `max_tokens`).
 */
export type Telling = 'strong' | 'medium' | 'vague' | 'none';

/** Lower-case texts of names, longest first where one begins another; the machine starts at these. */
export const KEYWORD_ANCHORS = [
  ...['pass', 'pwd', 'secret', 'token', 'credential', 'psk', 'pw', 'kennwort', 'passwort'],
  ...['wachtwoord', 'contrasena', 'motdepasse', 'mot_de_passe', 'senha', 'parola'],
  ...[
    '_auth',
    '_salt',
    'pepper',
    'requirepass',
    'masterauth',
    'presharedkey',
    'preshared_key',
    'preshared-key',
    'pre-shared-key',
  ],
  ...withSeparators('key', [
    ...[
      'api',
      'access',
      'private',
      'encryption',
      'signing',
      'master',
      'account',
      'auth',
      'shared',
      'session',
      'storage',
    ],
    ...[
      'app',
      'application',
      'service',
      'license',
      'webhook',
      'integration',
      'ssh',
      'aes',
      'hmac',
      'crypto',
      'cookie',
      'jwt',
    ],
    ...['server', 'client', 'consumer', 'subscription', 'admin', 'write'],
    ...['ingest', 'deploy', 'encrypt', 'decryption', 'fastly'],
    ...[
      'logged_in',
      'nonce',
      'fernet',
      'vault',
      'root',
      'unseal',
      'recovery',
      'project',
      'instrumentation',
      'function',
    ],
  ]),
] as const;

function withSeparators(last: string, firsts: readonly string[]): string[] {
  return firsts.flatMap((first) => ['', '_', '-', '.', ' '].map((between) => `${first}${between}${last}`));
}

/** Words of secrets that begin with "pass"; all others ("passed", "passenger") are none. */
const PASS_ENDINGS = ['word', 'wort', 'wd', 'phrase', 'code', 'key', ''] as const;

/** How far words go on that begin with a keyword, in lower case; "secrets" is another word than "secret", "secretkey" is not. */
const ENDINGS: ReadonlyMap<string, readonly string[]> = new Map<string, readonly string[]>([
  ['pass', PASS_ENDINGS],
  ['secret', ['key', 'accesskey']],
  ['credential', ['s']],
]);
/** After so many bytes it is known. */
export const LONGEST_ENDING = 'accesskey'.length + 1;

const words = (text: string): ReadonlySet<string> => new Set(text.trim().split(/\s+/));

/** After the keyword: which one, where, whose. Digits go without saying. */
const HARMLESS_AFTER = words(`
  value val string str text plain plaintext clear cleartext raw base64 b64 hex prod production prd dev development stage
  staging stg test testing qa uat local live sandbox preview old new current previous prev next primary secondary backup main default
  admin root user db database master replica slave read write readonly ro rw api app service web worker confirm confirmation
  confirmed repeat again verify base us eu ap key access sign signing encryption data secret token v is was`);

/** After the keyword: it is not the secret that is named, but something of it. */
const OTHER_AFTER = words(`
  file files filename path paths dir directory folder location name names type types length len size min max minimum maximum policy
  policies count counts expiry expires expired expire expiration expirations ttl timeout lifetime duration age url urls uri uris endpoint endpoints host
  hostname port ref refs reference id ids enabled enable disabled required require requires reset change changed changes changing field fields
  input label hint prompt title column attribute attributes format algorithm alg encoding strength complexity rotation rotate rotated last history
  digest store stores manager managers provider providers source sources arn version versions mount namespace header headers prefix suffix
  issuer audience scope scopes request requests response used usage limit limits budget status state error errors valid validity validation
  validator generator generation generated check checks encoder encryptor auth authentication authenticator authorization grant flow exchange class
  kind mode config configuration settings option options policy rule rules placeholder regex pattern message text_key created updated
  at on date time timestamp stdin fd command cmd helper script func function handler callback test_case properties spec template map list s es
  manager engine backend service_name kms cert hash hashes fingerprint checksum sha256 md5 review cache ization ized izer ize izers ization
  tries attempts retries retry count failed failure failures success per visible visibility toggle show hide button page form view screen link
  eye icon dialog modal wizard menu color style counter index position offset start end pairs pair group set sets bucket queue topic
  permission permissions role roles owner username user_name email login protected protection less free only based sharing shares scanning scanner
  lookup resolver source storage keychain keyring agent tool tools sha md`);

/** Before "token": parts of machines that read text, and marks of pages. */
const NO_TOKEN_BEFORE = words(`
  max min num total count prompt completion input output cached reasoning eos bos pad unk sep cls mask special stop start end next page
  continuation pagination sync resume cursor this last current previous per by number of image text audio new old unused tokenizer parse
  peek expected unexpected invalid`);
/** Before "password", "secret" and others: a question, an action or a reference. */
const NO_SECRET_BEFORE = words(`
  no has is show hide toggle forgot forgotten validate require requires required allow disable enable missing bad
  need needs existing pull public verify publishable weak should can lost skip
  without generate remember`);
const NO_KEY_BEFORE = words(
  'public primary foreign partition sort cache object registry host idempotency no has is existing',
);

const MEDIUM_ALONE = new Set(['pass', 'pw', 'secret', 'psk', 'passkey', 'passcode']);
const STRONG = new Set([
  'password',
  'passwd',
  'passwort',
  'wachtwoord',
  'contrasena',
  'motdepasse',
  'senha',
  'parola',
  'passphrase',
  'pwd',
  'kennwort',
  'requirepass',
  'masterauth',
]);
/** "bypass", "compass" and others. */
const NO_PASS_BEFORE =
  /(?:by|com|tres|sur|over|under|en|im|low|high|band|all|multi|single|two|first|second|render|tests?)$/i;

const NO_WORDS: readonly string[] = [];

/** Words of a name: `dbPassword_2` → db, password, 2. */
function wordsOf(text: string): readonly string[] {
  if (text === '') return NO_WORDS;
  const found: string[] = [];
  let from = 0;
  for (let at = 0; at <= text.length; at++) {
    const kind = kindOf(text, at);
    const next = kindOf(text, at + 1);
    const isHump = kind === 'U' && at > from && (kindOf(text, at - 1) !== 'U' || next === 'l');
    const isNumber = kind === 'd' && at > from && kindOf(text, at - 1) !== 'd' && endsInDigits(text, at);
    if (kind !== ' ' && !isHump && !isNumber) continue;
    if (at > from) found.push(text.slice(from, at).toLowerCase());
    from = kind === ' ' ? at + 1 : at;
  }
  return found;
}

/** A number at the end of a word counts it; one within is part of it (`oauth2client`, `sha256`). */
function endsInDigits(text: string, at: number): boolean {
  let end = at;
  while (kindOf(text, end) === 'd') end += 1;
  return kindOf(text, end) !== 'l' && kindOf(text, end) !== 'U';
}

function kindOf(text: string, at: number): 'l' | 'U' | 'd' | ' ' {
  const code = text.charCodeAt(at);
  if (code >= 0x61 && code <= 0x7a) return 'l';
  if (code >= 0x41 && code <= 0x5a) return 'U';
  return code >= 0x30 && code <= 0x39 ? 'd' : ' ';
}

/** Whether a name that goes on like this behind the anchor tells nothing, whatever else it has: "tokenizer", "passed". Cheap. */
export function isOtherWord(beginning: Beginning, suffix: string): boolean {
  const first = kindOf(suffix, 0);
  if (first !== 'l' && first !== 'U') return false;
  const endings = ENDINGS.get(beginning.anchor.toLowerCase());
  if (endings === undefined) return !startsNewWord(suffix);
  const text = suffix.toLowerCase();
  if (endings.some((ending) => ending.startsWith(text))) return false;
  const ending = endings.find((whole) => text.startsWith(whole)) ?? '';
  if (endings === PASS_ENDINGS) return !startsNewWord(suffix.slice(ending.length));
  const isWhole = ending !== '' && !/[a-z]/.test(text.charAt(ending.length));
  return !isWhole && !startsNewWord(suffix);
}

/** How telling the name is that consists of these three; `prefix` and `suffix` are what stands around the anchor without a break. */
export function tellingOf(prefix: string, anchor: string, suffix: string): Telling {
  let keyword = anchor.toLowerCase().replace(/[^a-z0-9]/g, '');
  let after = suffix;
  if (keyword === 'secret') after = after.replace(/^(access)?(key)(?![a-z])/i, '_$1_$2');
  if (keyword === 'credential') after = after.replace(/^s(?![a-z])/i, '');
  if (keyword === 'pass') {
    const ending = PASS_ENDINGS.find((text) => suffix.toLowerCase().startsWith(text)) as string;
    keyword = `pass${ending}`;
    after = suffix.slice(ending.length);
    if (keyword === 'pass' && NO_PASS_BEFORE.test(prefix)) return 'none';
  }
  if (!startsNewWord(after)) return 'none';
  const isShort = /^(?:pwd?|psk)$/.test(keyword) && !/(?:^|[_.-])(?:bind|root|user|admin|db|ldap)$/.test(prefix);
  if (isShort && !/^(?:.*[_.-])?[A-Za-z]{0,12}$/.test(prefix)) return 'none';
  if (isShort && keyword !== 'pwd' && /[a-z]$/i.test(prefix) && !/[A-Z]/.test(anchor.charAt(0))) return 'none';
  const follow = wordsOf(after);
  const lead = wordsOf(prefix);
  if (isLedAway(keyword, lead)) return 'none';
  const own = ownTelling(keyword, lead);
  if (follow.length === 0) return own;
  if (keyword === 'auth' || keyword === 'salt' || keyword === 'pepper') return 'none';
  // The name's last telling word has a candidate of its own: `reset_password_token`.
  if (follow.some((word) => /^(?:pass(?:word|wd|phrase)|pwd|token|secret)$/.test(word))) return 'none';
  if (keyword === 'secret' && follow[0] === 'access' && follow[1] === 'key') return beyond('strong', follow.slice(2));
  if (follow.at(-1) === 'key' || follow[0] === 'key')
    return keyword === 'secret' ? beyond('strong', follow.slice(1)) : 'none';
  if (keyword === 'secret' && follow.length === 1 && follow[0] === 'id') return 'vague';
  const telling = beyond(own, follow);
  // Three letters are found in random text, too.
  return isShort && telling === 'vague' ? 'none' : telling;
}

/** What of the telling is left with these words behind the keyword. */
function beyond(own: Telling, follow: readonly string[]): Telling {
  if (follow.some((word) => OTHER_AFTER.has(word))) return 'none';
  return follow.every((word) => HARMLESS_AFTER.has(word) || /^\d{1,4}$/.test(word)) ? own : 'vague';
}

/** The keyword must end where a word ends: "tokenizer", "secretary" and "passwordless" are other words. */
function startsNewWord(after: string): boolean {
  const first = kindOf(after, 0);
  return first !== 'l' && (first !== 'U' || kindOf(after, 1) !== 'U');
}

function isLedAway(keyword: string, lead: readonly string[]): boolean {
  if (keyword === 'token') return lead.some((word) => NO_TOKEN_BEFORE.has(word));
  if (keyword.endsWith('key')) return lead.some((word) => NO_KEY_BEFORE.has(word));
  return lead.some((word) => NO_SECRET_BEFORE.has(word));
}

function ownTelling(keyword: string, lead: readonly string[]): Telling {
  if (STRONG.has(keyword)) return 'strong';
  if (MEDIUM_ALONE.has(keyword)) return lead.length > 0 && keyword !== 'passcode' ? 'strong' : 'medium';
  return 'vague';
}
