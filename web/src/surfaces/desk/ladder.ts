/* The alert ladder and its test: what each step is doing, as it ticks by itself. Pure. */
export type StepName = 'sound' | 'badge' | 'browser' | 'stream' | 'mail' | 'next'
export type StepState =
  | 'on' // as it stands, before a test
  | 'off'
  | 'asks' // the browser wants to be told first
  | 'blocked'
  | 'testing'
  | 'came' // the test came through
  | 'failed'

export interface LadderFacts {
  sound: boolean
  soundUnlocked: boolean
  notifications: 'granted' | 'default' | 'denied' | 'missing'
  badge: boolean
  stream: 'live' | 'catching-up' | 'offline'
  mail: { on: boolean; to?: string } | null
}

export interface Test {
  began: number
  /** When each step was seen to work; absent: not yet. */
  came: Partial<Record<StepName, number>>
  failed: Partial<Record<StepName, string>>
}

/** A test that has not come after so long says what to mend. */
export const testMs = 5_000

/** Which steps a test tries: what is off or blocked is not tried, and says so by itself. */
export function tried(facts: LadderFacts): StepName[] {
  const steps: StepName[] = []
  for (const step of ['sound', 'badge', 'browser', 'stream', 'mail'] as const) {
    if (standing(step, facts) === 'on') {
      steps.push(step)
    }
  }
  return steps
}

function standing(step: StepName, facts: LadderFacts): StepState {
  switch (step) {
    case 'sound':
      return !facts.sound ? 'off' : facts.soundUnlocked ? 'on' : 'asks'
    case 'badge':
      return facts.badge ? 'on' : 'off'
    case 'browser':
      return facts.notifications === 'granted' ? 'on' : facts.notifications === 'default' ? 'asks' : facts.notifications === 'denied' ? 'blocked' : 'off'
    case 'stream':
      return 'on'
    case 'mail':
      return facts.mail !== null && facts.mail.on && facts.mail.to !== undefined ? 'on' : 'off'
    case 'next':
      return 'on'
  }
}

export function stateOf(step: StepName, facts: LadderFacts, test: Test | null, now: number): StepState {
  const is = standing(step, facts)
  if (test === null || is !== 'on' || step === 'next') {
    return is
  }
  if (test.came[step] !== undefined) {
    return 'came'
  }
  return test.failed[step] !== undefined || now - test.began > testMs ? 'failed' : 'testing'
}
