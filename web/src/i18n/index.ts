// Which messages there are, by area and language, and the proof that every language has the same.
import type commonDe from './common.de.json'
import type commonEn from './common.en.json'
import type deskDe from './desk.de.json'
import type deskEn from './desk.en.json'
import type gettingDe from './getting.de.json'
import type gettingEn from './getting.en.json'
import type growingDe from './growing.de.json'
import type growingEn from './growing.en.json'
import type huddleDe from './huddle.de.json'
import type huddleEn from './huddle.en.json'
import type keysDe from './keys.de.json'
import type keysEn from './keys.en.json'
import type listeningDe from './listening.de.json'
import type listeningEn from './listening.en.json'
import type pagesDe from './pages.de.json'
import type pagesEn from './pages.en.json'
import type panelDe from './panel.de.json'
import type panelEn from './panel.en.json'
import type peopleDe from './people.de.json'
import type peopleEn from './people.en.json'
import type planDe from './plan.de.json'
import type planEn from './plan.en.json'
import type plansDe from './plans.de.json'
import type plansEn from './plans.en.json'
import type policyDe from './policy.de.json'
import type policyEn from './policy.en.json'
import type practiceDe from './practice.de.json'
import type practiceEn from './practice.en.json'
import type pulseDe from './pulse.de.json'
import type pulseEn from './pulse.en.json'
import type reviewsDe from './reviews.de.json'
import type reviewsEn from './reviews.en.json'
import type roomDe from './room.de.json'
import type roomEn from './room.en.json'
import type setupDe from './setup.de.json'
import type setupEn from './setup.en.json'
import type trackDe from './track.de.json'
import type trackEn from './track.en.json'
import type trainDe from './train.de.json'
import type trainEn from './train.en.json'

type Same<A, B> = [keyof A, keyof B] extends [keyof B, keyof A] ? true : { missing: Exclude<keyof A, keyof B>; extra: Exclude<keyof B, keyof A> }

/** The messages of each area, as English has them. */
export interface Areas {
  pages: typeof pagesEn
  pulse: typeof pulseEn
  plans: typeof plansEn
  common: typeof commonEn; keys: typeof keysEn; panel: typeof panelEn; desk: typeof deskEn; policy: typeof policyEn; people: typeof peopleEn; setup: typeof setupEn; track: typeof trackEn; reviews: typeof reviewsEn; train: typeof trainEn; listening: typeof listeningEn; room: typeof roomEn; practice: typeof practiceEn; huddle: typeof huddleEn; getting: typeof gettingEn; growing: typeof growingEn; plan: typeof planEn
}

/** Does not compile when German lacks a message or has one too many, and says which. */
export const complete: {
  pages: Same<typeof pagesEn, typeof pagesDe>
  pulse: Same<typeof pulseEn, typeof pulseDe>
  plans: Same<typeof plansEn, typeof plansDe>
  common: Same<typeof commonEn, typeof commonDe>; keys: Same<typeof keysEn, typeof keysDe>; panel: Same<typeof panelEn, typeof panelDe>
  desk: Same<typeof deskEn, typeof deskDe>; policy: Same<typeof policyEn, typeof policyDe>; people: Same<typeof peopleEn, typeof peopleDe>; setup: Same<typeof setupEn, typeof setupDe>
  track: Same<typeof trackEn, typeof trackDe>; reviews: Same<typeof reviewsEn, typeof reviewsDe>; train: Same<typeof trainEn, typeof trainDe>; listening: Same<typeof listeningEn, typeof listeningDe>; room: Same<typeof roomEn, typeof roomDe>; practice: Same<typeof practiceEn, typeof practiceDe>; huddle: Same<typeof huddleEn, typeof huddleDe>; getting: Same<typeof gettingEn, typeof gettingDe>; growing: Same<typeof growingEn, typeof growingDe>; plan: Same<typeof planEn, typeof planDe>
} = { pages: true, pulse: true, plans: true, common: true, keys: true, panel: true, desk: true, policy: true, people: true, setup: true, track: true, reviews: true, train: true, listening: true, room: true, practice: true, huddle: true, getting: true, growing: true, plan: true }

type Loaded = Promise<{ default: Record<string, string> }>

export const loaders: { [A in keyof Areas]: { en: () => Loaded; de: () => Loaded } } = {
  common: { en: () => import('./common.en.json'), de: () => import('./common.de.json') },
  keys: { en: () => import('./keys.en.json'), de: () => import('./keys.de.json') },
  panel: { en: () => import('./panel.en.json'), de: () => import('./panel.de.json') },
  desk: { en: () => import('./desk.en.json'), de: () => import('./desk.de.json') },
  pages: { en: () => import('./pages.en.json'), de: () => import('./pages.de.json') },
  plan: { en: () => import('./plan.en.json'), de: () => import('./plan.de.json') },
  plans: { en: () => import('./plans.en.json'), de: () => import('./plans.de.json') },
  policy: { en: () => import('./policy.en.json'), de: () => import('./policy.de.json') },
  people: { en: () => import('./people.en.json'), de: () => import('./people.de.json') },
  setup: { en: () => import('./setup.en.json'), de: () => import('./setup.de.json') },
  pulse: { en: () => import('./pulse.en.json'), de: () => import('./pulse.de.json') },
  reviews: { en: () => import('./reviews.en.json'), de: () => import('./reviews.de.json') },
  track: { en: () => import('./track.en.json'), de: () => import('./track.de.json') },
  growing: { en: () => import('./growing.en.json'), de: () => import('./growing.de.json') },
  listening: { en: () => import('./listening.en.json'), de: () => import('./listening.de.json') },
  room: { en: () => import('./room.en.json'), de: () => import('./room.de.json') },
  huddle: { en: () => import('./huddle.en.json'), de: () => import('./huddle.de.json') },
  practice: { en: () => import('./practice.en.json'), de: () => import('./practice.de.json') },
  getting: { en: () => import('./getting.en.json'), de: () => import('./getting.de.json') },
  train: { en: () => import('./train.en.json'), de: () => import('./train.de.json') },
}
