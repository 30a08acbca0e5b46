// What would print the environment, where tokens and passwords are.
import { overlaps } from '../facts/glob.ts';
import { maySplit, parseOptions } from '../facts/options.ts';
import { ANY, isExact } from '../facts/unknowns.ts';
import type { CommandFact } from './index.ts';

/** Every action this file names. */
export const REVEAL_ACTIONS: readonly string[] = ['environment.reveal'];

const SECRET =
  /(?:^|_)(?:KEY|TOKENS?|SECRETS?|PASS|PASSWD|PASSWORD|PASSPHRASE|CREDENTIALS?|AUTH|COOKIE|DSN)(?:$|_)|(?:PASSWORD|PASSWD|PASSPHRASE|SECRET|TOKEN|APIKEY|_PWD)$|^PGPASS|(?:DATABASE|REDIS|MONGO\w*|AMQP|POSTGRES\w*|MYSQL)_UR[LI]$/;
/** These only ask whether it is there. */
const ASKS = new Set(['test', '[', ':', 'unset']);

/** `environment.reveal`: a secret by its name, all variables, or the environment of other processes. */
export function revealActions({ name, args, shows, wraps, code }: CommandFact): string[] {
  const isTold = !ASKS.has(name) && shows.some((each) => SECRET.test(each)) && !handsOver(name, args);
  return isTold || (!wraps && printsVariables(name, args)) || code.some(readsEnvironment) ? ['environment.reveal'] : [];
}

/** Clients that take a credential to connect with, and print nothing of it. */
const CLIENTS =
  /^(psql|pg_dump|pg_restore|pg_isready|mysql|mysqldump|mariadb|mongosh|mongodump|redis-cli|sqlcmd|docker|podman|gh|glab|npm|yarn|pnpm|aws|az|gcloud|kubectl|helm|terraform|vault|ansible-playbook|export)$/;
const CREDENTIAL_OPTION =
  /^(-H|-u|-U|--header|--user|--oauth2-bearer|--proxy-user|--password|--http-password|--auth|-a)$/;

// `psql "$DATABASE_URL"`, `curl -H "Authorization: Bearer $TOKEN"`: it goes to whom it is for.
function handsOver(name: string, args: CommandFact['args']): boolean {
  if (CLIENTS.test(name)) return true;
  if (!/^(curl|wget|http|https|xh)$/.test(name)) return false;
  return args.every(
    ({ value, exact }, at) =>
      exact ||
      CREDENTIAL_OPTION.test(args[at - 1]?.value ?? '') ||
      /^(-H|-u|--header=|--user=|Authorization:)/.test(value),
  );
}

function printsVariables(name: string, args: CommandFact['args']): boolean {
  switch (name) {
    case 'env':
      return operandsOf(args).every((word) => word.includes('='));
    case 'set':
      return args.length === 0;
    case 'printenv': {
      const operands = operandsOf(args);
      return operands.length === 0 || operands.some((word) => SECRET.test(word)) || !args.every(({ exact }) => exact);
    }
    case 'export':
    case 'declare':
    case 'typeset':
    case 'readonly':
    case 'local':
      return operandsOf(args).length === 0 || args.some(({ value }) => /^-[a-zA-Z]*p/.test(value));
    case 'compgen':
      return true;
    case 'ps':
      return psShowsEnvironment(args);
    default:
      return false;
  }
}

function operandsOf(args: CommandFact['args']): string[] {
  return args.map(({ value }) => value).filter((word) => !/^[-+]/.test(word));
}

const SHOWS = `${ANY}e${ANY}`;

// `ps e` and `ps auxe`, not `ps -e`; `-E` where BSD's is installed.
function psShowsEnvironment(args: CommandFact['args']): boolean {
  const { options, operands } = parseOptions(args, {
    short: 'oOCuUgGpqtsNk',
    long: [
      'format',
      'sort',
      'user',
      'User',
      'group',
      'Group',
      'pid',
      'ppid',
      'tty',
      'sid',
      'cols',
      'rows',
      'quick-pid',
    ],
  });
  // A word that is not known may be `e` or `-E`; one that may split leaves them behind the value of an option.
  if (args.some(maySplit) || options.some(({ name }) => name === '-E' || !isExact(name))) return true;
  return operands.some(({ value }) => (isExact(value) ? /^[A-Za-z]*e[A-Za-z]*$/.test(value) : overlaps(value, SHOWS)));
}

function readsEnvironment({ language, text }: CommandFact['code'][number]): boolean {
  return (
    language === 'jq' &&
    (text === undefined ||
      /(^|[^.\w])env\b|\$ENV|\binput_filename\b|\b(import|include)\b/.test(text) ||
      // Blanks and comments may stand after the dollar: `$ ENV`.
      (text.includes('$') && /(^|[^.\w"'])ENV\b/.test(text)))
  );
}
