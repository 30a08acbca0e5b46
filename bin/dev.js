#!/usr/bin/env node
// Runs the sources, without a build.
import { register } from 'tsx/esm/api';

register();
const { runCli } = await import('../src/lib/cli/main.ts');
await runCli(import.meta.url, './src/commands');
