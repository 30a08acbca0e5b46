import * as Args from '@oclif/core/args';
import { SallyportCommand } from '../../lib/cli/base-command.ts';
import { chooseConfig } from '../../lib/cli/locate.ts';
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
    const [{ parseConfig }, { configError }, { lintPolicy }, { builtInConfig }, { BUILT_IN_POLICY, PACK_NAMES }] =
      await Promise.all([
        import('../../lib/config/load.ts'),
        import('../../lib/config/problem.ts'),
        import('../../lib/policy/lint.ts'),
        import('../../lib/config/built-in.ts'),
        import('../../lib/policy/index.ts'),
      ]);
    const { file: named } = this.args;
    const { source } = chooseConfig(
      named === undefined ? this.environment : { ...this.environment, configFile: named },
    );
    const label = source.kind === 'built-in' ? 'built-in' : source.label;
    const parsed =
      source.kind === 'built-in'
        ? { ok: true as const, config: builtInConfig(BUILT_IN_POLICY) }
        : parseConfig(source.file.text, { file: label, knownPacks: PACK_NAMES });
    if (!parsed.ok) throw configError(parsed.problems);
    const { policy, targets } = parsed.config;
    const findings = lintPolicy(policy, [...targets.keys()]);
    const lines = findings.map((finding) => this.line(label, finding));
    this.print(
      { file: label, findings },
      lines.length === 0 ? `${label}: nothing to say against it\n` : lines.join(''),
    );
    if (findings.some(({ severity }) => severity === 'error')) process.exitCode = EXIT.configuration;
  }

  private line(file: string, { severity, kind, rule, line, column, message, hint }: LintFinding): string {
    const colour = severity === 'error' ? this.out.bad : this.out.warn;
    const place = line === null ? file : `${file}:${line}:${column ?? 1}`;
    return `${place}: ${colour(severity)}: rule "${rule}" is ${oneLine(`${kind}: ${message}`)}\n  ${this.out.dim('next:')} ${oneLine(hint)}\n`;
  }
}
