// Commands of frameworks and administrators that empty or drop a whole database, by their text.
import type { Field } from '../facts/facts.ts';

const NAMES: ReadonlySet<string> = new Set(
  `dropdb dropuser pg_dropcluster pg_resetwal mysqladmin pg_restore mongorestore mysqlpump rails rake bundle php python manage.py
    django-admin npx pnpm yarn bunx pnpx prisma sequelize sequelize-cli typeorm knex drizzle-kit mikro-orm supabase alembic flask
    dotnet flyway liquibase kafka-topics kafka-topics.sh rabbitmqctl etcdctl consul nats wp drush neo4j-admin curl`.split(
    /\s+/,
  ),
);

/** As many words as are looked at. */
const MAX_WORDS = 60;

/** True for a command that empties or drops a database. */
export function emptiesDatabase(name: string, args: readonly Field[]): boolean {
  if (!NAMES.has(name) && !NAMES.has(name.replace(/[\d.]+$/, ''))) return false;
  const text = [name, ...args.slice(0, MAX_WORDS).map(({ value }) => value)].join(' ');
  return COMMANDS.some((each) => each.test(text));
}

/** Matched against the command and its arguments, joined by blanks. */
const COMMANDS: readonly RegExp[] = [
  /^(dropdb|dropuser|pg_dropcluster|pg_resetwal)( |$)(?!.*--(help|version))/,
  /^mysqladmin .*\b(drop|shutdown|flush-privileges)\b/,
  /^(pg_restore|mongorestore|mysqlpump) .*--(clean|drop|add-drop)/,
  /^((\S*\/)?(rails|rake)|bundle exec (rails|rake)) .*db:(drop|reset|purge|schema:load|migrate:reset|structure:load|truncate_all|setup)/,
  /^php .*artisan (migrate:(fresh|reset|refresh)|db:wipe)/,
  /^php .*console doctrine:(database|schema):drop/,
  /^(python[\d.]* \S*manage\.py|django-admin|\S*manage\.py) (flush|reset_db|sqlflush|reset_schema)/,
  /^((npx|pnpm|yarn|bunx|pnpx)( exec| dlx)? )?prisma (migrate reset|db push .*--(force-reset|accept-data-loss)|db execute)/,
  /^((npx|pnpm|yarn|bunx|pnpx)( exec| dlx)? )?(sequelize(-cli)? db:drop|typeorm .*schema:drop|knex migrate:rollback .*--all|drizzle-kit drop|mikro-orm .*schema:(drop|fresh)|supabase db reset)/,
  /^supabase db reset/,
  /^alembic downgrade (base|-\d+)/,
  /^flask db downgrade base/,
  /^dotnet ef database drop/,
  /^(flyway|liquibase)( .*)? (clean|drop-all|dropAll)/,
  /^(kafka-topics|kafka-topics\.sh) .*--delete/,
  /^rabbitmqctl (reset|force_reset|delete_vhost|delete_queue|purge_queue)/,
  /^etcdctl .*\bdel .*(--prefix|--from-key)/,
  /^wp( \S+)* db (reset|drop|clean)/,
  /^drush( \S+)* sql[:-](drop|create)/,
  /^neo4j-admin .*\b(delete|drop|overwrite)/,
  /^curl .*(-X ?|--request[ =])delete .*(:9200|_all|\/\*)/i,
  /^consul kv delete .*-recurse/,
  /^nats (stream|kv|object) (rm|purge|del)/,
];
