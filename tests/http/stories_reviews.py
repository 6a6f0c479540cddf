"""Reviews: drawn so that anybody can check it, begun and never lost, sent, answered, appealed; and that none of it takes anything
from anybody.
"""
import datetime
import hashlib
import json

from server import Caller, Server, new, secret_of
from world import PASSWORD, gives, holds, same, story

RIGHT = {'amount': 'right', 'cause': 'right', 'kept': 'yes', 'understood': 'yes'}
LITTLE = {'amount': 'too_little', 'cause': 'unsure', 'kept': 'no', 'understood': 'not_yet', 'note': 'You had room left: use it.'}


def decided(w, agent='ana', **more):
    request = {'agent': agent, 'action': 'voucher', 'amount': '0.20', 'customer': new('c'), 'note': 'A note.', **more}
    return gives(w.system.post('/v1/decisions', request), 201)


def picked(w, caller, agent='ana', **more):
    return gives(caller.post('/v1/reviews', {'decision': decided(w, agent, **more)['id']}), 201)


@story('a decision is looked at: a draft stays, what is sent reaches the agent, who answers and appeals; another decides')
def one_review(w):
    ana = w.ana
    review = picked(w, w.lee)
    same((review['state'], review['why'], review['agent'], review['kind']), ('open', 'picked', 'ana', 'decision'), 'picked')
    holds({'send', 'skip', 'second', 'scenario'} == set(review['may']), review['may'])
    at = f'/v1/reviews/{review["id"]}'
    again = gives(w.qua.post('/v1/reviews', {'decision': review['decision']}), 200)
    same(again['id'], review['id'], 'looked at once')
    # Nothing of it is seen by the agent before it is sent.
    gives(ana.get(at), 404)
    same([item for item in gives(ana.get('/v1/reviews'), 200)['items'] if item['id'] == review['id']], [], 'the agent sees it')
    # A draft is the reviewer's own, and is there again.
    gives(w.lee.put(f'{at}/draft', {'amount': 'too_little', 'note': 'You had ro'}), 200)
    gives(w.lee.put(f'{at}/draft', {'amount': 'too_little', 'note': 'You had room'}), 200)
    mine = gives(w.lee.get(at), 200)
    same(mine['draft'], {'amount': 'too_little', 'note': 'You had room'}, 'the draft')
    holds('saved' in mine.json, 'when it was saved')
    holds('draft' not in gives(w.qua.get(at), 200).json, 'another sees the draft')
    gives(w.lee.put(f'{at}/draft', {'amount': 'far too much'}), 422)
    gives(w.lee.post(f'{at}/send', {'amount': 'right'}), 422)
    sent = gives(w.lee.post(f'{at}/send', LITTLE), 200)
    same((sent['state'], sent['answers'][0]['amount'], sent['answers'][0]['note']), ('done', 'too_little', LITTLE['note']), 'sent')
    holds('draft' not in gives(w.lee.get(at), 200).json, 'the draft is done with')
    gives(w.lee.post(f'{at}/send', LITTLE), 409)
    gives(w.lee.put(f'{at}/draft', {}), 409)
    # The agent reads it, answers, appeals.
    seen = gives(ana.get(at), 200)
    same((seen['answers'][0]['note'], seen['answers'][0]['reviewer_name'], seen['may']), (LITTLE['note'], 'Lee Walker', ['reply', 'appeal']), 'seen')
    gives(w.ben.get(at), 404)
    gives(w.kim.get(at), 404)
    gives(w.lee.post(f'{at}/reply', {'text': 'Not mine to answer.'}), 403)
    gives(ana.post(f'{at}/reply', {'text': 'The customer wanted no more.'}), 200)
    gives(ana.post(f'{at}/reply', {'text': 'Twice.'}), 409)
    gives(ana.post(f'{at}/appeal', {'text': 'The budget was gone that day.'}), 200)
    waiting = gives(w.qua.get('/v1/reviews', appealed='true'), 200)['items']
    holds(review['id'] in [item['id'] for item in waiting], 'the appeal waits')
    gives(w.lee.post(f'{at}/appeal/decide', {'outcome': 'stands', 'text': 'I was right.'}), 403)
    gives(ana.post(f'{at}/appeal/decide', {'outcome': 'stands', 'text': 'Mine.'}), 403)
    done = gives(w.qua.post(f'{at}/appeal/decide', {'outcome': 'changed', 'text': 'She was right.', 'answer': RIGHT}), 200)
    same((done['appeal']['state'], done['appeal']['by'], [a['amount'] for a in done['answers']]), ('changed', 'qua', ['too_little', 'right']), 'decided')
    gives(w.lou.post(f'{at}/appeal/decide', {'outcome': 'stands', 'text': 'Late.'}), 409)


@story('somebody picks a decision with a reason, which reviewers read; what waits for a second answer is among what waits')
def picked_with_a_reason(w):
    decision = decided(w, customer=new('c'))
    why = 'She gave less than she could: a good case to learn from.'
    review = gives(w.lee.post('/v1/reviews', {'decision': decision['id'], 'reason': f'  {why} '}), 201)
    same(review['pick_reason'], why, 'the reason')
    again = gives(w.qua.post('/v1/reviews', {'decision': decision['id'], 'reason': 'Another.'}), 200)
    same(again['pick_reason'], why, 'the first reason stays')
    gives(w.lee.post('/v1/reviews', {'decision': decided(w)['id'], 'reason': 'x' * 8001}), 422)
    at = f'/v1/reviews/{review["id"]}'

    def there(caller, **query):
        return review['id'] in [one['id'] for one in gives(caller.get('/v1/reviews', limit=200, **query), 200)['items']]

    holds(there(w.qua, waits='true') and there(w.qua, state='open'), 'it waits')
    gives(w.lee.post(f'{at}/second'), 200)
    gives(w.lee.post(f'{at}/send', RIGHT), 200)
    holds(not there(w.qua, state='open'), 'done, as the first was sent')
    holds(there(w.qua, waits='true'), 'waits for the second')
    gives(w.qua.post(f'{at}/send', RIGHT), 200)
    holds(not there(w.qua, waits='true'), 'both have answered')
    gives(w.qua.get('/v1/reviews', waits='perhaps'), 400)
    same(gives(w.ana.get(at), 200)['pick_reason'], why, 'the agent reads it, too, once it is sent')


@story('nobody reviews their own; a lead those whom they lead, quality everybody, a token nobody')
def who_reviews(w):
    own = decided(w, 'qua')['id']
    gives(w.qua.post('/v1/reviews', {'decision': own}), 403)
    review = gives(w.lou.post('/v1/reviews', {'decision': own}), 201)
    at = f'/v1/reviews/{review["id"]}'
    gives(w.qua.post(f'{at}/send', RIGHT), 403, 404)
    far = decided(w, 'kim')['id']
    gives(w.lee.post('/v1/reviews', {'decision': far}), 403)
    gives(w.ana.post('/v1/reviews', {'decision': far}), 403)
    gives(w.root.post('/v1/reviews', {'decision': far}), 403)
    for token in (w.read, w.admin, w.decide):
        gives(token.post('/v1/reviews', {'decision': far}), 403)
        gives(token.get('/v1/reviews'), 403)
    gives(w.qua.post('/v1/reviews', {'decision': far}), 201)
    gives(w.lee.post('/v1/reviews', {}), 422)
    gives(w.lee.post('/v1/reviews', {'decision': 'dec_nonsense'}), 422)
    gives(w.lee.get('/v1/reviews/rev_01kah8m0w6e4ysz4n9p3qf7x2c'), 404)


@story('two answer the same decision, the second without knowing what the first said')
def blind(w):
    review = picked(w, w.lee)
    at = f'/v1/reviews/{review["id"]}'
    gives(w.lee.post(f'{at}/second', {}), 200)
    gives(w.lee.post(f'{at}/second'), 409)
    gives(w.lee.post(f'{at}/send', LITTLE), 200)
    hidden = gives(w.qua.get(at), 200)
    same((hidden['answers'], hidden['blind'], 'send' in hidden['may']), ([], True, True), 'the second is blind')
    listed = [item for item in gives(w.qua.get('/v1/reviews', agent='ana'), 200)['items'] if item['id'] == review['id']]
    same(listed[0]['answers'], [], 'blind in lists')
    same(len(gives(w.lee.get(at), 200)['answers']), 1, 'the first sees their own')
    same(len(gives(w.ana.get(at), 200)['answers']), 1, 'the agent sees it at once')
    gives(w.qua.post(f'{at}/send', RIGHT), 200)
    same([a['amount'] for a in gives(w.qua.get(at), 200)['answers']], ['too_little', 'right'], 'both')
    gives(w.lou.post(f'{at}/send', RIGHT), 409)
    late = picked(w, w.lee)
    gives(w.lee.post(f'/v1/reviews/{late["id"]}/send', RIGHT), 200)
    gives(w.qua.post(f'/v1/reviews/{late["id"]}/second'), 409)


@story('a review is skipped with a reason, marked for a scenario without names, and nothing given can be looked at too')
def skip_and_mark(w):
    review = picked(w, w.lee)
    at = f'/v1/reviews/{review["id"]}'
    gives(w.lee.post(f'{at}/skip', {'reason': ' '}), 422)
    gives(w.lee.put(f'{at}/draft', {'note': 'Begun'}), 200)
    skipped = gives(w.lee.post(f'{at}/skip', {'reason': 'I trained her on this very case.'}), 200)
    same((skipped['state'], skipped['may']), ('skipped', ['scenario']), 'skipped')
    gives(w.qua.post(f'{at}/send', RIGHT), 409)
    gives(w.ana.get(at), 404)
    gives(w.lee.put(f'{at}/scenario', {'marked': 'yes'}), 422)
    gives(w.lee.put(f'{at}/scenario', {'marked': True}), 200)
    marked = [item for item in gives(w.sal.get('/v1/reviews', scenario='true', limit=500), 200)['items'] if item['id'] == review['id']]
    same(len(marked), 1, 'whoever reviews sees what was marked')
    holds(not {'agent', 'customer', 'case', 'decision', 'team'} & set(marked[0]), f'names in {marked[0]}')
    gives(w.ana.get('/v1/reviews', scenario='true'), 403)
    gives(w.lee.put(f'{at}/scenario', {'marked': False}), 200)
    # A refusal, and a case that was closed without anything.
    refused = gives(w.system.post('/v1/decisions', {'agent': 'ana', 'action': 'plan_change', 'customer': new('c')}), 201)
    holds(refused['verdict'] != 'granted', refused['verdict'])
    of_nothing = gives(w.lee.post('/v1/reviews', {'decision': refused['id']}), 201)
    same((of_nothing['verdict'], of_nothing['action_label']), (refused['verdict'], 'Change of plan'), 'of nothing given, and what it is called')
    case = new('case')
    gives(w.system.post('/v1/cases', {'id': case, 'owner': 'ana', 'customer': new('c')}), 201)
    gives(w.facts.patch(f'/v1/cases/{case}', {'state': 'closed'}), 200)
    looked = gives(w.lee.post('/v1/reviews', {'case': case}), 201)
    same((looked['kind'], looked['verdict'], looked['agent']), ('case', 'none', 'ana'), 'a case')
    gives(w.lee.post('/v1/reviews', {'case': new('nothing')}), 404)


@story('a draft survives the case being closed; a correction is the decision reversed, and stands in the review')
def draft_survives(w):
    case = new('case')
    gives(w.system.post('/v1/cases', {'id': case, 'owner': 'ana', 'customer': 'c-draft'}), 201)
    review = picked(w, w.lee, case=case, customer='c-draft')
    at = f'/v1/reviews/{review["id"]}'
    gives(w.lee.put(f'{at}/draft', {'note': 'Half a sentence'}), 200)
    gives(w.facts.patch(f'/v1/cases/{case}', {'state': 'closed'}), 200)
    gives(w.lee.post(f'/v1/decisions/{review["decision"]}/reverse', {'reason': 'Given twice.'}), 200)
    there = gives(w.lee.get(at), 200)
    same((there['draft']['note'], there['stands']['state'], there['stands']['by']), ('Half a sentence', 'reversed', 'lee'), 'later')
    # Erasing takes the texts, drafts among them; what was answered stays.
    gives(w.root.post('/v1/customers/c-draft/erase'), 200)
    holds('draft' not in gives(w.lee.get(at), 200).json, 'the draft was erased')


@story('shares are set by whoever reviews the team, and proposed only from enough')
def shares(w):
    usual = gives(w.lee.get('/v1/reviews/shares', team='care'), 200)
    same((usual['number'], usual['random_percent'], usual['set']), (12, 67, False), 'as usual')
    holds('number' not in usual['proposed'] and usual['proposed']['words'], usual['proposed'])
    gives(w.lee.put('/v1/reviews/shares', {'team': 'care', 'number': 0, 'random_percent': 50}), 422)
    gives(w.lee.put('/v1/reviews/shares', {'team': 'care', 'number': 10, 'random_percent': 10}), 422)
    gives(w.lee.put('/v1/reviews/shares', {'team': 'sales', 'number': 10, 'random_percent': 50}), 403)
    gives(w.ana.get('/v1/reviews/shares', team='care'), 403)
    gives(w.lee.get('/v1/reviews/shares'), 400)
    set_ = gives(w.lee.put('/v1/reviews/shares', {'team': 'care', 'number': 10, 'random_percent': 50}), 200)
    same((set_['number'], set_['random_percent'], set_['set']), (10, 50, True), 'set')
    gives(w.lee.post('/v1/reviews/draw', {'team': 'sales'}), 403)
    gives(w.lee.post('/v1/reviews/draw', {'team': 'care', 'week': '2999-01-01'}), 422)
    gives(w.lee.post('/v1/reviews/draw', {}), 422)
    gives(w.lee.post('/v1/reviews/draw', {'team': 'care/billing', 'week': 'soon'}), 422)


@story('a week is drawn by ranks that anybody can compute again, once, with reasons for those that are chosen', alone=True)
def drawing(w):
    with Server(w.server.program) as server:
        until = datetime.date(2026, 3, 1)
        server.invent(4000, '--agents', 40, '--days', 28, '--until', until)
        server.start()
        admin = Caller(server, w.contract, name='admin')
        gives(admin.accept(server.invitation(), PASSWORD, id='boss', name='Boss', email='boss@example.com'), 200, 201)
        gives(admin.post('/v1/people', {'id': 'qora', 'name': 'Qora', 'roles': ['quality']}), 201)
        qora = Caller(server, w.contract, name='qora')
        gives(qora.accept(secret_of(gives(admin.post('/v1/people/qora/invite'), 201)['link']), PASSWORD), 200)
        week = '2026-02-16'
        drawn = gives(qora.post('/v1/reviews/draw', {'team': 'care', 'week': week}), 201)
        holds(drawn['pool'] > 300, drawn)
        again = gives(qora.post('/v1/reviews/draw', {'team': 'care', 'week': '2026-02-19'}), 200)
        same(again.json, drawn.json, 'drawn once')
        listed = gives(qora.get('/v1/reviews', team='care', week=week), 200)
        items = listed['items']
        same(listed['draw'], drawn.json, 'how it was drawn')
        same(len(items), 12, 'so many')
        chosen = [item for item in items if item['why'] != 'random']
        same(len(chosen), 4, f'chosen: {[item["why"] for item in items]}')
        holds(len({item['why'] for item in chosen}) >= 2, f'reasons take turns: {[item["why"] for item in chosen]}')
        # The seed is the hash of an entry of the record; the ranks follow from it.
        ids, after = [], None
        begins = datetime.datetime.fromisoformat(drawn['week'].replace('Z', '+00:00'))
        ends = begins + datetime.timedelta(days=7)
        while True:
            page = gives(qora.get('/v1/decisions', team='care', since=drawn['week'], until=ends.isoformat().replace('+00:00', 'Z'), limit=500,
                                   **({'after': after} if after else {})), 200)
            ids += [item['id'] for item in page['items'] if item['state'] in ('final', 'held')]
            after = page['next']
            if not after:
                break

        def rank(one):
            return hashlib.sha256(f'{drawn["seed"]}\n{one}'.encode()).hexdigest()
        ranked = sorted(ids, key=rank)
        random = [item['decision'] for item in items if item['why'] == 'random' and item['kind'] == 'decision']
        same(random, sorted(random, key=rank), 'in the order of their ranks')
        holds(ranked.index(random[-1]) < 3 * len(random) + 5, 'they are the lowest ranks, but for what can not be reviewed')
        entries = server.run('export', 'journal').stdout.splitlines()
        hashes = {e['seq']: e['hash'] for e in map(json.loads, entries)}
        same(hashes[drawn['seed_seq']], drawn['seed'], 'the seed stands in the record')
        far = [item for item in items if item['why'] == 'far']
        for item in far:
            holds({'median', 'low', 'high', 'similar'} <= set(item['detail']), item)
        same(gives(qora.get('/v1/reviews', team='care', week='2026-02-09'), 200).json, {'items': []}, 'another week')
        # Works-council mode: who does not lead them sees no single review.
        gives(admin.patch('/v1/settings', {'works_council': True}), 200)
        same(gives(admin.get('/v1/settings'), 200)['works_council'], True, 'the setting')
        same(gives(qora.get('/v1/reviews', team='care', week=week), 200)['items'], [], 'quality sees none')
        gives(qora.get(f'/v1/reviews/{items[0]["id"]}'), 404)
        gives(qora.post(f'/v1/reviews/{items[0]["id"]}/send', RIGHT), 404)
        gives(qora.post('/v1/reviews', {'decision': ids[0]}), 403)
        gives(admin.patch('/v1/settings', {'works_council': False}), 200)
        same(len(gives(qora.get('/v1/reviews', team='care', week=week), 200)['items']), 12, 'again')


def both(w, first, second, one, other, agent='ana'):
    """A review that two answered, the second without knowing the first."""
    at = f'/v1/reviews/{picked(w, first, agent)["id"]}'
    gives(first.post(f'{at}/second', {}), 200)
    gives(first.post(f'{at}/send', {**RIGHT, 'amount': one}), 200)
    gives(second.post(f'{at}/send', {**RIGHT, 'amount': other}), 200)


@story('reviewers agree, or not: kappa with its interval, for two and for all, and no single figures under a works council', alone=True)
def agreement(w):
    before = gives(w.qua.get('/v1/reviews/agreement'), 200)
    pairs = [('too_little', 'too_little'), ('right', 'right'), ('right', 'right'), ('too_much', 'right'), ('too_much', 'too_much'), ('right', 'too_little')]
    for one, other in pairs:
        both(w, w.lou, w.qua, one, other, agent='tess')
    after = gives(w.qua.get('/v1/reviews/agreement'), 200)
    same(after['reviews'] - before['reviews'], 6, 'so many')
    pair = next(one for one in after['pairs'] if (one['one'], one['other']) == ('lou', 'qua'))
    was = next((one for one in before['pairs'] if (one['one'], one['other']) == ('lou', 'qua')), None)
    same(was, None, 'these two are new')
    amount = pair['questions']['amount']
    same((pair['reviews'], amount['counts'], amount['same'], amount['enough']), (6, [1, 0, 0, 1, 2, 0, 0, 1, 1], 4, False), 'what they said')
    # By hand: po = 4/6, pe = (1*2 + 3*3 + 2*1) / 36 = 13/36; kappa = (24 - 13) / (36 - 13). Linear: 5/6, and 1 - (0.5*18 + 5)/36 = 22/36.
    same((amount['plain']['kappa'], amount['linear']['kappa']), (f'{11 / 23:.4f}', f'{8 / 14:.4f}'), 'kappa')
    holds(float(amount['linear']['low']) < 8 / 14 < float(amount['linear']['high']), amount)
    holds('plain' not in pair['questions']['cause'], 'one answer always: nothing can be said of chance')
    holds(any('hint' in words for words in after['words']) or after['reviews'] >= after['needed'], after['words'])
    # A lead has those of their team, an agent none; a window ends.
    same(gives(w.sal.get('/v1/reviews/agreement'), 200)['reviews'], 0, 'another team')
    holds(gives(w.lou.get('/v1/reviews/agreement', team='care/billing'), 200)['reviews'] >= 6, 'a team')
    gives(w.ana.get('/v1/reviews/agreement'), 403)
    gives(w.read.get('/v1/reviews/agreement'), 403)
    gives(w.qua.get('/v1/reviews/agreement', days=0), 400)
    gives(w.root.patch('/v1/settings', {'works_council': True}), 200)
    try:
        hidden = gives(w.qua.get('/v1/reviews/agreement', team='care/billing'), 200)
        holds('questions' not in hidden.json and 'reviews' not in hidden.json, f'two reviewers are no group: {hidden.json}')
        same([(one['one'], one['other']) for one in hidden['pairs']], [('lou', 'qua')], 'their own')
        same(gives(w.lee.get('/v1/reviews/agreement', team='care/billing'), 200)['pairs'], [], 'not another\'s')
    finally:
        gives(w.root.patch('/v1/settings', {'works_council': False}), 200)


@story('under a works council one person\'s ratings and stale cases are for them and their lead; others have the sums', alone=True)
def individuals(w):
    case = new('case')
    gives(w.system.post('/v1/cases', {'id': case, 'owner': 'ana', 'customer': new('c'), 'opened': '2026-01-02T10:00:00Z', 'promise': '2026-01-03T10:00:00Z'}), 201)
    gives(w.facts.post('/v1/ratings', {'case': case, 'rating': 1, 'scale': {'min': 1, 'max': 5}, 'agent': 'ana'}), 201)

    def rated(caller):
        return len(gives(caller.get('/v1/ratings', case=case), 200)['items'])

    def stale(caller):
        summed = gives(caller.get('/v1/track/stale', by='owner'), 200)
        return 'ana' in [group.get('owner') for group in summed['groups']], summed['total']['cases']
    before = stale(w.qua)
    same((rated(w.qua), before[0]), (1, True), 'without it')
    gives(w.root.patch('/v1/settings', {'works_council': True}), 200)
    try:
        for other in (w.qua, w.root, w.read):
            same((rated(other), stale(other)[0]), (0, False), f'{other.name} sees one person')
        same(stale(w.qua)[1], before[1], 'the sum is there')
        for mine in (w.ana, w.lee):
            same((rated(mine), stale(mine)[0]), (1, True), f'{mine.name} does not')
    finally:
        gives(w.root.patch('/v1/settings', {'works_council': False}), 200)
