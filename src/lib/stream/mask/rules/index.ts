// The table of all rules, gathered from the family files. Order carries no meaning: where two rules find overlapping
// text, everything that either finds is masked.
import type { Rule } from '../rule.ts';
import { FILE_RULES } from './files-secrets.ts';
import { HEADER_RULES } from './headers.ts';
import { KUBERNETES_RULES } from './kubernetes.ts';
import { COMMAND_RULES } from './named-commands.ts';
import { NAMED_FILE_RULES } from './named-files.ts';
import { NAMED_RULES } from './named-rules.ts';
import { PERSONAL_RULES } from './personal.ts';
import { PRIVATE_KEY_RULES } from './private-keys.ts';
import { AWS_TOKENS } from './tokens-aws.ts';
import { AZURE_TOKENS } from './tokens-azure.ts';
import { CHAT_TOKENS } from './tokens-chat.ts';
import { CLOUD_TOKENS } from './tokens-cloud.ts';
import { CODE_TOKENS } from './tokens-code.ts';
import { DATABASE_TOKENS } from './tokens-databases.ts';
import { GOOGLE_TOKENS } from './tokens-google.ts';
import { IDENTITY_TOKENS } from './tokens-identity.ts';
import { JWT_TOKENS } from './tokens-jwt.ts';
import { LLM_TOKENS } from './tokens-llm.ts';
import { LLM_TOOL_TOKENS } from './tokens-llm-tools.ts';
import { MAIL_TOKENS } from './tokens-mail.ts';
import { MONITORING_TOKENS } from './tokens-monitoring.ts';
import { PAYMENT_TOKENS } from './tokens-payment.ts';
import { REGISTRY_TOKENS } from './tokens-registries.ts';
import { SERVICE_TOKENS } from './tokens-services.ts';
import { VAULT_TOKENS } from './tokens-vaults.ts';
import { URL_RULES } from './urls.ts';

export const RULES: readonly Rule[] = [
  ...FILE_RULES,
  ...HEADER_RULES,
  ...KUBERNETES_RULES,
  ...COMMAND_RULES,
  ...NAMED_FILE_RULES,
  ...NAMED_RULES,
  ...PERSONAL_RULES,
  ...PRIVATE_KEY_RULES,
  ...AWS_TOKENS,
  ...AZURE_TOKENS,
  ...CHAT_TOKENS,
  ...CLOUD_TOKENS,
  ...CODE_TOKENS,
  ...DATABASE_TOKENS,
  ...GOOGLE_TOKENS,
  ...IDENTITY_TOKENS,
  ...JWT_TOKENS,
  ...LLM_TOOL_TOKENS,
  ...LLM_TOKENS,
  ...MAIL_TOKENS,
  ...MONITORING_TOKENS,
  ...PAYMENT_TOKENS,
  ...REGISTRY_TOKENS,
  ...SERVICE_TOKENS,
  ...VAULT_TOKENS,
  ...URL_RULES,
];
