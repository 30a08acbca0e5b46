// What stands in a value's place without being one: references to where it is kept, code that fetches it, templates.
import { looksRandom } from '../checks/index.ts';
import { isCodeBefore, NAME_PARTS } from './named-context.ts';
import type { Found } from './named-values.ts';

const TYPE_NAME =
  /^(?:[A-Z][a-z]+\d{0,2}){1,5}(?:Array|Params|Input|String|Type|Buffer|Options|Config|Schema|Field|Provider|Client|Value|List|Data)$/;
const CODE_ROOTS =
  /^(?:process|os|self|this|config|conf|cfg|env|settings|args|opts|options|req|request|res|ctx|context|var|local|data|module|each|secrets?|vault|params|props|user|credentials?|creds|auth|app|import\.meta|sys|System|Environment|ENV|std|form|body|event|input|flags?|c|cmd|ns|p|account|client|server|db|database|session|response|values|Values|state)(?:\.|->|\?\.|::|\[)/;

/** Nothing in it but letters, digits and marks within words: no code, path or template. Most values are such, so it is asked first. */
export function isPlain(value: string): boolean {
  for (let at = 0; at < value.length; at++) if (NAME_PARTS[value.charCodeAt(at)] !== 1) return false;
  return true;
}

/** Letters, and marks between words: says nothing about being drawn. */
export const isWordy = (value: string) => /^[A-Za-z]+(?:[-_.][A-Za-z]+)*[-_.]?$/.test(value);

/** `putenv("DB_PASSWORD=…")` is no code: a variable of the environment has its value as it stands. */
export const isCodeAround = ({ before, shape, name }: Found) =>
  !(shape === 'tight' && /^[A-Z0-9_]+$/.test(name)) && isCodeBefore(before, shape);

/** Addresses, paths and references to where the secret is kept. */
export function isReference(value: string): boolean {
  if (isPlain(value)) return /^Ag[A-D][A-Za-z0-9]{40,}$|aws4_request|^-----BEGIN/.test(value);
  if (/^(?:\.[*+]|\[\^)/.test(value)) return true; // a pattern's beginning
  if (/[\])]\{\d+(?:,\d*)?\}|\(\?[:=!<]|^\/.*[\^$\\(].*\/[a-z]{0,4}$/.test(value)) return true; // a pattern
  if (/^Ag[A-D][A-Za-z0-9+/]{40,}={0,2}$/.test(value)) return true; // a SealedSecret
  if (/aws4_request/.test(value) || /^\/(?:tmp|run|var|etc|home|usr|opt|dev|proc|srv|root|mnt|Users)\//.test(value))
    return true;
  if (/^-----BEGIN/.test(value)) return true; // has a rule of its own
  if (/^(?:arn|vault|ssm|op|projects|secretsmanager|file|env|keyring|awskms|gcpkms|ref)[:/][\w:/.#-]*$/.test(value))
    return true;
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(value)) return true;
  if (/^(?:[.~]{0,2}\/|[A-Za-z]:\\)[\w.\-/\\ @+]*$/.test(value)) {
    return !value.split(/[/\\]/).some((part) => part.length > 11 && looksRandom(part)) && !/=$/.test(value);
  }
  return /^\/?(?:[\w.-]+\/){2,}[\w.-]+$/.test(value) && !looksRandom(value.replace(/\//g, ''));
}

/** What computes or fetches a value: a call, a member, a variable, a tag of YAML, a parameter. */
export function isExpression(found: Found, value: string): boolean {
  if (isPlain(value)) return isPlainExpression(found, value);
  if (/^\[?(?:String|ID|Int|Float|Boolean|DateTime|JSON)!?\]?!$/.test(value)) return true; // a type of GraphQL
  if (/^&(?:lt|#x3c|quot|#34|#39);/i.test(value) || /^[A-Za-z]+=$/.test(value)) return true;
  if (/^(?:null|undefined|true|false|None|void 0|!0|!1|nil)[,;)}\]]/.test(value) || /^[A-Za-z]\w?\[\w+\]/.test(value))
    return true;
  if (TYPE_NAME.test(value) && found.shape !== 'tight') return true;
  if (/^[[({<]/.test(value))
    return found.shape !== 'tight' || !looksRandom(value) || /^[{[(<]["'\w$]*[:,}\])>]/.test(value);
  if (/^(?:!\w|&[A-Za-z_]+[;,)]?$|\*[A-Za-z_]+[;,)]?$|\?|:[A-Za-z_]\w*$|@[A-Za-z_]\w*$)/.test(value))
    return isWordy(value.replace(/^\W+|\W+$/g, '')) || /^\?/.test(value);
  if (/^\$[A-Za-z_({]/.test(value) && /^\$(?:\{[^}]*\}?|\([^)]*\)?|[A-Za-z_]\w*)(?:$|[^\w])/.test(value)) return true;
  if (/^%[A-Za-z(]/.test(value) && /[%sd]$/.test(value)) return true;
  if (CODE_ROOTS.test(value)) return true;
  // A call: `getPassword()`, `env('X')`, `os.environ["DB"]`, `generate(16)`.
  const bracket = value.search(/[([]/);
  const callee = bracket > 0 && bracket < 64 ? value.slice(0, bracket) : '';
  if (/^[A-Za-z_$](?:[A-Za-z_$.:>?-]|\d+(?![A-Za-z\d]))*$/.test(callee) && !looksRandom(callee)) {
    const [head, rest] = [callee, value.slice(bracket)];
    return (head.length > 2 || rest.length < 5) && !looksRandom(rest);
  }
  return isNameOfValue(found, value);
}

/** The same of a value without signs. */
function isPlainExpression(found: Found, value: string): boolean {
  if (found.shape !== 'tight' && TYPE_NAME.test(value)) return true;
  return (value.includes('.') && CODE_ROOTS.test(value)) || isNameOfValue(found, value);
}

function isNameOfValue(found: Found, value: string): boolean {
  const isVariable = found.shape === 'tight' && /^[A-Z0-9_]+$/.test(found.name);
  if (!isVariable && isMember(value)) return true;
  if (/^[a-z]+[a-z0-9]*_[a-z0-9_]+(?:\.[a-z_][a-z0-9_]*)+$/.test(value)) return true;
  return /^[A-Za-z_$][\w$.]*$/.test(value) && isCodeAround(found) && !looksRandom(value);
}

/** `config.password`, `this->dbPassword`: words, as people write them. */
const isMember = (value: string) =>
  /^[A-Za-z_$]+(?:(?:\.|->|::|\?\.)[A-Za-z_$]+)+$/.test(value) &&
  value
    .split(/[^A-Za-z]+/)
    .every((part) => /^(?:[a-z]*|[A-Z]*|[A-Z]?[a-z]+(?:[A-Z][a-z]{2,}){0,5}(?:[A-Z]{2,3})?)$/.test(part));

/** Text with holes that a program fills: `${user}-${name}`, `{{ x }}-suffix`. */
export function isTemplate(value: string): boolean {
  if (!/[{(]/.test(value)) return false;
  const rest = value.replace(/\$\{[^}]*\}|\{\{[^}]*\}\}|[#%]\{[^}]*\}|\$\([^)]*\)/g, '');
  return rest !== value && (rest.length < 8 || isWordy(rest));
}
