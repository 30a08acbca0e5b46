// The variables that programs obey, by what their value is, and the values that people give them every day. Data, and
// how it is read.
import type { EnvFact } from '../facts/facts.ts';
import { ANY, CWD, HOME, isExact, SOME } from '../facts/unknowns.ts';

/** A value is usual where it is one of these: a pattern, words that fit one, or folders that are nobody's trap. */
export type Usual = RegExp | { readonly words: RegExp } | 'programs' | 'folders' | 'program-folders';

interface Variables {
  readonly names: RegExp;
  readonly action: 'environment.inject' | 'environment.path' | 'environment.settings';
  readonly usual: Usual;
}

const either = (text: string): RegExp => new RegExp(`^(${text.trim().split(/\s+/).join('|')})$`);

const PAGERS =
  /^(|cat|less|more|most|bat|delta|true|false|:|less -[A-Za-z]+|vim?|nvim|nano|pico|emacs|emacs -nw|code --wait|ed|head|tail|lynx|w3m|firefox|chromium|google-chrome|xdg-open|none|echo|meld|colordiff|diff( -[A-Za-z]+)*)$/;
const SSH =
  /^(|ssh(\s+-[46CqTtvx]+|\s+-[pi]\s*[^\s'"`$;|&-][^\s'"`$;|&]*|\s+-o\s*(StrictHostKeyChecking|IdentitiesOnly|BatchMode|ConnectTimeout|UserKnownHostsFile|LogLevel)=(no|yes|accept-new|\d+|\/dev\/null|ERROR|QUIET))*)$/;

/** The first entry whose names fit decides. */
export const VARIABLES: readonly Variables[] = [
  { names: /^PATH$/, action: 'environment.path', usual: 'program-folders' },
  {
    names: /^(LD_LIBRARY_PATH|DYLD_(FALLBACK_)?LIBRARY_PATH|LIBRARY_PATH|MANPATH|INFOPATH|PKG_CONFIG_PATH)$/,
    action: 'environment.inject',
    usual: 'program-folders',
  },
  { names: /^LD_(BIND_NOW|DEBUG|WARN|SHOW_AUXV|RUN_PATH)$/, action: 'environment.inject', usual: /^[\w,]*$/ },
  { names: /^(LD|DYLD)_\w+$/, action: 'environment.inject', usual: /^$/ },
  {
    names: either(
      `(BASH_)?ENV BASH_FUNC.* SHELLOPTS BASHOPTS PS4 PROMPT_COMMAND BASH_LOADABLES_PATH BASH_XTRACEFD ZDOTDIR FPATH KSH_ENV INPUTRC
      PYTHON(STARTUP|HOME|INSPECT|BREAKPOINT|USERBASE|EXECUTABLE|PLATLIBDIR|CASEOK) PERL5(OPT|DB|SHELL) RUBYSHELL
      GCONV_PATH NLSPATH GLIBC_TUNABLES OPENSSL_(CONF|ENGINES|MODULES) LUA_INIT\\w* R_PROFILE(_USER)? R_ENVIRON(_USER)? PHPRC
      PHP_INI_SCAN_DIR (EX|VIM|GVIM|NVIM)INIT VIMRUNTIME VIM MYVIMRC EMACSLOADPATH LESSOPEN LESSCLOSE LESSKEY(IN|_SYSTEM)?
      LESSEDIT MANOPT MANROFFOPT TERMINFO TERMINFO_DIRS TERMCAP GTK_MODULES GTK3_MODULES GTK_PATH GIO_EXTRA_MODULES QT_PLUGIN_PATH
      QT_QPA_PLATFORM_PLUGIN_PATH GST_PLUGIN_PATH PSModulePath DOTNET_STARTUP_HOOKS DOTNET_ADDITIONAL_DEPS COR(ECLR)?_PROFILER\\w*
      CORECLR_ENABLE_PROFILING MONO_PATH NODE_REPL_EXTERNAL_MODULE AWKPATH AWKLIBPATH CLOUDSDK_PYTHON KUBECTL_EXTERNAL_DIFF
      RSYNC_CONNECT_PROG TAR_OPTIONS RMT TAPE GREP_OPTIONS ZIPOPT UNZIP ANSIBLE_\\w*(PLUGINS|LIBRARY|CONFIG|ROLES_PATH) WGETRC CURL_HOME SYSTEMD_EDITOR
      (CARGO_TARGET_\\w+_)?(RUNNER|LINKER) CARGO_BUILD_RUSTC\\w* RUSTC(_WRAPPER|_WORKSPACE_WRAPPER)? NPM_CONFIG_(SCRIPT_SHELL|GIT|NODE_OPTIONS|EDITOR|SHELL|PREFIX|USERCONFIG|GLOBALCONFIG)
      npm_config_(script_shell|git|node_options|editor|shell|prefix|userconfig|globalconfig) PIP_CONFIG_FILE MAKEFILES ERL_(AFLAGS|FLAGS|ZFLAGS|LIBS) ELIXIR_ERL_OPTIONS SCREENRC
      TCLINIT TCLLIBPATH GDBINIT GIT_(EXEC_PATH|CONFIG_COUNT|CONFIG_KEY_\\d+|CONFIG_VALUE_\\d+|CONFIG_PARAMETERS|CONFIG|EXTERNAL_DIFF|PROXY_COMMAND|TEMPLATE_DIR|ALLOW_PROTOCOL|SHELL_PATH|ATTR_SOURCE)
      HOSTALIASES RES_OPTIONS LOCALDOMAIN CDPATH EXECIGNORE`,
    ),
    action: 'environment.inject',
    usual: /^$/,
  },
  { names: /^GIT_CONFIG_(GLOBAL|SYSTEM|NOSYSTEM)$/, action: 'environment.inject', usual: /^(|0|1|true|\/dev\/null)$/ },
  { names: /^GIT_TRACE\w*$/, action: 'environment.settings', usual: /^(|0|1|2|true|false)$/ },
  {
    names: /^(GIT_SSH_COMMAND|GIT_SSH|RSYNC_RSH|CVS_RSH|SVN_SSH|HG_SSH|BORG_RSH)$/,
    action: 'environment.inject',
    usual: SSH,
  },
  { names: /(^|_)(ASKPASS)$/, action: 'environment.inject', usual: /^(|true|\/bin\/true|\/bin\/echo|echo)$/ },
  { names: /(PAGER|EDITOR|VISUAL|BROWSER|FCEDIT|MAILER)$/, action: 'environment.inject', usual: PAGERS },
  {
    names:
      /^(PYTHONPATH|NODE_PATH|PERL5LIB|PERLLIB|RUBYLIB|GEM_(PATH|HOME)|LUA_C?PATH|R_LIBS(_USER|_SITE)?|JULIA_LOAD_PATH|GUILE_LOAD_PATH|CLASSPATH|GOPATH|JQ_LIBRARY\w*|LOCPATH|TEXINPUTS)$/,
    action: 'environment.inject',
    usual: 'folders',
  },
  {
    names: /^(NODE_OPTIONS|BUN_OPTIONS)$/,
    action: 'environment.inject',
    usual: {
      words:
        /^--(max[-_](old|semi)[-_]space[-_]size=\d+|max-http-header-size=\d+|experimental-[a-z-]+(?<!loader)|no-[a-z-]+|openssl-legacy-provider|enable-source-maps|trace-[a-z-]+|unhandled-rejections=\w+|dns-result-order=\w+|expose-gc|preserve-symlinks|stack-trace-limit=\d+|throw-deprecation|pending-deprecation|use-openssl-ca|use-system-ca)$/,
    },
  },
  {
    names: /^((_JAVA|JAVA_TOOL|JDK_JAVA)_OPTIONS|(JAVA|MAVEN|GRADLE|SBT|CATALINA|ANT|KAFKA|JVM)_OPTS|MAVEN_ARGS)$/,
    action: 'environment.inject',
    usual:
      /^(?!.*(-javaagent|-agentlib|-agentpath|OnError|OnOutOfMemory|bootclasspath|-XX:Flags|VMOptionsFile|-cp|-classpath|jdwp|--module-path|--patch-module|(^|\s)@|java\.security|jmxremote|ext\.dirs|system\.class\.loader))[\s\S]*$/,
  },
  { names: /^RUBYOPT$/, action: 'environment.inject', usual: { words: /^-(W\S*|w|-yjit|-jit|E\S*|U)$/ } },
  { names: /^PYTHONWARNINGS$/, action: 'environment.inject', usual: /^[\w,]*(::[\w]*)*$/ },
  {
    names: /^(GNU)?MAKEFLAGS$|^MFLAGS$/,
    action: 'environment.inject',
    usual: { words: /^(-?[bBeiIjklLnOqrRsStwW]+\d*|\d+|--(jobs|silent|no-print-directory|keep-going)(=\d+)?)$/ },
  },
  {
    names:
      /^(CC|CXX|CPP|LD|AR|AS|NM|RANLIB|STRIP|FC|HOSTCC|GCC|CLANG|RUBY|PERL|PYTHON|NODE|SHELL|CONFIG_SHELL|MAKE|AWK|SED|LEX|YACC|PKG_CONFIG|BASH|COMSPEC|TERMINAL|SUDO_EDITOR|SENDMAIL|npm_node_execpath|npm_execpath)$/,
    action: 'environment.inject',
    usual: 'programs',
  },
  {
    names: /^(C|CXX|CPP|LD|AS|F)FLAGS$|^(RUST|RUSTDOC|CGO_\w*)FLAGS$/,
    action: 'environment.inject',
    usual:
      /^(?!.*(-fplugin|-specs|(^|\s)-B|-wrapper|(^|\s)@|linker|-fuse-ld=.*\/|dynamic-linker|-rpath=?,?[./]*tmp))[\s\S]*$/,
  },
  { names: /^GOFLAGS$/, action: 'environment.inject', usual: /^(?!.*-(toolexec|exec|overlay|modfile)).*$/ },
  { names: /^LESS$/, action: 'environment.inject', usual: /^[^!|+]*$/ },
  { names: /^TF_CLI_ARGS\w*$/, action: 'environment.settings', usual: /^(-no-color|-input=false|\s)*$/ },
  {
    names:
      /^(PIP_(EXTRA_)?INDEX_URL|PIP_FIND_LINKS|UV_(EXTRA_)?INDEX(_URL)?|(NPM_CONFIG|npm_config)_registry|YARN_REGISTRY|GOPROXY|GONOSUMDB|GONOSUMCHECK|GOFLAGS|GOINSECURE|RUBYGEMS_HOST|GEM_SOURCE)$/i,
    action: 'environment.settings',
    usual:
      /^(|off|direct|https:\/\/(pypi\.org|registry\.npmjs\.org|registry\.yarnpkg\.com|proxy\.golang\.org|rubygems\.org)(\/.*|,direct)?)$/,
  },
  {
    names: /^(DOCKER_HOST|CONTAINER_HOST|DOCKER_CONFIG|BUILDKIT_HOST)$/,
    action: 'environment.settings',
    usual: /^(|unix:\/\/\/(var\/)?run\/docker\.sock)$/,
  },
  {
    names:
      /^(AWS_(CONFIG|SHARED_CREDENTIALS)_FILE|TF_CLI_CONFIG_FILE|TF_PLUGIN_CACHE_DIR|XDG_(CONFIG|DATA)_(HOME|DIRS)|HOME|SSLKEYLOGFILE|PSQLRC|MYSQL_HOME|NETRC|GNUPGHOME|CARGO_HOME|RUSTUP_HOME|PGSERVICEFILE|PGSYSCONFDIR|BUNDLE_GEMFILE|(SSL|CURL|REQUESTS)_(CERT_FILE|CERT_DIR|CA_BUNDLE)|NODE_EXTRA_CA_CERTS)$/,
    action: 'environment.settings',
    usual: 'folders',
  },
];

/** True where the value is one that people give that variable every day. */
export function isUsualValue(usual: Usual, { value }: EnvFact): boolean {
  switch (usual) {
    case 'programs':
      return (
        /^((\/usr(\/local)?)?\/bin\/)?[a-z][\w+.-]*( -[A-Za-z0-9]\S*)*$|^$|^ccache [a-z][\w+.-]*$/.test(value) &&
        isExact(value)
      );
    case 'folders':
      return value.split(/[:;]/).every((each) => isOwnFolder(each));
    case 'program-folders':
      return value.split(':').every((each) => isProgramFolder(each));
    default:
      return isExact(value) && fits(usual, value);
  }
}

function fits(usual: RegExp | { readonly words: RegExp }, value: string): boolean {
  if (usual instanceof RegExp) return usual.test(value);
  return value.split(/\s+/).every((word) => word === '' || usual.words.test(word));
}

const SYSTEM =
  /^\/(usr|bin|sbin|lib|lib64|opt|snap|nix|Library|Applications|System|etc\/alternatives|run\/current-system|home\/linuxbrew)(\/|$)/;
const OWN_PROGRAMS =
  /^(?:\/root|\/home\/[\w.-]+|\/Users\/[\w.-]+)\/(bin|go\/bin|\.[\w-]+(\/[\w.@+-]+)*\/(bin|shims|sbin|scripts)|\.[\w-]+\/(bin|shims)|\.(bun|deno|volta|krew)(\/[\w.-]+)*|miniconda3\/bin|anaconda3\/bin|\.nvm\/.*)\/?$/;

// Where only root, or the tools of the person, put programs. What the variable held before is as it was.
function isProgramFolder(folder: string): boolean {
  if (folder === SOME || folder === '$PATH') return true;
  if (folder.includes(ANY) || folder.split('/').includes('..')) return false;
  const path = folder.startsWith(HOME) ? `/home/me${folder.slice(HOME.length)}` : folder;
  // `$(brew --prefix)/bin`, `$JAVA_HOME/bin`.
  if (path.startsWith(`${SOME}/`)) return /\/(bin|sbin|libexec)\/?$/.test(path);
  return isExact(path) && (SYSTEM.test(path) || OWN_PROGRAMS.test(path));
}

// Below the folder of the work, a home or the system; never where anybody may write.
function isOwnFolder(folder: string): boolean {
  if (folder === '' || folder === SOME) return true;
  if (folder.includes(ANY) || folder.split('/').includes('..')) return false;
  if (folder.startsWith(CWD) || folder.startsWith(HOME) || folder.startsWith(`${SOME}/`)) return true;
  return (
    /^(?!\/|~)/.test(folder) ||
    SYSTEM.test(folder) ||
    /^\/(srv|app|workspace|workspaces|home|root|Users|code|repo|builds|github|var\/www|var\/lib|project)(\/|$)/.test(
      folder,
    )
  );
}
