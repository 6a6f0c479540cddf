import { lazy } from './lazy.tsx'

export const OtherWay = lazy(async () => (await import('./OtherWay.tsx')).OtherWay)
export const Story = lazy(async () => (await import('./Story.tsx')).Story)
export const Ladder = lazy(async () => (await import('./Ladder.tsx')).Ladder)
export const MoreRoom = lazy(async () => (await import('./MoreRoom.tsx')).MoreRoom)
export const Tell = lazy(async () => (await import('./StaleDialogs.tsx')).Tell)
export const Hand = lazy(async () => (await import('./StaleDialogs.tsx')).Hand)
export const DecisionDrawer = lazy(async () => (await import('./DecisionDrawer.tsx')).DecisionDrawer)
export const Decisions = lazy(async () => (await import('./Decisions.tsx')).Decisions)
export const Phone = lazy(async () => (await import('./Phone.tsx')).Phone)
export const Aside = lazy(async () => (await import('./Aside.tsx')).Aside)
export const DecidedToday = lazy(async () => (await import('./Decided.tsx')).DecidedToday)
