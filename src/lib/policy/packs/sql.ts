// SQL given to a client on the command line.
import type { Pack } from './index.ts';

export const SQL: Pack = {
  name: 'sql',
  description: 'asks or denies SQL that changes or loses data',
  attacks: [],
  lookAlikes: [],
  rules: [
    {
      id: 'loss',
      match: { does: ['sql.drop', 'sql.unbounded-change'] },
      verdict: 'deny',
      reason: 'it drops tables, or changes every row',
      suggest: 'name the rows with WHERE; structure changes by a migration',
      tests: [
        { input: 'psql -c "DROP TABLE users"', verdict: 'deny' },
        { input: 'mysql -e "delete from users"', verdict: 'deny' },
      ],
    },
    {
      id: 'shell',
      match: { does: ['sql.shell'] },
      verdict: 'deny',
      reason: 'it leaves the database for a shell or a file',
      suggest: 'run the query alone',
      tests: [{ input: "psql -c '\\! id'", verdict: 'deny' }],
    },
    {
      id: 'changes',
      match: { does: ['sql.change', 'sql.unread'] },
      verdict: 'ask',
      reason: 'it changes data, or is not known before it runs',
      tests: [{ input: 'psql -c "update users set a = 1 where id = 2"', verdict: 'ask' }],
    },
  ],
};
