// Commands that run another one behind a verb: in a container, a pod, an environment of some language. What it is stands
// behind options whose arity is not always known; where it could begin in two places, both are looked at.

import type { Field } from '../facts/facts.ts';
import { runText } from './builtins.ts';
import { runCommand } from './command.ts';
import { remoteScope } from './remote.ts';
import { fork, type Scope } from './scope.ts';
import { field } from './split-runs.ts';
import { type Call, note, type Walk } from './walk.ts';

interface Verb {
  /** Words before the inner command: the container, the folder. */
  readonly before?: number;
  /** Options that take the next word. */
  readonly values?: string;
  /** Options whose value is shell text. */
  readonly shell?: string;
  /** Options whose value is the program that gets the words as its arguments. */
  readonly entry?: string;
}

interface Place {
  /** Its files are not those of here. */
  readonly elsewhere: boolean;
  /** By the verb; `''` where there is none. */
  readonly verbs: Readonly<Record<string, Verb>>;
}

const RUN =
  '-a -c -e -h -l -m -p -u -v -w --add-host --attach --cap-add --cap-drop --cidfile --cpus --cpuset-cpus --device --dns ' +
  '--env --env-file --expose --gpus --group-add --health-cmd --hostname --ip --ipc --isolation --label --link --log-driver ' +
  '--log-opt --memory --mount --name --net --network --network-alias --pid --pids-limit --platform --publish --pull ' +
  '--restart --runtime --security-opt --shm-size --stop-signal --tmpfs --ulimit --user --userns --uts --volume ' +
  '--volumes-from --workdir --annotation --arch --cgroupns --secret --index';
const KUBECTL =
  '-n -c -f -l --namespace --container --filename --context --kubeconfig --image --target --pod-running-timeout --as --token';

const CONTAINERS: Place = {
  elsewhere: true,
  verbs: {
    exec: { before: 1, values: `${RUN} --detach-keys --preserve-fds` },
    run: { before: 1, values: RUN, entry: '--entrypoint' },
    create: { before: 1, values: RUN, entry: '--entrypoint' },
  },
};
const PODS: Place = {
  elsewhere: true,
  verbs: {
    exec: { before: 1, values: KUBECTL },
    run: { before: 1, values: KUBECTL },
    debug: { before: 1, values: KUBECTL },
    rsh: { before: 1, values: KUBECTL },
  },
};
const MACHINES: Place = { elsewhere: true, verbs: { exec: { before: 1, values: '--env --user --cwd --group' } } };
const IMAGES: Place = {
  elsewhere: true,
  verbs: { exec: { before: 1, values: '-B --bind --env --pwd' }, run: { before: 1 } },
};

function local(verbs: string, verb: Verb = {}): Place {
  return { elsewhere: false, verbs: Object.fromEntries(verbs.split(' ').map((name) => [name, verb])) };
}

const BARE = { '': {} } as const;
const NPM = { shell: '-c --call', values: '-p --package -w --workspace' };

const PLACES: Readonly<Record<string, Place>> = {
  ...Object.fromEntries(
    'docker podman nerdctl docker-compose podman-compose crictl finch'.split(' ').map((name) => [name, CONTAINERS]),
  ),
  ...Object.fromEntries('kubectl oc k kubecolor k3s microk8s minikube'.split(' ').map((name) => [name, PODS])),
  lxc: MACHINES,
  incus: MACHINES,
  pct: MACHINES,
  machinectl: { elsewhere: true, verbs: { shell: { before: 1, values: '-E --setenv --uid' } } },
  apptainer: IMAGES,
  singularity: IMAGES,
  adb: { elsewhere: true, verbs: { shell: {} } },
  heroku: { elsewhere: true, verbs: { run: { values: '-a --app -s --size' } } },
  vagrant: { elsewhere: true, verbs: { ssh: { shell: '-c --command' } } },
  flyctl: { elsewhere: true, verbs: { console: { shell: '-C --command' } } },
  fly: { elsewhere: true, verbs: { console: { shell: '-C --command' } } },
  distrobox: { elsewhere: false, verbs: { enter: { before: 1, values: '-n --name' } } },
  toolbox: local('run', { values: '-c --container' }),
  wsl: { elsewhere: true, verbs: { '-e': {}, '--exec': {} } },
  cmake: local('-E'),
  poetry: local('run'),
  pipenv: local('run'),
  pdm: local('run'),
  hatch: local('run'),
  rye: local('run'),
  uv: local('run', { values: '--with --python -p --extra --group --env-file --project --directory --package' }),
  conda: local('run', { values: '-n -p --name --prefix --cwd' }),
  mamba: local('run', { values: '-n -p --name --prefix --cwd' }),
  micromamba: local('run', { values: '-n -p --name --prefix --cwd' }),
  npm: local('exec x', NPM),
  pnpm: local('exec dlx', NPM),
  yarn: local('exec dlx', NPM),
  npx: { elsewhere: false, verbs: { '': NPM } },
  bunx: { elsewhere: false, verbs: BARE },
  uvx: { elsewhere: false, verbs: { '': { values: '--from --with --python -p' } } },
  bundle: local('exec'),
  mise: local('exec x', { shell: '-c --command' }),
  rtx: local('exec x', { shell: '-c --command' }),
  asdf: local('exec'),
  direnv: local('exec', { before: 1 }),
  dotenv: { elsewhere: false, verbs: { run: {}, '': { values: '-e -f' } } },
  'aws-vault': local('exec', { before: 1, values: '-d --duration --region' }),
  chamber: local('exec', { before: 1 }),
  op: local('run', { values: '--env-file --account' }),
  doppler: local('run', { values: '-p --project -c --config --token', shell: '--command' }),
  nix: local('run shell develop', { before: 1, values: '--option' }),
  'nix-shell': { elsewhere: false, verbs: { '': { shell: '--run --command', values: '-p -E -A -I' } } },
  perf: local('stat record trace', { values: '-e -o -F -r -C -p -t' }),
  watchexec: {
    elsewhere: false,
    verbs: { '': { values: '-w -e -f -i -d -s -o --watch --exts --filter --ignore --signal' } },
  },
  nodemon: {
    elsewhere: false,
    verbs: { '': { before: 1, shell: '-x --exec', values: '-w -e -i --watch --ext --ignore' } },
  },
};

/** Walks what stands behind the verb; answers nothing, since the command itself is judged as well. */
export function runInPlace(walk: Walk, scope: Scope, call: Call, args: readonly Field[]): Record<string, never> {
  const name = placeName(call);
  const place = PLACES[name];
  const at =
    place === undefined ? -1 : args.findIndex(({ value }) => value !== '' && Object.hasOwn(place.verbs, value));
  const verb = at === -1 ? place?.verbs[''] : place?.verbs[args[at]?.value ?? ''];
  if (place === undefined || verb === undefined) return {};
  const inner = place.elsewhere ? remoteScope(scope, call) : fork(scope);
  const outer: Call = { ...call, wrappers: [...call.wrappers, name] };
  const behind = args.slice(at + 1);
  for (const text of valuesOf(behind, verb.shell)) {
    if (text.exact) runText(walk, inner, text.value, outer);
    else note(walk, `${name} runs text that only the run will know`, call.text);
  }
  const [entry] = valuesOf(behind, verb.entry);
  const starts = [...new Set(startsOf(behind, verb))].map((start) => behind.slice(start + (verb.before ?? 0)));
  for (const words of starts) {
    const fields = entry === undefined ? words : [entry, ...words];
    const [head] = fields[0]?.value === '--' ? fields.slice(1) : fields;
    if (head === undefined || (head.exact && head.value.startsWith('-'))) continue;
    runCommand(walk, fork(inner), { ...outer, fields: fields[0]?.value === '--' ? fields.slice(1) : fields });
  }
  return {};
}

/** Names of commands that `runInPlace` knows. */
export const PLACE_NAMES: readonly string[] = Object.keys(PLACES);

function placeName({ fields: [head] }: Call): string {
  return head?.value.replace(/^.*\//, '') ?? '';
}

function valuesOf(args: readonly Field[], names = ''): Field[] {
  const list = names.split(' ').filter((name) => name !== '');
  return args.flatMap((arg, index): readonly Field[] => {
    const [option = '', ...value] = arg.value.split('=');
    if (!list.includes(option)) return [];
    if (value.length > 0) return [field(value.join('='))];
    const next = args[index + 1];
    return next === undefined ? [] : [next];
  });
}

// Where the words may begin: behind `--`, or behind the options. One that is not known may take a word or not.
function startsOf(args: readonly Field[], verb: Verb): number[] {
  const end = args.findIndex(({ value }) => value === '--');
  if (end !== -1) return [end + 1 - (verb.before ?? 0)].map((start) => Math.max(start, 0));
  const takes = new Set(`${verb.values ?? ''} ${verb.shell ?? ''} ${verb.entry ?? ''}`.split(' '));
  const found: number[] = [];
  let at = 0;
  let isUnsure = false;
  while (at < args.length && found.length < 4) {
    const { value } = args[at] ?? field('');
    if (!value.startsWith('-') || value === '-') {
      found.push(at);
      if (!isUnsure) break;
      isUnsure = false;
      at++;
    } else if (takes.has(value) || takes.has(value.replace(/^-[a-zA-Z]*(?=[a-zA-Z]$)/, '-'))) {
      isUnsure = false;
      at += 2;
    } else {
      isUnsure = value.startsWith('--') && !value.includes('=');
      at++;
    }
  }
  return found;
}
