// Which values the mask can look for. What is too short or too common would be found all over ordinary output; a value that
// cannot be masked must be refused, never passed over in silence.
import { isPlaceholder } from '../checks/index.ts';

/** In bytes. Longer values are files of data, not secrets. */
export const MAX_KNOWN_VALUE_BYTES = 64 * 1024;
export const SHORTEST_KNOWN_VALUE = 6;
const SHORTEST_NUMBER = 8;
const FEWEST_DIFFERENT = 4;

/** Words that output is full of, and the passwords that are no secret. */
const COMMON = new Set(
  [
    'access admin123 administrator apikey backup cluster command config connect connection container content critical',
    'database datadog debian default deploy deployment development docker elastic enabled disabled error example failed',
    'github gitlab google grafana guest123 health hello hello123 http https jenkins kernel kubernetes letmein localhost',
    'master message metrics monday mongodb monitor mysql namespace network notice number oracle output p4ssw0rd passw0rd',
    'password password1 password123 passwords pending postgres postgresql primary private process prod production public',
    'qwerty qwerty123 rabbitmq readonly release replica request response result running sandbox secret secrets server',
    'service session sessions staging standard started status stderr stdout stopped string success system systemd target',
    'terraform testing testtest token tokens ubuntu unknown update user123 username vagrant version warning welcome',
    'welcome1 windows worker',
  ]
    .join(' ')
    .split(' '),
);

/**
 * Why the value cannot be a known value, as the end of the sentence "the value …"; undefined where it can. Says nothing
 * of the value itself.
 */
export function whyUnfit(value: string | Buffer): string | undefined {
  const bytes = Buffer.from(value);
  const text = bytes.toString('utf8').trim();
  if (text === '') return 'is empty';
  if (bytes.length > MAX_KNOWN_VALUE_BYTES) return `has more than ${MAX_KNOWN_VALUE_BYTES / 1024} KiB`;
  const length = Buffer.byteLength(text);
  if (length < SHORTEST_KNOWN_VALUE) {
    return `has fewer than ${SHORTEST_KNOWN_VALUE} bytes, and would be masked in the midst of other words`;
  }
  if (length < SHORTEST_NUMBER && /^\d+$/.test(text)) return 'is a short number, and would be masked in other numbers';
  if (new Set(text).size < FEWEST_DIFFERENT) return `has fewer than ${FEWEST_DIFFERENT} different characters`;
  if (Buffer.byteLength(text.replace(/\s/g, '')) < FEWEST_DIFFERENT) return 'is white space, but for a few characters';
  if (COMMON.has(text.toLowerCase()) || isPlaceholder(text)) {
    return 'is a common word or a placeholder, and would be masked all over ordinary output';
  }
  return undefined;
}
