import * as Args from '@oclif/core/args';
import * as Flags from '@oclif/core/flags';
import { writeTo } from '../../lib/cli/attach.ts';
import { SallyportCommand } from '../../lib/cli/base-command.ts';
import { findRecording, type OpenableRecording } from '../../lib/cli/recording-source.ts';
import { shortLine, visible } from '../../lib/cli/render.ts';
import { printRequest, printRequestJson, printRequests, printRequestsJson } from '../../lib/cli/show-requests.ts';
import { EXIT } from '../../lib/core/exit-codes.ts';
import { timestamp } from '../../lib/core/timestamp.ts';
import { markerLine } from '../../lib/recording/marker-text.ts';
import { type CastSummary, summarise } from '../../lib/recording/read.ts';
import { isApiMarker } from '../../lib/recording/request-entry.ts';

export default class RecordingsShow extends SallyportCommand<typeof RecordingsShow> {
  static override summary =
    'say what a recording holds: command, markers, requests to a cluster, how it ended, whether it is intact';
  static override description =
    'Requests of a kubectl session stand in a table; with --request one of them is shown whole, with what its program in the cluster wrote and was sent.';
  static override examples = [
    '<%= config.bin %> recordings show s-4k7q2m9xw1de',
    '<%= config.bin %> recordings show s-4k7q2m9xw1de --request 4',
    '<%= config.bin %> recordings show demo.cast',
  ];
  static override args = {
    recording: Args.string({ required: true, description: 'id of a session, or a .cast file' }),
  };
  static override flags = {
    all: Flags.boolean({ description: 'list descriptions of the API, too, which every client reads' }),
    request: Flags.integer({ min: 1, description: 'show this request of a kubectl session', helpValue: 'N' }),
  };

  async run(): Promise<void> {
    const recording = await findRecording(this.args.recording, this.environment);
    const { verification } = recording;
    if (this.flags.request === undefined) await this.showAll(recording);
    else await this.showOne(recording, this.flags.request);
    if (verification?.outcome === 'altered') process.exitCode = EXIT.cannotRecord;
  }

  private async showOne(recording: OpenableRecording, number: number): Promise<void> {
    const { name, verification } = recording;
    if (this.flags.json) return printRequestJson(recording, number, { recording: name, verification }, write);
    if (verification?.outcome === 'altered') this.note(`${this.err.bad('altered:')} ${verification.why}\n`);
    return printRequest(recording, number, write);
  }

  private async showAll(recording: OpenableRecording): Promise<void> {
    const { name, verification } = recording;
    const summary = await summarise(recording.open(), (marker) => !isApiMarker(marker));
    const hasRequests = summary.header.facts?.kind === 'kubectl';
    const shown = { recording: name, ...summary, verification };
    if (this.flags.json) return hasRequests ? printRequestsJson(recording, shown, write) : this.print(shown, '');
    await write(this.render(recording, summary));
    if (!hasRequests) return;
    await write('requests\n');
    await printRequests(recording, this.flags.all, (header, rows) => this.table(header, rows), write);
  }

  private render({ name, verification }: OpenableRecording, { header, ...summary }: CastSummary): string {
    const { facts } = header;
    const state = verification === null ? 'not compared: a file without its archive' : verification.outcome;
    const end =
      summary.exit === null
        ? 'the broker ended it'
        : summary.exit.kind === 'code'
          ? `exit ${summary.exit.code}`
          : summary.exit.signal;
    const lines = [
      `recording ${name}`,
      ...(facts === null
        ? []
        : [
            `target    ${visible(facts.target)} (${visible(facts.kind)})`,
            `who       ${visible(facts.principal)}`,
            `command   ${visible(facts.command ?? (facts.kind === 'kubectl' ? '(request by request)' : '(free terminal)'))}`,
          ]),
      `started   ${timestamp(header.startedAt)}, ${(summary.durationMs / 1000).toFixed(1)} s, ${summary.bytes} bytes`,
      `ended     ${summary.truncated ? 'cut short' : visible(end)}`,
      `integrity ${verification?.outcome === 'altered' ? this.out.bad(`altered: ${verification.why}`) : state}`,
      'markers',
      ...summary.markers.map(
        (marker) => `  ${(marker.atMs / 1000).toFixed(3).padStart(8)}  ${shortLine(markerLine(marker))}`,
      ),
      '',
    ];
    return lines.join('\n');
  }
}

const write = (text: string): Promise<void> => writeTo(process.stdout, Buffer.from(text));
