import * as Args from '@oclif/core/args';
import { SallyportCommand } from '../../lib/cli/base-command.ts';
import { readPolicyFile } from '../../lib/cli/policy-file.ts';
import { oneLine } from '../../lib/cli/render.ts';
import { EXIT } from '../../lib/core/exit-codes.ts';
import type { LintFinding } from '../../lib/policy/review/lint.ts';
import type { MaskingFinding } from '../../lib/stream/mask/configured/selection-lint.ts';

export default class PolicyLint extends SallyportCommand<typeof PolicyLint> {
  static override summary = 'find rules that can never decide, decide too much, or fail their own tests';
  static override description =
    'Without a file it looks at the configuration that counts here. Exit 78 where a rule does not do what it says. It also names what masking shows somewhere, and own masking rules that nobody tested.';
  static override examples = ['<%= config.bin %> policy lint', '<%= config.bin %> policy lint sallyport.yaml'];
  static override args = { file: Args.string({ description: 'the file' }) };

  async run(): Promise<void> {
    const [{ lintPolicy }, { compileGlob, globMatches }, { lintMasking }, { label, config }] = await Promise.all([
      import('../../lib/policy/review/lint.ts'),
      import('../../lib/policy/facts/glob.ts'),
      import('../../lib/stream/mask/configured/selection-lint.ts'),
      readPolicyFile(this.environment, this.args.file),
    ]);
    const { policy, masking } = config;
    const targets = [...config.targets.keys()];
    const findings = lintPolicy(policy, targets, masking.lists);
    const matches = (glob: string, text: string) => globMatches(compileGlob(glob, 'text'), text);
    const shown = lintMasking(masking, { targets, matches });
    const lines = [
      ...findings.map((finding) => this.line(label, `rule "${finding.rule}" is ${finding.kind}`, finding)),
      ...shown.map((finding) => this.line(label, `${finding.what}: ${finding.kind}`, finding)),
    ];
    this.print(
      { file: label, findings, masking: shown },
      lines.length === 0 ? `${label}: nothing to say against it\n` : lines.join(''),
    );
    if (findings.some(({ severity }) => severity === 'error')) process.exitCode = EXIT.configuration;
  }

  private line(
    label: string,
    what: string,
    {
      severity,
      line,
      column,
      message,
      hint,
      ...place
    }: (LintFinding | MaskingFinding) & { readonly file?: string | null },
  ): string {
    const colour = { error: this.out.bad, warning: this.out.warn, note: this.out.dim }[severity];
    const where = line === null ? label : `${place.file ?? label}:${line}:${column ?? 1}`;
    return `${where}: ${colour(severity)}: ${oneLine(`${what}: ${message}`)}\n  ${this.out.dim('next:')} ${oneLine(hint)}\n`;
  }
}
