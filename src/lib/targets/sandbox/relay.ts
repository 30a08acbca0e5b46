// The sandbox's end of the proxy: programs know proxies by address and port, and the sandbox has a loopback interface of its
// own. A few lines for the broker's own node, handed over as text, because nothing else that does this is on every system.

/** Where programs find the proxy; the port is free, since nothing else is in that network. */
export const PROXY_PORT = 3128;

/**
 * For `node -e`; its argument is the path of the proxy's socket. Prints "ready" and closes its output once it listens;
 * /dev/null takes its place, because libuv aborts where a socket has the number of a standard stream.
 */
export const RELAY = `
const { closeSync, openSync, writeSync } = require('node:fs');
const { connect, createServer } = require('node:net');
createServer({ allowHalfOpen: true }, (near) => {
  const far = connect({ path: process.argv[1], allowHalfOpen: true });
  for (const end of [near, far]) end.on('error', () => { near.destroy(); far.destroy(); });
  near.pipe(far).pipe(near);
}).listen(${PROXY_PORT}, '127.0.0.1', () => {
  writeSync(1, 'ready');
  closeSync(1);
  openSync('/dev/null', 'w');
});
`;

/** What tells programs of it, in both spellings: curl takes only the lower one for http. */
export const PROXY_VARIABLES: readonly string[] = [
  ...['HTTP_PROXY', 'http_proxy', 'HTTPS_PROXY', 'https_proxy'].map((name) => `${name}=http://127.0.0.1:${PROXY_PORT}`),
  ...['NO_PROXY', 'no_proxy'].map((name) => `${name}=localhost,127.0.0.1`),
];
