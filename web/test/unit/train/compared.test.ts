import { describe, expect, test } from 'vitest'
import { compared } from '../../../src/surfaces/train/compared.ts'

const said = (before: string, after: string): string => compared(before, after).map(part => part.is === 'same' ? part.text : part.is === 'old' ? `[-${part.text}-]` : `[+${part.text}+]`).join('')

describe('two sentences word by word', () => {
  test.each([
    ['up to 50.00 USD each time.', 'up to 60.00 USD each time.', 'up to [-50.00 -][+60.00 +]USD each time.'],
    ['It draws on month.', 'It draws on month.', 'It draws on month.'],
    ['It draws on month.', 'It draws on nothing.', 'It draws on [-month. -][+nothing.+]'],
    ['Give a refund.', 'Give a refund. It needs a note first.', 'Give a refund. [+It needs a note first.+]'],
  ])('%s', (before, after, expected) => expect(said(before, after)).toBe(expected))
})
