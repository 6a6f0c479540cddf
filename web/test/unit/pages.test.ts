import { describe, expect, it } from 'vitest'
import { markdown } from '../../src/lib/markup.ts'
import { linked, slugOf } from '../../src/pages/links.ts'
import { said } from '../../src/pages/Text.tsx'

describe('links between pages', () => {
  it.each([
    ['see [[outage-map]].', 'see [outage map](/train/pages/outage-map).'],
    ['[[outage-map|the map]]', '[the map](/train/pages/outage-map)'],
    ['[a](b-c.md) [d](./e.md#part)', '[a](/train/pages/b-c) [d](/train/pages/e)'],
    ['`[[code]]` [[x]]', '`[[code]]` [x](/train/pages/x)'],
    ['```\n[[a]]\n```\n[[b]]', '```\n[[a]]\n```\n[b](/train/pages/b)'],
    ['[out](https://x.example/a.md)', '[out](https://x.example/a.md)'],
    ['[[a"onclick=x]]', '[a"onclick=x](/train/pages/a%22onclick%3Dx)'],
  ])('%s', (from, to) => expect(linked(from)).toBe(to))
  it('an address is a page or leads elsewhere', () => {
    expect(slugOf('/train/pages/outage-map')).toBe('outage-map')
    expect(slugOf('https://x.example/train/pages/a')).toBeNull()
    expect(slugOf('')).toBeNull()
  })
})

describe('what a customer gets of a block', () => {
  it('is words without marks, items in lines', () => {
    expect(said(markdown('A **red** [cell](https://x.example).')[0]!)).toBe('A red cell.')
    expect(said(markdown('1. one\n2. two')[0]!)).toBe('1. one\n2. two')
    expect(said(markdown('- a\n- b')[0]!)).toBe('- a\n- b')
  })
})
