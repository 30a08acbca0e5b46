// The version handshake: both ends say which API they speak, and whoever notices a difference says so in full.
import { BrokerError } from '../core/errors.ts';
import { EXIT } from '../core/exit-codes.ts';
import { API_VERSION, type Hello } from './contract.ts';

/** The broker's words to a client of another version, or of none. */
export function clientMismatch(theirs: string | undefined, version: string): BrokerError {
  const said = theirs === undefined ? 'did not say which it speaks' : `speaks "${theirs.slice(0, 20)}"`;
  return new BrokerError({
    code: 'version-mismatch',
    exit: EXIT.unavailable,
    message: `the broker speaks API ${API_VERSION} (sallyport ${version}), this client ${said}`,
    hint: 'run "sallyport broker stop", then the command again; a broker of others is for its owner to restart',
  });
}

/** The client's words about a broker of another version; undefined where both speak the same. */
export function brokerMismatch(
  hello: Pick<Hello, 'api' | 'version' | 'mode'>,
  ownVersion: string,
): BrokerError | undefined {
  if (hello.api === API_VERSION) return undefined;
  const age = hello.api < API_VERSION ? 'older' : 'newer';
  return new BrokerError({
    code: 'version-mismatch',
    exit: EXIT.unavailable,
    message: `the running broker is ${age}: it speaks API ${hello.api} (sallyport ${hello.version}), this client ${API_VERSION} (sallyport ${ownVersion})`,
    hint:
      hello.mode === 'service'
        ? `use a client of sallyport ${hello.version}, or ask the broker's owner to restart it with ${ownVersion}`
        : 'run "sallyport broker stop", then the command again',
  });
}
