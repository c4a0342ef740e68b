// Dates and times as ipywidgets sends them, and as the browser's own fields write them.

/** Months count from 0. */
export interface Moment {
  year?: number;
  month?: number;
  date?: number;
  hours?: number;
  minutes?: number;
  seconds?: number;
  milliseconds?: number;
}

export type DateField = "date" | "time" | "datetime-local";

const two = (value = 0, width = 2) => String(value).padStart(width, "0");

/** What a field of this type shows of a moment. */
export function written(type: DateField, moment: Moment | null | undefined): string {
  if (!moment) return "";
  const day = `${two(moment.year, 4)}-${two((moment.month ?? 0) + 1)}-${two(moment.date)}`;
  const seconds = moment.seconds || moment.milliseconds ? `:${two(moment.seconds)}` : "";
  const part = moment.milliseconds ? `.${two(moment.milliseconds, 3)}` : "";
  const time = `${two(moment.hours)}:${two(moment.minutes)}${seconds}${part}`;
  return { date: day, time, "datetime-local": `${day}T${time}` }[type];
}

/** The moment that a field of this type holds; null for none. */
export function read(type: DateField, text: string): Moment | null {
  const found = /^(?:(\d+)-(\d+)-(\d+))?T?(?:(\d+):(\d+)(?::(\d+)(?:\.(\d+))?)?)?$/.exec(text);
  if (!text || !found) return null;
  const [year, month, date, hours, minutes, seconds] = found
    .slice(1, 7)
    .map((each) => Number(each ?? 0));
  const day = { year, month: month - 1, date };
  const milliseconds = Number((found[7] ?? "").padEnd(3, "0").slice(0, 3));
  const time = { hours, minutes, seconds, milliseconds };
  return { date: day, time, "datetime-local": { ...day, ...time } }[type];
}
