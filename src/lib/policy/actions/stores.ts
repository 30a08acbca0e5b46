// Clients of stores that speak no SQL: Redis and MongoDB.
import type { Field } from '../facts/facts.ts';
import { parseOptions } from '../facts/options.ts';
import type { CommandFact } from './index.ts';

/** Every action this file names. */
export const STORE_ACTIONS: readonly string[] = ['store.drop', 'store.unread'];

const REDIS = /^(redis|valkey|keydb|dragonfly)-cli$/;
const REDIS_SPEC = {
  short: 'hpasunrdDXit',
  long: ['user', 'pass', 'uri', 'pipe-timeout', 'rdb', 'eval', 'functions-rdb', 'cacert', 'cert', 'key', 'sni'],
  posix: true,
};
const REDIS_DROPS =
  /^(flushall|flushdb|shutdown|debug|slaveof|replicaof|module|config (set|rewrite|resetstat)|script flush|function (flush|delete|load)|cluster (reset|forget|failover|flushslots)|acl (setuser|deluser|load)|client kill|migrate|restore|eval|evalsha|swapdb|bgrewriteaof|failover|monitor|sync|psync|acl|latency reset|memory purge)\b|^keys \*$/i;

/** `store.drop`: everything is lost, or the server is turned into something else; `store.unread`. */
export function storeActions(command: CommandFact): string[] {
  if (REDIS.test(command.name)) return redis(command);
  return /^(mongosh?|mongo)$/.test(command.name) ? mongo(command) : [];
}

function redis({ args, stdin }: CommandFact): string[] {
  const { options, operands } = parseOptions(args, REDIS_SPEC);
  const found: string[] = [];
  const lines = stdin.kind === 'text' ? stdin.text.split('\n') : [];
  const commands = [
    operands.map(({ value }) => value).join(' '),
    ...lines.map((line) => line.trim().replace(/\s+/g, ' ')),
  ];
  if (commands.some((each) => REDIS_DROPS.test(each))) found.push('store.drop');
  const takesInput = options.some(({ name }) => name === '-x' || name === '-X' || /^--(pipe|eval|rdb)/.test(name));
  if (takesInput || stdin.kind === 'pipe' || operands.some(({ exact }) => !exact) || unknown(args))
    found.push('store.unread');
  return found;
}

const MONGO_DROPS =
  /dropDatabase|\.\s*drop\w*\s*\(|\[\s*['"`]drop|\.\s*(deleteMany|remove|updateMany)\s*\(\s*(\{\s*\}|\))|shutdownServer|\bfsync|renameCollection|eval\s*\(|runCommand|adminCommand|createUser|grantRoles|updateUser|changeUserPassword|setProfilingLevel|require\s*\(|import\s*\(|child_process|process\.|\bload\s*\(|\brun(Program)?\s*\(|\bcat\s*\(|removeFile|copyFile|writeFile|passwordPrompt|\$(out|merge|where|function|accumulator)|mapReduce|deleteOne\s*\(\s*\{\s*\}/;
/** One statement that reads, or changes what it names. */
const MONGO_LOOKS =
  /^\s*((show|use)\s+\w+|db|it|exit|quit\(\)|(printjson|print|JSON\.stringify|EJSON\.stringify|tojson)?\(?\s*db(\.\w+)*\.(find|findOne|count|countDocuments|estimatedDocumentCount|stats|version|hello|isMaster|serverStatus|getCollectionNames|getCollectionInfos|getIndexes|distinct|getName|getMongo|ping|insertOne|updateOne|deleteOne|explain|aggregate)\([^`]*)?$/;

function mongo({ args, code, stdin }: CommandFact): string[] {
  const { options, operands } = parseOptions(args, {
    short: 'upf',
    long: ['eval', 'host', 'port', 'username', 'password', 'file', 'authenticationDatabase'],
  });
  const given = options
    .filter(({ name }) => /^--ev/.test(name))
    .flatMap(({ value }) => (value === undefined ? [] : [value]));
  const texts = [
    ...given.map(({ value }) => value),
    ...code.flatMap(({ text }) => (text === undefined ? [] : [text])),
    ...(stdin.kind === 'text' ? [stdin.text] : []),
  ];
  if (texts.some((text) => MONGO_DROPS.test(text))) return ['store.drop'];
  const isKnown =
    texts.every((text) => text.split(/[;\n]/).every((each) => MONGO_LOOKS.test(each))) &&
    given.every(({ exact }) => exact);
  const isScript =
    operands.some(({ value }) => /\.m?js$/.test(value)) || options.some(({ name }) => /^(-f|--file)$/.test(name));
  return isKnown && stdin.kind !== 'pipe' && !unknown(args) && !isScript ? [] : ['store.unread'];
}

function unknown(args: readonly Field[]): boolean {
  return args.some(({ many }) => many);
}
