// The options with which programs only look, as `only` of a rule takes them: what is not listed is asked for.

/** The words of a text. */
export const words = (text: string): string[] => text.trim().split(/\s+/);

// The tests and actions of find but those that delete, run or write.
export const FIND =
  words(`-H -L -P -O1 -O2 -O3 -name= -iname= -path= -ipath= -wholename= -regex= -iregex= -regextype= -lname=
  -ilname= -type= -xtype= -size= -empty -mtime= -atime= -ctime= -mmin= -amin= -cmin= -newer= -anewer= -cnewer=
  -newermt= -newerat= -newerct= -newermm= -perm= -user= -group= -uid= -gid= -nouser -nogroup -links= -inum= -samefile=
  -readable -writable -executable -maxdepth= -mindepth= -depth -d -daystart -mount -xdev -prune -print -print0 -printf=
  -ls -quit -not -a -and -o -or -true -false -follow -fstype= -used= -noleaf -warn -nowarn`);

export const DIFF =
  words(`-a -b -B -c -C= -d -e -E -i -I= -n -N -p -q -r -s -S= -t -T -u -U= -w -W= -x= -y -Z --brief --color
  --ignore-case --ignore-all-space --ignore-space-change --ignore-blank-lines --ignore-trailing-space --label=
  --new-file --recursive --report-identical-files --side-by-side --suppress-common-lines --text --unified --context
  --exclude= --width= --minimal --no-dereference --strip-trailing-cr`);

export const SORT = words(`-b -c -C -d -f -g -h -i -k= -m -M -n -r -R -s -t= -u -V -z --ignore-leading-blanks --check
  --dictionary-order --ignore-case --general-numeric-sort --human-numeric-sort --key= --merge --month-sort
  --numeric-sort --reverse --random-sort --stable --field-separator= --unique --version-sort --zero-terminated`);

export const SED = words(`-n -e= -E -r -s -u -z --quiet --silent --expression= --regexp-extended --separate --unbuffered
  --null-data --posix --debug --sandbox`);

export const JQ = words(`-r -c -n -s -S -e -j -a -C -M -R --raw-output --compact-output --null-input --slurp --sort-keys
  --exit-status --join-output --ascii-output --color-output --monochrome-output --raw-input --tab --indent= --stream
  --seq --arg= --argjson= --args --jsonargs`);

// tree reads `-Io` as two options with a value each, so that options are whole words here.
export const TREE =
  words(`-a -d -f -i -l -x -p -s -h -u -g -D -F -q -N -Q -r -t -c -U -v -n -C -A -S -J -X -ad -af -da -df -fi
  -sh -hs -ash -pug -ugp -L= -P= -I= -aL= -dL= -adL= -afL= -fL= -shL= -CL= --noreport --dirsfirst --filesfirst --du --si
  --prune --gitignore --ignore-case --matchdirs --inodes --device --charset= --sort= --filelimit= --timefmt=`);

export const RIPGREP =
  words(`-n -N -i -S -s -w -x -v -c -l -L -o -q -r= -F -P -U -u -a -H -h -I -p -0 -. -A= -B= -C= -e= -g= -t= -T= -m= -M=
  -d= -j= --line-number --no-line-number --ignore-case --smart-case --case-sensitive --word-regexp --line-regexp
  --invert-match --count --count-matches --files-with-matches --files-without-match --only-matching --quiet --replace=
  --fixed-strings --pcre2 --multiline --multiline-dotall --unrestricted --text --with-filename --no-filename --pretty
  --null --hidden --no-ignore --no-ignore-vcs --no-config --files --after-context= --before-context= --context=
  --regexp= --glob= --iglob= --type= --type-not= --type-list --max-count= --max-columns= --max-depth= --sort= --sortr=
  --color= --heading --no-heading --column --vimgrep --json --stats --trim --follow --no-messages --threads=`);

export const JOURNAL =
  words(`-a -b -e -f -k -l -m -n -o= -p= -q -r -S= -t= -u= -U= -x -g= -F= --all --boot --catalog --dmesg
  --facility= --field= --fields --follow --full --grep= --identifier= --lines --list-boots --merge --no-full --no-hostname
  --no-pager --no-tail --output= --output-fields= --pager-end --priority= --quiet --reverse --since= --system --unit=
  --until= --user --user-unit= --utc --disk-usage --header --case-sensitive`);

export const UNITS =
  'status|show|list-units|list-timers|list-sockets|list-unit-files|is-active|is-enabled|is-failed|cat|list-dependencies';
export const SYSTEMCTL =
  words(`-l -a -q -r -t= -n= -o= -p= --all --failed --full --legend= --lines= --no-legend --no-pager
  --output= --plain --property= --quiet --recursive --reverse --state= --system --type= --user --value`);

/** What `ss` and `netstat` have in common. */
export const SOCKETS =
  '-a -l -n -p -t -u -x -w -e -i -s -4 -6 --all --listening --numeric --processes --tcp --udp --unix --summary';
