"""Reference pages: written, found in the middle of a case, read, and taken away."""
from server import new
from world import gives, holds, same, story


def page(title, body, **more):
    return {'title': title, 'body': body, **more}


def slugs(reply):
    return [one['slug'] for one in reply['items']]


@story('a page is saved in versions, read with its ETag, and nobody overwrites what they have not read')
def saved(w):
    slug, word = new('page'), new('word')
    first = page('How a carrier claim works', f'Ask the *carrier* about {word}.', reasons=['late-delivery'], language='en')
    gives(w.ben.put(f'/v1/pages/{slug}', first), 403)
    made = gives(w.qua.put(f'/v1/pages/{slug}', first), 201)
    same((made['slug'], made['version'], made.header('etag')), (slug, 1, '"1"'), 'the first version')
    again = gives(w.policy.put(f'/v1/pages/{slug}', first), 200)
    same(again['version'], 1, 'the same again is no version')
    read = gives(w.ben.get(f'/v1/pages/{slug}'), 200)
    same({key: read[key] for key in ('title', 'body', 'reasons', 'teams', 'language', 'version')}, {**first, 'teams': [], 'version': 1}, 'as it was written')
    second = {**first, 'body': 'Another text.'}
    gives(w.qua.put(f'/v1/pages/{slug}', {**second, 'new': True}), 412)
    same(gives(w.qua.put(f'/v1/pages/{slug}', second, headers={'If-Match': read.header('etag')}), 200)['version'], 2, 'the second')
    gives(w.qua.put(f'/v1/pages/{slug}', first, headers={'If-Match': '"1"'}), 412)
    same(slugs(gives(w.ben.get('/v1/pages', q=word), 200)), [], 'what it does not say any more')
    gives(w.ben.delete(f'/v1/pages/{slug}'), 403)
    gives(w.qua.delete(f'/v1/pages/{slug}', headers={'If-Match': '"1"'}), 412)
    gives(w.qua.delete(f'/v1/pages/{slug}', headers={'If-Match': '"2"'}), 204)
    gives(w.ben.get(f'/v1/pages/{slug}'), 404)
    gives(w.qua.delete(f'/v1/pages/{slug}'), 404)


@story('a page is found by its words, however they are spelt; what fits the cause stands first, then titles')
def found(w):
    word = new('kw').replace('-', '')
    plain, titled, fitting = new('plain'), new('titled'), new('fitting')
    gives(w.qua.put(f'/v1/pages/{plain}', page('Rückgabe', f'Der Käufer sendet {word} zurück. Fußnote.')), 201)
    gives(w.qua.put(f'/v1/pages/{titled}', page(f'All about {word}', 'Straße und Hausnummer.')), 201)
    gives(w.qua.put(f'/v1/pages/{fitting}', page('Late', f'<b>{word}</b> & more.', reasons=['late-delivery'])), 201)
    ranked = slugs(gives(w.ben.get('/v1/pages', q=word), 200))
    same((ranked[0], sorted(ranked)), (titled, sorted([plain, titled, fitting])), 'a title weighs more')
    same(slugs(gives(w.ben.get('/v1/pages', q=word, reason='late-delivery'), 200))[0], fitting, 'the cause first')
    for q in (f'KAUFER {word}', f'kaeufer {word}', f'"Käufer sendet" {word}', f'{word} zur', f'fussnote {word}'):
        same(slugs(gives(w.ben.get('/v1/pages', q=q), 200)), [plain], q)
    half = gives(w.ben.get('/v1/pages', q=f'{word} weekend', limit=2), 200)
    same((half['matched'], len(half['items'])), ('any', 2), 'any of it')
    rest = gives(w.ben.get('/v1/pages', q=f'{word} weekend', limit=2, after=half['next']), 200)
    same(sorted(slugs(half) + slugs(rest)), sorted([plain, titled, fitting]), 'each once')
    (one,) = gives(w.ben.get('/v1/pages', q=f'{word} more'), 200)['items']
    marked = [piece['text'] for piece in one['snippet'] if piece.get('marked')]
    same((marked, ''.join(piece['text'] for piece in one['snippet'])), ([word, 'more'], f'<b>{word}</b> & more.'), 'marks, and text as text')
    for q in ('"', "'", 'NEAR(a b)', 'a AND', '* ^', 'title:x', '-', '((', 'a:* & |', '\\', '%', 'x' * 400):
        gives(w.ben.get('/v1/pages', q=q), 200)
    gives(w.ben.get('/v1/pages', q='x' * 401), 400)
    gives(w.ben.get('/v1/pages', after='-1'), 400)
    gives(w.ben.get('/v1/pages', limit=0), 400)
    newest = gives(w.ben.get('/v1/pages', reason='late-delivery', limit=1), 200)
    same((newest['items'][0]['fits'], newest['matched']), (True, 'all'), 'without words: what fits, the newest first')
    for slug in (plain, titled, fitting):
        gives(w.qua.delete(f'/v1/pages/{slug}'), 204)


@story('a page of a team is for its people, for whoever leads them, and for those who write')
def of_teams(w):
    word, slug, team = new('tm').replace('-', ''), new('page'), new('team')
    gives(w.root.post('/v1/teams', {'id': team, 'name': team}), 201)
    gives(w.root.post('/v1/teams', {'id': f'{team}-2', 'name': 'Below', 'parent': team}), 201)
    inside, below, outside = w.agent(), w.agent(), w.agent()
    gives(w.root.patch(f'/v1/people/{inside.name}', {'team': team}), 200)
    gives(w.root.patch(f'/v1/people/{below.name}', {'team': f'{team}-2'}), 200)
    gives(w.qua.put(f'/v1/pages/{slug}', page(word, 'Ours.', teams=[team])), 201)
    for caller in (inside, below, w.qua, w.root):
        same(slugs(gives(caller.get('/v1/pages', q=word), 200)), [slug], 'found')
        gives(caller.get(f'/v1/pages/{slug}'), 200)
    same(slugs(gives(outside.get('/v1/pages', q=word), 200)), [], 'not theirs')
    gives(outside.get(f'/v1/pages/{slug}'), 404)
    gives(w.qua.put(f'/v1/pages/{slug}', page(word, 'Ours.', teams=[f'{team}-2'])), 200)
    gives(inside.get(f'/v1/pages/{slug}'), 404)
    gives(w.root.patch(f'/v1/people/{inside.name}', {'roles': ['lead']}), 200)
    gives(w.invited(inside.name).get(f'/v1/pages/{slug}'), 200)
    gives(w.qua.delete(f'/v1/pages/{slug}'), 204)


@story('what leads nowhere is named before it is saved, and what does not fit is refused with its place')
def checked(w):
    slug = new('page')
    body = 'One.\n\nSee [[none-such]] and [this](./' + slug + '.md).\n\n`[[code]]`'
    gives(w.ben.post('/v1/pages/check', page('A', body)), 403)
    findings = gives(w.qua.post('/v1/pages/check', page('A', body, slug=slug, reasons=['no-such'], teams=['no-such'])), 200)['findings']
    same(sorted((one['code'], one['line'], one['severity']) for one in findings),
         [('broken-link', 3, 'warning'), ('unknown-reason', 1, 'warning'), ('unknown-team', 1, 'warning')], 'what leads nowhere')
    same(gives(w.qua.post('/v1/pages/check', page('', '', slug='No')), 200)['findings'][0]['severity'], 'error', 'what does not fit')
    for wrong, at in (({'title': ''}, 'title'), ({'body': ' '}, 'body'), ({'body': 'x' * 65537}, 'body'), ({'body': 'a\u0001'}, 'body'),
                      ({'reasons': ['a', 'a']}, 'reasons'), ({'teams': ['']}, ''), ({'language': 'de_DE'}, 'language'), ({'more': 1}, 'more')):
        refused = gives(w.qua.put(f'/v1/pages/{slug}', {**page('A', 'b'), **wrong}), 422)
        same(refused['errors'][0]['at'], at, str(wrong)[:60])
    gives(w.qua.put('/v1/pages/No', page('A', 'b')), 422)
    gives(w.ben.get(f'/v1/pages/{slug}'), 404)
