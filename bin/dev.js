#!/usr/bin/env -S node --import tsx
// Runs the sources, without a build.
import { runCli } from '../src/lib/cli/main.ts';

await runCli(import.meta.url, { commands: './src/commands' });
