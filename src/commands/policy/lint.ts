import * as Args from '@oclif/core/args';
import { SallyportCommand } from '../../lib/cli/base-command.ts';
import { readPolicyFile } from '../../lib/cli/policy-file.ts';
import { oneLine } from '../../lib/cli/render.ts';
import { EXIT } from '../../lib/core/exit-codes.ts';
import type { LintFinding } from '../../lib/policy/lint.ts';

export default class PolicyLint extends SallyportCommand<typeof PolicyLint> {
  static override summary = 'find rules that can never decide, decide too much, or fail their own tests';
  static override description =
    'Without a file it looks at the configuration that counts here. Exit 78 where a rule does not do what it says.';
  static override examples = ['<%= config.bin %> policy lint', '<%= config.bin %> policy lint sallyport.yaml'];
  static override args = { file: Args.string({ description: 'the file' }) };

  async run(): Promise<void> {
    const [{ lintPolicy }, { label, config }] = await Promise.all([
      import('../../lib/policy/lint.ts'),
      readPolicyFile(this.environment, this.args.file),
    ]);
    const { policy, targets } = config;
    const findings = lintPolicy(policy, [...targets.keys()]);
    const lines = findings.map((finding) => this.line(label, finding));
    this.print(
      { file: label, findings },
      lines.length === 0 ? `${label}: nothing to say against it\n` : lines.join(''),
    );
    if (findings.some(({ severity }) => severity === 'error')) process.exitCode = EXIT.configuration;
  }

  private line(label: string, { severity, kind, rule, file, line, column, message, hint }: LintFinding): string {
    const colour = severity === 'error' ? this.out.bad : this.out.warn;
    const place = line === null ? label : `${file ?? label}:${line}:${column ?? 1}`;
    return `${place}: ${colour(severity)}: rule "${rule}" is ${oneLine(`${kind}: ${message}`)}\n  ${this.out.dim('next:')} ${oneLine(hint)}\n`;
  }
}
