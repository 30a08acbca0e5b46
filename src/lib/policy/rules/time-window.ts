// Whether an instant lies in a window of hours, as the clocks on the wall of its zone show it.
import { type TimeWindow, WEEKDAYS } from '../../core/policy-document.ts';
import { badPolicy } from './bad-policy.ts';

export type CompiledWindow = (now: number) => boolean;

const NAMES: readonly string[] = WEEKDAYS;
const DAY_MINUTES = 24 * 60;

/** Takes milliseconds since 1970. Throws `bad-policy` (78) for a zone that Intl does not know. */
export function compileWindow({ days, fromMinute, toMinute, zone }: TimeWindow): CompiledWindow {
  const clock = wallClock(zone);
  const isOn = WEEKDAYS.map((day) => days.includes(day));
  const overMidnight = toMinute <= fromMinute;
  return (now) => {
    const { day, minute } = clock(now);
    const today = isOn[day] ?? false;
    if (!overMidnight) return today && minute >= fromMinute && minute < toMinute;
    const yesterday = isOn[(day + WEEKDAYS.length - 1) % WEEKDAYS.length] ?? false;
    return (today && minute >= fromMinute) || (yesterday && minute < toMinute);
  };
}

/** Index into WEEKDAYS and minutes since midnight. */
function wallClock(zone: string): (now: number) => { readonly day: number; readonly minute: number } {
  const format = formatOf(zone);
  let last: { readonly now: number; readonly day: number; readonly minute: number } | undefined;
  return (now) => {
    // Formatting costs more than judging the rest of a rule, and many rules may ask at one instant.
    if (last?.now === now) return last;
    const parts = new Map(format.formatToParts(now).map(({ type, value }) => [type, value]));
    const day = NAMES.indexOf(parts.get('weekday')?.toLowerCase() ?? '');
    last = { now, day, minute: (Number(parts.get('hour')) * 60 + Number(parts.get('minute'))) % DAY_MINUTES };
    return last;
  };
}

function formatOf(zone: string): Intl.DateTimeFormat {
  try {
    return new Intl.DateTimeFormat('en-US', {
      timeZone: zone,
      weekday: 'short',
      hour: '2-digit',
      minute: '2-digit',
      hourCycle: 'h23',
    });
  } catch (cause) {
    throw badPolicy(`there is no time zone "${zone}"`, 'name one as Europe/Berlin, or UTC', cause);
  }
}
