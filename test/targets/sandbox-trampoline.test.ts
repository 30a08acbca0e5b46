// The shell around bubblewrap, with every number a descriptor of the broker's can have.
import { spawn } from 'node:child_process';
import { closeSync, writeSync } from 'node:fs';
import { Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { createPipe } from '../../src/lib/os/libc.ts';
import { bwrapArguments } from '../../src/lib/targets/sandbox/bwrap-arguments.ts';
import { sandboxFilter } from '../../src/lib/targets/sandbox/seccomp.ts';
import { findSandboxTools } from '../../src/lib/targets/sandbox/tools.ts';
import { trampoline } from '../../src/lib/targets/sandbox/trampoline.ts';
import { needs } from '../helpers/needs.ts';

const box = needs(test, 'bwrap');

for (const [filterFd, statusFd] of [
  [3, 4],
  [8, 9],
  [9, 8],
  [9, 10],
  [11, 8],
  [10, 11],
] as const) {
  box(`the filter may come as descriptor ${filterFd} and the status go to ${statusFd}`, async () => {
    const tools = findSandboxTools('box');
    const [filter, status] = [createPipe(), createPipe()];
    writeSync(filter.writeEnd, sandboxFilter(tools.architecture));
    closeSync(filter.writeEnd);
    const way = trampoline({
      ...tools,
      bwrapArguments: bwrapArguments({ layout: { writable: [] }, network: 'none', folder: '/', given: [] }),
      covers: { pinned: [], hidden: [], readOnly: [] },
      filterFd,
      statusFd,
      unset: [],
      variables: ['A=b c'],
      relay: undefined,
      program: {
        file: '/bin/sh',
        args: [
          '-c',
          'for fd in 8 9 $0 $1; do [ ! -e /proc/$$/fd/$fd ] || echo $fd; done; grep Seccomp: /proc/self/status; echo "$A"; exit 5',
          String(filterFd),
          String(statusFd),
        ],
      },
    });
    const stdio: ('ignore' | 'pipe' | number)[] = ['ignore', 'pipe', 'pipe'];
    for (let fd = 3; fd <= 11; fd++)
      stdio.push(fd === filterFd ? filter.readEnd : fd === statusFd ? status.writeEnd : 'ignore');
    const child = spawn(way.file, way.args, { stdio, env: {} });
    const ended = new Promise((resolve) => child.once('close', resolve));
    closeSync(filter.readEnd);
    closeSync(status.writeEnd);
    const said = text(new Socket({ fd: status.readEnd, readable: true, writable: false }));
    const printed = child.stdout === null ? '' : await text(child.stdout);
    assert.match(printed, /^Seccomp:\t2\nb c\n$/);
    assert.is(await ended, 5);
    assert.match(await said, /^in\n\[1\] .*Done\(5\)/);
  });
}

test.run();
