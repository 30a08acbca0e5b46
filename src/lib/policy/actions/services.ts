// Services, by whatever command they are started and stopped: which of them guard the machine, and which keep its logs.
import type { CommandFact } from './index.ts';
import { verbsOf, words } from './words.ts';

/** Every action this file names. */
export const SERVICE_ACTIONS: readonly string[] = [
  'firewall.off',
  'logs.stop',
  'persistence.enable',
  'services.critical',
  'system.stop',
];

const LOGGING =
  /^(auditd?|rsyslogd?|rsyslogd|syslogd?|syslog-ng|systemd-journald.*|journald|auditbeat|filebeat|fluentd|fluent-bit|td-agent|osqueryd?|falco.*|wazuh.*|ossec.*|sysmon|sysdig.*|falcon-sensor|aide.*|tripwire|samhain|acct|psacct|sallyport.*|laurel|auditctl|mdatp|clamav.*|clamd|snoopy|logrotate)(\.service|\.socket|\.timer)?$/;
const GUARDING =
  /^(firewalld|ufw|nftables|ip6?tables|netfilter-persistent|shorewall6?|ferm|csf|lfd|fail2ban|crowdsec|sshguard|apparmor|selinux|pf|opensnitchd?|usbguard|arno-iptables-firewall|snort|suricata)(\.service|\.socket)?$/;
/** Without these nobody gets in, or nothing else runs. */
const CRITICAL =
  /^(sshd?|dropbear|networking|network|NetworkManager|systemd-(networkd|resolved|logind|udevd)|dbus(-broker)?|connman|wpa_supplicant|dhcpcd|wicked|kubelet|containerd|docker|crond?|polkit|\*|[\w*]*\*[\w*]*)(\.service|\.socket)?$/;
const STOPPING_TARGET =
  /^(reboot|poweroff|halt|shutdown|rescue|emergency|kexec|suspend|hibernate|hybrid-sleep|sleep|runlevel[0156]|ctrl-alt-del)\.target$/;
const STOPS =
  /^(stop|disable|mask|kill|force-stop|down|remove|unload|bootout|off|reset|condstop|freeze|revert|del|delete|zap|-d|-k)$/;
const POWER =
  /^(poweroff|reboot|halt|kexec|soft-reboot|suspend|hibernate|hybrid-sleep|suspend-then-hibernate|sleep|rescue|emergency|exit|switch-root)$/;
const ENABLES =
  /^(enable|disable|mask|reenable|link|preset|preset-all|edit|add-wants|add-requires|set-default|set-property|set-environment|import-environment|unmask)$/;

const MANAGERS = words(
  'service rc-service invoke-rc.d sv initctl rcctl chkconfig update-rc.d rc-update launchctl runsv',
);

/** `system.stop`, `logs.stop`, `firewall.off`, `persistence.enable`, `services.critical`. */
export function serviceActions({ name, path, args }: CommandFact): string[] {
  if (name === 'systemctl') return systemctl(args);
  if (MANAGERS.has(name)) return [...stopped(verbsOf(args)), ...enabledAtBoot(name, args)];
  if (/\/(init\.d|rc\.d)\//.test(path)) return stopped([name, ...verbsOf(args)]);
  if (/^(pkill|killall|kill|skill|snice)$/.test(name))
    return stopped(['stop', ...verbsOf(args).flatMap(namesIn)]).filter((action) => action !== 'services.critical');
  return [];
}

// A pattern for pkill: `-f /usr/sbin/auditd`, `^rsyslogd$`.
function namesIn(pattern: string): string[] {
  return /^[\w.-]*$/.test(pattern) ? [pattern] : [pattern.replace(/^.*\//, '').replace(/[\^$\\]/g, '')];
}

function stopped(given: readonly string[]): string[] {
  if (!given.some((word) => STOPS.test(word))) return [];
  return [
    ...(given.some((word) => LOGGING.test(word)) ? ['logs.stop'] : []),
    ...(given.some((word) => GUARDING.test(word)) ? ['firewall.off'] : []),
    ...(given.some((word) => CRITICAL.test(word)) ? ['services.critical'] : []),
  ];
}

function systemctl(args: CommandFact['args']): string[] {
  const given = verbsOf(args);
  const verb = given.find((word) => POWER.test(word) || ENABLES.test(word) || /^(start|isolate|stop|kill)$/.test(word));
  if (verb !== undefined && POWER.test(verb) && given.indexOf(verb) === 0) return ['system.stop'];
  const unitStops =
    /^(start|isolate|enable|set-default|restart)$/.test(given[0] ?? '') &&
    given.some((word) => STOPPING_TARGET.test(word));
  return [
    ...(unitStops || /^(isolate|default)$/.test(given[0] ?? '') ? ['system.stop'] : []),
    ...(given[0] === 'kill' &&
    given.some((word) => /^(init\.scope|.*\.slice|session-.*\.scope|sshd?(\.service)?)$/.test(word))
      ? ['process.kill-all']
      : []),
    ...stopped(given),
    ...(verb !== undefined && ENABLES.test(verb) ? ['persistence.enable'] : []),
  ];
}

function enabledAtBoot(name: string, args: CommandFact['args']): string[] {
  const values = args.map(({ value }) => value);
  const adds: Readonly<Record<string, RegExp>> = {
    chkconfig: /^(on|--add|reset)$/,
    'update-rc.d': /^(defaults|enable|start)$/,
    'rc-update': /^(add|-a)$/,
    rcctl: /^(enable|set)$/,
    launchctl: /^(unload|bootout|disable|remove|load|bootstrap|submit|enable|kickstart|setenv|config|start)$/,
  };
  return values.some((value) => adds[name]?.test(value) ?? false) ? ['persistence.enable'] : [];
}
