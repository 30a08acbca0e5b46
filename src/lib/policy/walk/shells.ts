// Programs that are shells. Data only.

/** Shells whose `-c` text is read as bash reads it, as far as our language goes. */
export const SHELLS: ReadonlySet<string> = new Set(
  'sh bash dash ash zsh ksh mksh rbash busybox-sh ksh93 yash posh'.split(' '),
);
/** Shells with another language altogether: their code is never understood. */
export const FOREIGN_SHELLS: ReadonlySet<string> = new Set(
  'fish csh tcsh pwsh powershell nu xonsh elvish rc es ion oil osh ysh'.split(' '),
);
