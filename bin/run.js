#!/usr/bin/env node
import { runCli } from '../dist/lib/cli/main.js';

await runCli(import.meta.url);
