// Whether a command can be sent or goes on in the next line. The parser that judges it says so; loaded when first needed.

/** False while a quote, a bracket, a here-document, a list or a condition is open, or the last line ends in a backslash. */
export async function isComplete(text: string): Promise<boolean> {
  const [{ parseText }, { checkLimits }, { plainName }] = await Promise.all([
    import('../../policy/language/parse.ts'),
    import('../../policy/language/limits.ts'),
    import('../../policy/language/syntax.ts'),
  ]);
  try {
    checkLimits(text);
  } catch {
    // Nothing that follows makes it better; the broker says what is wrong with it.
    return true;
  }
  if (standsAlone(`${text}\n{ ${PROBE}; }`)) return true;
  return saysUnexpected(text);

  /** True where the group in the last line is a statement of its own, so that nothing before it was open. */
  function standsAlone(probed: string): boolean {
    try {
      const last = parseText(probed).script.statements.at(-1)?.node;
      const group = last?.kind === 'pipeline' && last.stages.length === 1 ? last.stages[0] : last;
      const [only] = group?.kind === 'group' ? group.body.statements : [];
      return only !== undefined && plainName(only.node) === PROBE;
    } catch {
      return false;
    }
  }

  /** What is wrong in the middle no further line mends. */
  function saysUnexpected(whole: string): boolean {
    try {
      parseText(whole);
      return false;
    } catch (error) {
      return error instanceof Error && error.message.includes('unexpected token');
    }
  }
}

/** A command that nobody writes. */
const PROBE = 'sallyport_probe_of_the_end';
