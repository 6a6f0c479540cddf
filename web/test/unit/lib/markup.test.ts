import { describe, expect, it } from 'vitest'
import { html, inline, markdown, marked, safeHref, type Kid } from '../../../src/lib/markup.ts'

// A tree as a text, to be read at a glance: p(words b(bold)).
const told = (kids: readonly Kid[]): string => kids.map(kid => typeof kid === 'string' ? kid : `${kid.tag}${kid.href === undefined ? '' : `<${kid.href}>`}(${told(kid.kids)})`).join('')

describe('Markdown', () => {
  it.each([
    ['# One\n\nTwo *three* and **four**.', 'h3(One)p(Two i(three) and b(four).)'],
    ['## Two ##', 'h4(Two)'],
    ['- a\n- b **c**\n\nafter', 'ul(li(a)li(b b(c)))p(after)'],
    ['1. a\n2. b', 'ol(li(a)li(b))'],
    ['- a\n  - b\n  - c\n- d', 'ul(li(aul(li(b)li(c)))li(d))'],
    ['- a\n\n- b', 'ul(li(a)li(b))'],
    ['- a\n- b\n\n1. c', 'ul(li(a)li(b))ol(li(c))'],
    ['> said\n> so', 'blockquote(p(said so))'],
    ['```\n<b> *x*\n```\nafter', 'pre(<b> *x*)p(after)'],
    ['one\ntwo  \nthree', 'p(one twobr()three)'],
    ['***', 'hr()'],
    ['snake_case_name and _this_', 'p(snake_case_name and i(this))'],
    ['2 * 3 * 4', 'p(2 * 3 * 4)'],
    ['\\*not\\*', 'p(*not*)'],
    ['`a*b*`', 'p(code(a*b*))'],
    ['**open', 'p(**open)'],
    ['**a *b* c**', 'p(b(a i(b) c))'],
    ['[the rules](https://example.com/a?b=1)', 'p(a<https://example.com/a?b=1>(the rules))'],
    ['<https://example.com>', 'p(a<https://example.com>(https://example.com))'],
    ['![a picture](x.png)', 'p(a picture)'],
    ['Text up to **$100.00**, once you hold *billing-101*.', 'p(Text up to b($100.00), once you hold i(billing-101).)'],
  ])('%j', (text, tree) => { expect(told(markdown(text))).toBe(tree) })

  it('leads nowhere that could do something', () => {
    for (const bad of ['javascript:alert(1)', 'data:text/html,x', '//evil.example', ' java\nscript:x', 'https://x" onclick="y', 'vbscript:x']) expect(safeHref(bad)).toBeNull()
    expect(told(markdown('[x](javascript:alert(1))'))).not.toContain('a<')
    expect(told(markdown('<script>alert(1)</script>'))).toBe('p(<script>alert(1)</script>)')
  })

  it('reads what nobody would write in no time', () => {
    const start = performance.now()
    const took: Record<string, number> = {}
    for (const bad of ['*'.repeat(60_000), '['.repeat(60_000), '`'.repeat(60_000), '> '.repeat(20_000), '- '.repeat(20_000), '**a '.repeat(15_000), '_a '.repeat(20_000), '<a'.repeat(20_000), '<a "'.repeat(15_000), '<!--'.repeat(15_000), '1. '.repeat(20_000), '# '.repeat(20_000), '[a]('.repeat(15_000)]) { const from = performance.now(); inline(bad); markdown(bad); html(bad); took[bad.slice(0, 6)] = performance.now() - from }
    expect(Math.max(...Object.values(took)), JSON.stringify(took)).toBeLessThan(1500)
    expect(performance.now() - start).toBeLessThan(3000)
  })
})

describe('HTML', () => {
  it.each([
    ['<p>One <b>two</b></p>', 'p(One b(two))'],
    ['a &lt;b&gt; &#x2713; &nbsp;c', 'a <b> ✓ \u00a0c'],
    ['<script>alert(1)</script>ok', 'ok'],
    ['<svg><a href="javascript:x">in</a></svg>ok', 'ok'],
    ['<a href="javascript:x">in</a>', 'in'],
    ['<a href=\'https://a.example/\' onclick="x">in</a>', 'a<https://a.example/>(in)'],
    ['<img src=x onerror="y" alt="a map">', 'a map'],
    ['<span class="x">in</span> 3 < 4', 'in 3  4'],
    ['<b>open', 'b(open)'],
    ['</b>shut', 'shut'],
    ['<!-- not seen -->seen', 'seen'],
  ])('%j', (text, tree) => { expect(told(html(text))).toBe(tree) })
})

describe('other formats', () => {
  it('are as they are written', () => {
    expect(told(marked('a *b*\n<c>', 'plain'))).toBe('a *b*br()<c>')
    expect(told(marked('a\nb', 'moodle'))).toBe('abr()b')
    expect(told(marked('a <b>b</b>\nc', 'moodle'))).toBe('a b(b)br()c')
  })
})
