import * as Args from '@oclif/core/args';
import { SallyportCommand } from '../../lib/cli/base-command.ts';
import { findRecording } from '../../lib/cli/recording-source.ts';
import { shortLine, visible } from '../../lib/cli/render.ts';
import { EXIT } from '../../lib/core/exit-codes.ts';
import { timestamp } from '../../lib/core/timestamp.ts';
import { markerLine } from '../../lib/recording/marker-text.ts';
import { summarise } from '../../lib/recording/read.ts';

export default class RecordingsShow extends SallyportCommand<typeof RecordingsShow> {
  static override summary = 'say what a recording holds: command, markers, how it ended, whether it is intact';
  static override examples = [
    '<%= config.bin %> recordings show s-4k7q2m9xw1de',
    '<%= config.bin %> recordings show demo.cast',
  ];
  static override args = {
    recording: Args.string({ required: true, description: 'id of a session, or a .cast file' }),
  };

  async run(): Promise<void> {
    const recording = await findRecording(this.args.recording, this.environment);
    const summary = await summarise(recording.open());
    const { verification } = recording;
    const { facts } = summary.header;
    const state = verification === null ? 'not compared: a file without its archive' : verification.outcome;
    const end =
      summary.exit === null
        ? 'the broker ended it'
        : summary.exit.kind === 'code'
          ? `exit ${summary.exit.code}`
          : summary.exit.signal;
    const lines = [
      `recording ${recording.name}`,
      ...(facts === null
        ? []
        : [
            `target    ${facts.target} (${facts.kind})`,
            `who       ${facts.principal}`,
            `command   ${facts.command === null ? '(free terminal)' : visible(facts.command)}`,
          ]),
      `started   ${timestamp(summary.header.startedAt)}, ${(summary.durationMs / 1000).toFixed(1)} s, ${summary.bytes} bytes`,
      `ended     ${summary.truncated ? 'cut short' : end}`,
      `integrity ${verification?.outcome === 'altered' ? this.out.bad(`altered: ${verification.why}`) : state}`,
      'markers',
      ...summary.markers.map(
        (marker) => `  ${(marker.atMs / 1000).toFixed(3).padStart(8)}  ${shortLine(markerLine(marker))}`,
      ),
      '',
    ];
    this.print({ recording: recording.name, ...summary, verification }, lines.join('\n'));
    if (verification?.outcome === 'altered') process.exitCode = EXIT.cannotRecord;
  }
}
