// The server's clock, and times for people. The page's own clock may be wrong: what counts is the offset that the server's times
// give; a monotonic clock goes on from there.
import { computed, signal, type ReadonlySignal } from '@preact/signals'
import { boot } from './boot.ts'
import { common, type Lang } from './i18n.ts'

/** RFC 3339 as milliseconds. */
export function at(text: string): number {
  return Date.parse(text)
}

// The server wrote boot.now when it answered; this script runs some tenths of a second later.
const answered = (performance.getEntriesByType?.('navigation')[0] as PerformanceNavigationTiming | undefined)?.responseStart
let offset = at(boot.now) - (answered || performance.now())

/** A time that the server has just said. Only a difference of more than a second counts: the network takes its share. */
export function sync(ms: number): void {
  if (Number.isFinite(ms) && Math.abs(ms - serverNow()) > 1000) {
    offset = ms - performance.now()
    ticked.value = serverNow()
  }
}

/** The server's time now, without a subscription. */
export function serverNow(): number {
  return performance.now() + offset
}

let timer: ReturnType<typeof setTimeout> | undefined
let watched = 0

const ticked = signal(serverNow(), { watched: begin, unwatched: end })

/** The server's time in ms; ticks once a second, only while somebody looks at it and the page is visible. */
export const now: ReadonlySignal<number> = ticked

function begin(): void {
  watched += 1
  tick()
}

function end(): void {
  watched -= 1
  if (watched <= 0) stop()
}

function stop(): void {
  clearTimeout(timer)
  timer = undefined
}

function tick(): void {
  stop()
  if (watched <= 0 || document.visibilityState === 'hidden') return
  ticked.value = serverNow()
  timer = setTimeout(tick, 1000 - (serverNow() % 1000) + 5)
}

document.addEventListener('visibilitychange', tick)

const zone = () => boot.me?.time_zone ?? 'UTC'
const formats = new Map<string, Intl.DateTimeFormat>()

function formatter(name: string, lang: Lang, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${name} ${lang} ${zone()}`
  let format = formats.get(key)
  if (!format) {
    format = new Intl.DateTimeFormat(lang === 'en' ? 'en-GB' : lang, { timeZone: zone(), hourCycle: 'h23', ...options })
    formats.set(key, format)
  }
  return format
}

/** 14:31, in the organization's time zone. */
export function clock(ms: number, lang: Lang): string {
  return formatter('clock', lang, { hour: '2-digit', minute: '2-digit' }).format(ms)
}

/** 14:31:06, for trails. */
export function clockSeconds(ms: number, lang: Lang): string {
  return formatter('seconds', lang, { hour: '2-digit', minute: '2-digit', second: '2-digit' }).format(ms)
}

function year(ms: number): string {
  return formatter('year', 'en', { year: 'numeric' }).format(ms)
}

/** Tue 24 Nov; with its year when that is another. */
export function day(ms: number, lang: Lang): string {
  const other = year(ms) !== year(serverNow())
  const format = formatter(other ? 'far' : 'day', lang, { weekday: 'short', day: 'numeric', month: 'short', ...(other && { year: 'numeric' }) })
  return format.format(ms).replace(/,/g, '')
}

/** The calendar day of a moment where the organization's days turn over, as the server and date fields have it: "2026-03-02". */
export function calendarDay(ms: number, timeZone: string = zone()): string {
  return new Intl.DateTimeFormat('en-CA', { timeZone, year: 'numeric', month: '2-digit', day: '2-digit' }).format(ms)
}

/** A day without a time ("2026-03-02") in words, wherever one is. */
export function dayName(text: string, lang: Lang): string {
  return new Intl.DateTimeFormat(lang === 'en' ? 'en-GB' : lang, { timeZone: 'UTC', weekday: 'short', day: 'numeric', month: 'short', year: 'numeric' }).format(at(`${text}T00:00:00Z`)).replace(/,/g, '')
}

/** The last day of what ends at a moment: what was given as a day ends with it, so at the beginning of the next. */
export function lastDay(ms: number): string {
  return calendarDay(ms - 1)
}

/** 14:31 when it is today, else Tue 24 Nov 14:31. */
export function when(ms: number, lang: Lang): string {
  return day(ms, lang) === day(serverNow(), lang) ? clock(ms, lang) : `${day(ms, lang)} ${clock(ms, lang)}`
}

const two = (n: number) => String(n).padStart(2, '0')

/** A countdown: 0:38, 1:24, 1:02:10. What is over is 0:00. */
export function wait(ms: number): string {
  const all = Math.max(0, Math.ceil(ms / 1000))
  const [hours, minutes, seconds] = [Math.floor(all / 3600), Math.floor(all / 60) % 60, all % 60]
  return hours > 0 ? `${hours}:${two(minutes)}:${two(seconds)}` : `${minutes}:${two(seconds)}`
}

const units: [number, 'second' | 'minute' | 'hour' | 'day'][] = [[86400000, 'day'], [3600000, 'hour'], [60000, 'minute'], [1000, 'second']]

function unit(n: number, name: 'second' | 'minute' | 'hour' | 'day', lang: Lang): string {
  const long = name === 'day'
  return new Intl.NumberFormat(lang, { style: 'unit', unit: name, unitDisplay: long ? 'long' : 'short' }).format(n).replace(/\bsec\b|\bSek\./, 's').replace(/Min\./, 'min')
}

/** How long ago: "now", "4 s", "12 min", "7 days". */
export function ago(ms: number, lang: Lang): string {
  const past = Math.max(0, serverNow() - ms)
  const [size, name] = units.find(([size]) => past >= size) ?? [1000, 'second']
  return past < 1000 ? new Intl.RelativeTimeFormat(lang, { numeric: 'auto' }).format(0, 'second') : unit(Math.floor(past / size), name, lang)
}

/** How long: "38 s", "2 min". */
export function length(ms: number, lang: Lang): string {
  const [size, name] = units.find(([size]) => ms >= size * (size === 60000 ? 1.5 : 1)) ?? [1000, 'second']
  return unit(Math.max(1, Math.round(ms / size)), name, lang)
}

/** A rough length for a sentence: "about 40 s", "2 min". */
export function span(ms: number, lang: Lang): string {
  if (ms >= 90000) return length(ms, lang)
  const rough = Math.max(5, Math.round(ms / 5000) * 5)
  return common('common.about', { span: unit(rough, 'second', lang) })
}

/** Milliseconds until a time, ticking. */
export function until(ms: () => number): ReadonlySignal<number> {
  return computed(() => Math.max(0, ms() - now.value))
}

/** Runs something once at a time of the server; the answer takes it back. */
export function atTime(ms: number, run: () => void): () => void {
  const handle = setTimeout(run, Math.max(0, Math.min(ms - serverNow(), 2147483647)))
  return () => clearTimeout(handle)
}

