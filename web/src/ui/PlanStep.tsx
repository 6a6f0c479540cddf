// What to do in one step of a game plan, and what one can ask.
import { Rich } from './Rich.tsx'

/** ask: what stands over the questions. */
export function PlanStep({ text, questions, ask }: { text: string; questions: readonly string[]; ask: string }) {
  return (
    <>
      {text !== '' && <Rich text={text} format="markdown" />}
      {questions.length > 0 && <><p class="t12 f mt4">{ask}</p><ul class="dots">{questions.map(one => <li key={one}>{one}</li>)}</ul></>}
    </>
  )
}
