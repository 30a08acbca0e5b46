// Work that runs nothing: an endpoint that answers until somebody ends it. To the session it is a program that says nothing.
import type { ExitStatus } from '../../core/events.ts';
import type { ApiEndpoint, OutputChunk, Program } from '../../ports/target.ts';

/** Ends with code 0 at any signal, and when it is disposed. */
export function endpointProgram(endpoint: ApiEndpoint): Program {
  let end = () => {};
  const exited = new Promise<ExitStatus>((resolve) => {
    end = () => resolve({ kind: 'code', code: 0 });
  });
  return {
    endpoint,
    leader: null,
    exited,
    output: silence(exited),
    // Nobody reads what is typed.
    write: async () => {},
    endInput: () => {},
    resize: () => {},
    signal: () => end(),
    inputIsHidden: () => false,
    lookAtInput: () => ({ state: 'busy', hidden: false }),
    async [Symbol.asyncDispose]() {
      end();
    },
  };
}

function silence(exited: Promise<unknown>): AsyncIterable<OutputChunk> {
  const next = async (): Promise<IteratorResult<OutputChunk>> => {
    await exited;
    return { done: true, value: undefined };
  };
  return { [Symbol.asyncIterator]: () => ({ next }) };
}
