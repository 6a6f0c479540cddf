"""Tweak: several drafts, one change each; a reason for more; the normal version."""
from server import new
from world import POLICY, gives, holds, same, story


def tagged(reply):
    return {'If-Match': reply.header('etag')}


def begin(w, **body):
    """A draft and the headers to change it with."""
    made = gives(w.pol.post('/v1/policy/drafts', body), 201)
    return made, {'If-Match': f'"{made["tag"]}"'}


def ids(w):
    return [item['id'] for item in gives(w.ana.get('/v1/policy/drafts'), 200)['items']]


@story('a draft begins with the live version; one value of it changes, with what was read and nothing else; it is told and deleted')
def draft(w):
    stream = w.kim.listen()
    live = gives(w.pol.get('/v1/policy'), 200)
    made, match = begin(w)
    same((made['title'], made['from'], made['who'], made['variables'], made['errors']), ('Draft', live['version'], 'pol', 0, 0), 'a new draft')
    holds(made['name'], 'whose it is')
    told = stream.next('policy.draft', 10)
    while told is not None and made['id'] not in str(told):  # others begin drafts meanwhile
        told = stream.next('policy.draft', 10)
    holds(told is not None, 'not told')
    stream.close()
    at = f'/v1/policy/drafts/{made["id"]}'
    same(gives(w.ana.get(at), 200)['source'], live['source'], 'its text')
    same(gives(w.ana.get(f'{at}/changes'), 200).json, {'from': live['version'], 'variables': 0, 'items': []}, 'no changes yet')
    edited = gives(w.pol.post(f'{at}/set', {'path': 'budgets.rep-month.amount', 'value': '180.00'}, headers=match), 200)
    holds(edited['source'] != live['source'] and len(edited['source'].splitlines()) == len(live['source'].splitlines()), 'the text')
    same(edited['findings'], [], 'findings')
    gives(w.pol.post(f'{at}/set', {'path': 'budgets.rep-month.amount', 'value': '170.00'}, headers=match), 412)
    gives(w.pol.post(f'{at}/set', {'path': 'budgets.rep-month.amount', 'value': '170.00'}), 412)
    wrong = gives(w.pol.post(f'{at}/set', {'path': 'budgets.rep-mont.amount', 'value': '1.00'}, headers=tagged(edited)), 422)
    holds('rep-month' in wrong.text, 'what was meant is not said')
    gives(w.pol.post(f'{at}/set', {'path': 'budgets.rep-month.amount'}, headers=tagged(edited)), 422)
    changes = gives(w.ana.get(f'{at}/changes'), 200)
    same(changes['variables'], 1, 'variables')
    same(changes['items'], [{'path': 'budgets.rep-month.amount', 'kind': 'changed', 'before': '200.00', 'after': '180.00', 'variable': 'budgets.rep-month.amount',
                             'words': 'The budget rep-month: amount 180.00 instead of 200.00.'}], 'changes')
    again = gives(w.ana.get(at), 200)
    same((again['title'], again['variables'], again['tag']), (changes['items'][0]['words'], 1, edited['tag']), 'read again')
    named = gives(w.pol.put(at, {'title': 'Less a month', 'reason': 'Too much went out.'}, headers=tagged(edited)), 200)
    whole = gives(w.ana.get(at), 200)
    same((whole['title'], whole['reason'], whole['source']), ('Less a month', 'Too much went out.', edited['source']), 'title and reason')
    broken = gives(w.pol.put(at, {'source': 'leeway: 1\nactons: {}\n'}, headers=tagged(named)), 200)
    holds(broken['findings'], 'no findings')
    listed = next(item for item in gives(w.ana.get('/v1/policy/drafts'), 200)['items'] if item['id'] == made['id'])
    holds(listed['errors'] > 0 and listed['variables'] == 1, 'errors in the list')
    holds(gives(w.ana.get(f'{at}/changes'), 422)['findings'], 'what is wrong is not said')
    gives(w.pol.put(at, {'title': 'Two\nlines'}, headers=tagged(broken)), 422)
    gives(w.pol.put(at, {'tilte': 'x'}, headers=tagged(broken)), 422)
    gives(w.pol.put(at, {'title': 'x'}), 412)
    gives(w.pol.delete(at), 412)
    gives(w.pol.delete(at, headers=tagged(broken)), 204)
    gives(w.pol.delete(at, headers=tagged(broken)), 404)
    gives(w.ana.get(at), 404)
    gives(w.ana.get(f'{at}/changes'), 404)
    gives(w.pol.put(at, {'title': 'x'}, headers=tagged(broken)), 404)
    gives(w.pol.post(f'{at}/set', {'path': 'currency', 'value': 'EUR'}, headers=tagged(broken)), 404)
    gives(w.pol.post('/v1/policy/publish', {'draft': made['id']}), 404)
    gives(w.pol.post('/v1/policy/drafts', {'from': 9999}), 404)
    gives(w.pol.post('/v1/policy/drafts', {'from': 0}), 422)


@story('who may read the policy reads drafts; who may not change it changes none')
def rights(w):
    made, match = begin(w, title='Mine')
    at = f'/v1/policy/drafts/{made["id"]}'
    for reader in (w.ana, w.lee, w.aud, w.peo, w.read):
        gives(reader.get('/v1/policy/drafts'), 200)
        gives(reader.get(at), 200)
        gives(reader.get(f'{at}/changes'), 200)
        gives(reader.post('/v1/policy/drafts', {}), 403)
        gives(reader.put(at, {'title': 'Theirs'}, headers=match), 403)
        gives(reader.post(f'{at}/set', {'path': 'currency', 'value': 'EUR'}, headers=match), 403)
        gives(reader.post('/v1/policy/publish', {'draft': made['id']}), 403)
        gives(reader.put('/v1/policy/normal', {'version': 1}), 403)
        gives(reader.post('/v1/policy/rollback', {'normal': True}), 403)
        gives(reader.delete(at, headers=match), 403)
    gives(w.nobody.get('/v1/policy/drafts'), 401)
    gives(w.decide.get('/v1/policy/drafts'), 403)
    same(gives(w.ana.get(at), 200)['title'], 'Mine', 'nobody changed it')
    other = gives(w.tokens['policy'].post('/v1/policy/drafts', {'title': 'By a machine'}), 201)
    gives(w.tokens['policy'].delete(f'/v1/policy/drafts/{other["id"]}', headers={'If-Match': f'"{other["tag"]}"'}), 204)
    gives(w.pol.delete(at, headers=match), 204)


@story('the same key begins one draft; an edit that came between is not lost')
def keyed(w):
    key = new('key')
    first = gives(w.pol.post('/v1/policy/drafts', {'title': 'Once'}, key=key), 201)
    same(gives(w.pol.post('/v1/policy/drafts', {'title': 'Once'}, key=key), 200)['id'], first['id'], 'the first answer')
    same(ids(w).count(first['id']), 1, 'in the list')
    gives(w.pol.delete(f'/v1/policy/drafts/{first["id"]}', headers={'If-Match': f'"{first["tag"]}"'}), 204)


@story('a draft of two variables is published with a reason alone; it leaves the list, the version says why', alone=True)
def reasoned(w):
    live = gives(w.pol.get('/v1/policy'), 200)
    two = POLICY.replace('up_to: 100.00', 'up_to: 90.00').replace('amount: 200.00', 'amount: 190.00')
    made, match = begin(w, source=two)
    same(made['variables'], 2, 'variables')
    refused = gives(w.pol.post('/v1/policy/publish', {'draft': made['id']}), 422)
    holds('budgets.rep-month.amount' in refused.text and refused['errors'][0]['at'] == 'reason', 'which variables')
    gives(w.pol.post('/v1/policy/publish', {'draft': made['id'], 'source': POLICY, 'reason': 'x'}), 422)
    gives(w.pol.post('/v1/policy/publish', {'draft': made['id'], 'reason': 'x'}, headers={'If-Match': '"999999"'}), 412)
    done = gives(w.pol.post('/v1/policy/publish', {'draft': made['id'], 'reason': 'They hold each other.', 'note': 'Less.'}), 201)
    same((done['variables'], done['reason'], done['note']), (2, 'They hold each other.', 'Less.'), 'the version')
    holds(made['id'] not in ids(w), 'still in the list')
    versions = gives(w.ana.get('/v1/policy/versions'), 200)['items']
    same((versions[0]['version'], versions[0]['reason']), (done['version'], 'They hold each other.'), 'the list of versions')
    same(gives(w.ana.get('/v1/policy'), 200)['reason'], 'They hold each other.', 'the live one')
    # One variable needs none; what counts is what changes now: a draft of before undoes what came since.
    one, _ = begin(w, source=two.replace('amount: 190.00', 'amount: 180.00'))
    stale, _ = begin(w, source=POLICY.replace('up_to: 100.00', 'up_to: 80.00'), **{'from': live['version']})
    same((one['variables'], stale['variables']), (1, 1), 'against what they began with')
    same(gives(w.pol.post('/v1/policy/publish', {'draft': one['id']}), 201)['variables'], 1, 'one variable')
    refused = gives(w.pol.post('/v1/policy/publish', {'draft': stale['id']}), 422)
    holds('rep-month' in refused.text, 'it would undo what came since')
    gives(w.pol.delete(f'/v1/policy/drafts/{stale["id"]}', headers={'If-Match': f'"{stale["tag"]}"'}), 204)
    gives(w.pol.post('/v1/policy/rollback', {'version': live['version']}), 200)
    # As before: a text as it comes needs no reason.
    same(gives(w.pol.post('/v1/policy/publish', {'source': two.replace('190.00', '191.00')}), 201)['variables'], 2, 'a text')
    gives(w.pol.post('/v1/policy/rollback', {'version': live['version']}), 200)


@story('a draft of several variables is taken apart: one draft each, comments and all, and nothing when one does not stand alone')
def split(w):
    two = POLICY.replace('up_to: 100.00', 'up_to: 90.00  # less').replace('amount: 200.00', 'amount: 190.00')
    made, match = begin(w, source=two)
    at = f'/v1/policy/drafts/{made["id"]}'
    gives(w.pol.post(f'{at}/split'), 412)
    gives(w.ana.post(f'{at}/split', headers=match), 403)
    parts = gives(w.pol.post(f'{at}/split', headers=match), 200)['items']
    same([(part['from'], part['variables'], part['errors']) for part in parts], [(made['from'], 1, 0)] * 2, 'the parts')
    gives(w.ana.get(at), 404)
    gives(w.pol.post(f'{at}/split', headers=match), 404)
    listed = ids(w)
    holds(all(part['id'] in listed for part in parts), 'in the list')
    paths = []
    for part in parts:
        paths += [item['path'] for item in gives(w.ana.get(f'/v1/policy/drafts/{part["id"]}/changes'), 200)['items']]
    same(paths, ['budgets.rep-month.amount', 'grants.frontline-credit.up_to'], 'what each changes')
    sources = [gives(w.ana.get(f'/v1/policy/drafts/{part["id"]}'), 200)['source'] for part in parts]
    same(sources, [POLICY.replace('amount: 200.00', 'amount: 190.00'), POLICY.replace('up_to: 100.00', 'up_to: 90.00  # less')], 'their texts')
    gives(w.pol.post(f'/v1/policy/drafts/{parts[0]["id"]}/split', headers={'If-Match': f'"{parts[0]["tag"]}"'}), 409)
    for part in parts:
        gives(w.pol.delete(f'/v1/policy/drafts/{part["id"]}', headers={'If-Match': f'"{part["tag"]}"'}), 204)
    broken, match = begin(w, source='leeway: 1\nactons: {}\n')
    gives(w.pol.post(f'/v1/policy/drafts/{broken["id"]}/split', headers=match), 422)
    gives(w.pol.delete(f'/v1/policy/drafts/{broken["id"]}', headers=match), 204)


@story('the one draft of before is among them, until it is just what is live', alone=True)
def of_before(w):
    live = gives(w.pol.get('/v1/policy'), 200)
    tag = gives(w.pol.get('/v1/policy/draft'), 200).header('etag')
    changed = POLICY.replace('up_to: 100.00', 'up_to: 77.00')
    kept = gives(w.pol.put('/v1/policy/draft', {'source': changed}, headers={'If-Match': tag}), 200)
    listed = next(item for item in gives(w.ana.get('/v1/policy/drafts'), 200)['items'] if item['id'] == 'draft')
    same((listed['from'], listed['variables'], listed['tag']), (live['version'], 1, kept['tag']), 'in the list')
    same(gives(w.ana.get('/v1/policy/drafts/draft'), 200)['source'], changed, 'its text')
    edited = gives(w.pol.post('/v1/policy/drafts/draft/set', {'path': 'budgets.rep-month.amount', 'value': 150}, headers=tagged(kept)), 200)
    same(gives(w.ana.get('/v1/policy/drafts/draft/changes'), 200)['variables'], 2, 'changes')
    gives(w.pol.put('/v1/policy/draft', {'source': 'x'}, headers=tagged(kept)), 412)
    gives(w.pol.put('/v1/policy/draft', {'source': POLICY}, headers=tagged(edited)), 200)
    holds('draft' not in ids(w), 'what is live is no draft')


@story('a version is marked as normal, told, and comes back in one act', alone=True)
def normal(w):
    stream = w.kim.listen()
    live = gives(w.pol.get('/v1/policy'), 200)
    gives(w.pol.post('/v1/policy/rollback', {'normal': True}), 409)
    gives(w.pol.put('/v1/policy/normal', {'version': 9999}), 404)
    gives(w.pol.put('/v1/policy/normal', {}), 422)
    same(gives(w.pol.put('/v1/policy/normal', {'version': live['version']}), 200)['normal'], True, 'marked')
    holds(stream.next('policy.normal', 10) is not None, 'not told')
    stream.close()
    gives(w.pol.put('/v1/policy/normal', {'version': live['version']}), 200)
    same(gives(w.ana.get('/v1/policy'), 200)['normal'], live['version'], 'which is normal')
    gives(w.pol.post('/v1/policy/rollback', {'normal': True}), 409)
    tried = gives(w.pol.post('/v1/policy/publish', {'source': POLICY + '\n# tried\n'}), 201)
    same(gives(w.ana.get('/v1/policy'), 200)['normal'], live['version'], 'still the same')
    same([item.get('normal') for item in gives(w.ana.get('/v1/policy/versions', limit=100), 200)['items'] if item['version'] in (live['version'], tried['version'])],
         [None, True], 'in the list')
    gives(w.pol.post('/v1/policy/rollback', {'normal': True, 'version': 1}), 422)
    back = gives(w.pol.post('/v1/policy/rollback', {'normal': True, 'note': 'Enough.'}), 200)
    same((back['version'], back['live'], back['normal']), (live['version'], True, True), 'back')
