import * as Args from '@oclif/core/args';
import * as Flags from '@oclif/core/flags';
import { SallyportCommand } from '../../lib/cli/base-command.ts';
import { type PolicyFile, readPolicyFile } from '../../lib/cli/policy-file.ts';
import { renderComparison, renderTests } from '../../lib/cli/render-policy-tests.ts';
import { systemClock } from '../../lib/core/clock.ts';
import { parseDuration } from '../../lib/core/duration.ts';
import { BrokerError } from '../../lib/core/errors.ts';
import { EXIT } from '../../lib/core/exit-codes.ts';
import { timestamp } from '../../lib/core/timestamp.ts';

export default class PolicyTest extends SallyportCommand<typeof PolicyTest> {
  static override summary = 'run the tests of the policy and of the packs, or judge recorded commands anew';
  static override description =
    'Exit 78 where a test fails. With --against it takes the commands that the broker judged so long, and prints what this policy would say otherwise; that is for the owner of the broker.';
  static override examples = [
    '<%= config.bin %> policy test',
    '<%= config.bin %> policy test sallyport.yaml',
    '<%= config.bin %> policy test --against 30d new-policy.yaml',
  ];
  static override args = {
    file: Args.string({ description: 'the file; without it, the configuration that counts here' }),
  };
  static override flags = {
    against: Flags.string({ description: 'judge the commands of this long anew', helpValue: '30d|12h' }),
  };

  async run(): Promise<void> {
    const { against } = this.flags;
    const since = against === undefined ? undefined : systemClock.now() - toDuration(against);
    const file = await readPolicyFile(this.environment, this.args.file);
    if (since === undefined) await this.runTests(file);
    else await this.compare(file, since);
  }

  private async runTests({ label, config }: PolicyFile): Promise<void> {
    const { runPolicyTests } = await import('../../lib/policy/review/run-tests.ts');
    const parts = runPolicyTests(config.policy);
    const passed = parts.reduce((sum, part) => sum + part.passed, 0);
    const failed = parts.reduce((sum, part) => sum + part.failures.length, 0);
    this.print({ file: label, passed, failed, parts }, renderTests(label, parts, this.out));
    if (failed > 0) process.exitCode = EXIT.configuration;
  }

  private async compare(file: PolicyFile, since: number): Promise<void> {
    const [{ rejudgeLog }, { client }] = await Promise.all([import('../../lib/cli/rejudge-log.ts'), this.connect()]);
    const comparison = await rejudgeLog(client, file, since);
    const changes = comparison.changes.map((change) => ({ ...change, at: timestamp(change.at) }));
    this.print(
      { file: file.label, since: timestamp(since), ...comparison, changes },
      renderComparison(file.label, since, comparison, this.out),
    );
  }
}

function toDuration(text: string): number {
  const ms = parseDuration(text);
  if (ms !== undefined && ms > 0) return ms;
  throw new BrokerError({
    code: 'usage',
    exit: EXIT.usage,
    message: `--against: "${text}" is not a duration`,
    hint: 'write it as 30d, 12h or 90m',
  });
}
