"""Reads of changes: a version is told to those whom it touches, in old and new words, and acknowledged once."""
import datetime

from server import new
from stories_replay import all_flips
from world import POLICY, gives, holds, same, story

REFUND = POLICY.replace('    up_to: 50.00\n', '    up_to: 60.00\n')
MONTH = POLICY.replace('rep-month:     {per: agent, every: month, amount: 200.00}', 'rep-month:     {per: agent, every: month, amount: 250.00}')
WHY = POLICY.replace('why: Those who stay are worth it.', 'why: They stay.')


def later(days=7):
    return (datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=days)).strftime('%Y-%m-%dT%H:%M:%SZ')


def version_of(w):
    return gives(w.pol.get('/v1/policy'), 200)['version']


def publish(w, source):
    return gives(w.pol.post('/v1/policy/publish', {'source': source, 'note': 'For a story.'}), 201)['version']


def _paged(w, at, whole, person):
    """Page by page it is the same, each once; and those alone who have not read it."""
    ids = [one['person'] for one in whole['items']]
    same(ids, sorted(ids), 'by id')
    pages, after = [], None
    while True:
        page = gives(w.lee.get(at, limit=3, after=after), 200)
        pages += [one['person'] for one in page['items']]
        same(page['yours'], whole['yours'], 'counts are of all, on each page')
        after = page['next']
        if after is None:
            break
    same(pages, ids, 'page by page')
    left = gives(w.lee.get(at, state='open', limit=500), 200)
    holds(person in [one['person'] for one in left['items']] and all(one['read'] < one['reads'] for one in left['items']), left.json)
    same(whole['yours']['open'], len([one for one in left['items'] if one['person'] != 'lee']), 'who has not')
    gives(w.lee.get(at, state='both'), 400)
    gives(w.lee.get(at, limit=0), 400)


def reads(caller):
    return gives(caller.get('/v1/me/reads'), 200)['items']


@story('a version makes a read of old and new words for those whom it touches, acknowledged once; their lead sees who has not', alone=True)
def told(w):
    first = version_of(w)
    person = w.agent('care').id
    ana, kim = w.invited(person), w.kim
    for caller in (ana, w.lee):  # what other stories have left
        for item in reads(caller):
            gives(caller.post(f'/v1/me/reads/{item["id"]}'), 200)
    try:
        made = publish(w, REFUND)
        mine = reads(ana)
        same([(item['version'], item['before'], [one['action'] for one in item['actions']]) for item in mine], [(made, first, ['refund'])], 'mine')
        words = mine[0]['words']
        same([one['rule'] for one in words], ['loyal-refund'], 'the rule')
        holds('up to 50.00 USD' in words[0]['before'] and 'up to 60.00 USD' in words[0]['after'], words)
        holds(reads(kim) and reads(w.lee), 'frontline and above are touched')
        before = gives(w.lee.get(f'/v1/policy/versions/{made}/reads', limit=500), 200)
        holds(before['people'] > len(before['items']) > 3, before)
        same([(one['reads'], one['read']) for one in before['items'] if one['person'] == person], [(1, 0)], 'not read')
        _paged(w, f'/v1/policy/versions/{made}/reads', before, person)
        holds('kim' not in [one['person'] for one in before['items']], 'somebody of another team')
        same([one['person'] for one in gives(w.ben.get(f'/v1/policy/versions/{made}/reads'), 200)['items']], ['ben'], 'an agent sees oneself')
        gives(kim.post(f'/v1/me/reads/{mine[0]["id"].replace("rea_", "rea_z")[:-1]}'), 404, 422, 400)
        events = w.lee.listen()
        at = f'/v1/me/reads/{mine[0]["id"]}'
        once = gives(ana.post(at), 200)
        same(events.next('read.acknowledged', 3)['body']['person'], person, 'told')
        same(gives(ana.post(at), 200)['at'], once['at'], 'once')
        holds(events.next('read.acknowledged', 0.3) is None, 'told twice')
        events.close()
        same(reads(ana), [], 'nothing is left')
        after = gives(w.lee.get(f'/v1/policy/versions/{made}/reads'), 200)
        same(after['read'], before['read'] + 1, 'one more')
        same((after['yours']['open'], after['yours']['read']), (before['yours']['open'] - 1, before['yours']['read'] + 1), 'of hers')
        holds(person in [one['person'] for one in gives(w.lee.get(f'/v1/policy/versions/{made}/reads', state='read', limit=500), 200)['items']], 'among those who have')
        gives(w.system.get('/v1/me/reads'), 403)
        gives(w.lee.get('/v1/policy/versions/999999/reads'), 404)
        same(publish(w, WHY), made + 1, 'words alone')  # back to 50.00
        same([(item['version'], item['before']) for item in reads(ana)], [(made + 1, made)], 'a reason is nothing to read, a limit is')
        holds(not reads(kim), 'back to what kim knew')
    finally:
        gives(w.pol.post('/v1/policy/rollback', {'version': first}), 200)
    holds(not reads(kim), 'nothing changed for kim')
    for item in reads(ana):
        gives(ana.post(f'/v1/me/reads/{item["id"]}'), 200)


def of_change(caller, rule, **query):
    return gives(caller.get(f'/v1/obstacles/change/{rule}', **query), 200)['items']


@story('who reads a change can ask about it; whoever published it hears so and answers, the asker is told, and the read stays to be read', alone=True)
def asked_about(w):
    first = version_of(w)
    person, other = w.agent('care').id, w.agent('care').id
    ana, ben = w.invited(person), w.invited(other)
    for caller in (ana, ben):
        for item in reads(caller):
            gives(caller.post(f'/v1/me/reads/{item["id"]}'), 200)
    try:
        made = publish(w, REFUND)
        read = reads(ana)[0]['id']
        rule, at = f'{made}.refund', f'/v1/me/reads/{read}/question'
        question = {'text': 'Does it hold for orders of last week, too?'}
        for body in ({}, {'text': ' '}, {'text': 'x' * 2001}, {'txt': 'x'}):
            gives(ana.post(at, body), 422)
        gives(w.system.post(at, question), 403)
        gives(w.kim.post(at, question), 404)  # it is not hers
        gives(ana.post(at.replace(read, 'rea_none'), question), 404)
        said = gives(ana.post(at, question), 201).json
        same((said['kind'], said['rule'], said['action'], said['policy'], said['read'], said['note'], 'verdict' in said, 'decision' in said),
             ('change', rule, 'refund', made, read, question['text'], False, False), 'what was asked')
        gives(ana.post(at, question), 409)
        holds(read in [one['id'] for one in reads(ana)], 'asking is not reading')
        gives(ben.post(at, {'text': 'And for last month?'}), 201)
        # Whoever published it, and the lead, hear who asked and how many; a colleague and another lead do not.
        for caller in (w.pol, w.lee):
            item = of_change(caller, rule)[0]
            same((item['voices'], item['people'], item['open'], item['owner'], item['words'], len(item['said'])), (2, 2, True, 'pol', 'Refund', 2), caller.name)
            same((item['said'][1]['agent'], item['change'][0]['rule']), (person, 'loyal-refund'), 'who, and what changed')
        same(of_change(w.sal, rule), [], 'another team')
        same([one['agent'] for one in of_change(ben, rule)[0]['said']], [other], 'a colleague hears others')
        gives(w.root.patch('/v1/settings', {'works_council': True}), 200)
        same([(one.get('agent'), one.get('read'), one['note']) for one in of_change(w.pol, rule)[0]['said']],
             [(None, None, 'And for last month?'), (None, None, question['text'])], 'names are for the lead alone, words for who answers')
        same([one['agent'] for one in of_change(w.lee, rule)[0]['said']], [other, person], 'the lead')
        gives(w.root.patch('/v1/settings', {'works_council': False}), 200)
        # One answer to all who asked: of a change it may explain, of a rule it may not.
        answer, explained = f'/v1/obstacles/change/{rule}/answer', {'outcome': 'explained', 'text': 'From today on, whenever they were ordered.'}
        for caller in (ana, w.lee, w.qua):
            gives(caller.post(answer, explained), 403)
        gives(w.pol.post('/v1/obstacles/rule/loyal-refund/answer', explained), 422)
        gives(w.pol.post(f'/v1/obstacles/change/{made}.credit/answer', explained), 404)
        feed = ana.listen()
        told = gives(w.pol.post(answer, explained), 201).json
        holds(feed.next('obstacle.answered', test=lambda event: event['body']['rule'] == rule) is not None, 'the asker was not told')
        feed.close()
        for caller in (ana, ben):
            same([(one['said']['read'], one['words'], one['answer']) for one in gives(caller.get('/v1/me/obstacles'), 200)['items']], [(read, 'Refund', told)], 'beside the read')
        same((of_change(w.pol, rule)[0]['open'], read in [one['id'] for one in reads(ana)]), (False, True), 'answered, and still to be read')
        # Then another question may follow; somebody else may be told to see to them.
        gives(ana.post(at, {'text': 'For gifts, too?'}), 201)
        gives(w.pol.put(f'/v1/obstacles/change/{rule}/owner', {'owner': 'lee'}), 200)
        gives(w.sal.post(answer, explained), 403)
        same(gives(w.lee.post(answer, {'outcome': 'stays', 'text': 'Not for gifts.'}), 201)['by'], 'lee', 'whoever sees to it')
    finally:
        gives(w.pol.post('/v1/policy/rollback', {'version': first}), 200)


@story('several versions that were missed are one read; a trial is told to its teams, and its end, too', alone=True)
def missed(w):
    first = version_of(w)
    care, sales = w.invited(w.agent('care').id), w.kim
    for caller in (care, sales):
        for item in reads(caller):
            gives(caller.post(f'/v1/me/reads/{item["id"]}'), 200)
    try:
        publish(w, REFUND)
        last = publish(w, REFUND.replace('up_to: 60.00', 'up_to: 70.00').replace('amount: 200.00', 'amount: 250.00'))
        mine = {one['action']: item for item in reads(care) for one in item['actions']}
        same(sorted(mine), ['credit', 'refund'], 'a month is for both')
        same((mine['refund']['before'], mine['refund']['version']), (first, last), 'from what was known')
        words = {one['rule']: one for one in mine['refund']['words']}
        holds('50.00' in words['loyal-refund']['before'] and '70.00' in words['loyal-refund']['after'], words)
        holds('200.00' in words['rep-month']['before'] and '250.00' in words['rep-month']['after'], words)
        holds('credit' not in {one['action'] for item in reads(sales) for one in item['actions']}, 'sales has no credit')
        gives(care.post(f'/v1/me/reads/{mine["refund"]["id"]}'), 200)
        same([[one['action'] for one in item['actions']] for item in reads(care)], [['credit']], 'the other is still there')
    finally:
        gives(w.pol.post('/v1/policy/rollback', {'version': first}), 200)
    for caller in (care, sales):
        for item in reads(caller):
            gives(caller.post(f'/v1/me/reads/{item["id"]}'), 200)
    trial = gives(w.pol.post('/v1/policy/trials', {'source': MONTH, 'teams': ['care'], 'until': later()}), 201)
    try:
        same([(item['version'], len(item['actions'])) for item in reads(care)], [(trial['version'], 2)], 'of the trial, for both actions at once')
        holds(not reads(sales), 'of no concern to sales')
        for item in reads(care):
            gives(care.post(f'/v1/me/reads/{item["id"]}'), 200)
    finally:
        gives(w.pol.post(f'/v1/policy/trials/{trial["id"]}/end', {}), 200)
    back = reads(care)
    same([(item['version'], item['before']) for item in back], [(first, trial['version'])], 'back')
    for item in back:
        gives(care.post(f'/v1/me/reads/{item["id"]}'), 200)


ASKS = REFUND + 'changes: {until_read: ask}\n'
LATER = REFUND + 'changes: {until_read: ask, after: 7d}\n'


def refund(w, person, amount='30.00'):
    return gives(w.system.post('/v1/decisions', {'agent': person, 'action': 'refund', 'amount': amount, 'customer': new('c'),
                                                 'facts': {'customer': {'tenure_days': 90}}}), 201)


def options(w, person):
    body = {'agent': person, 'customer': new('c'), 'detail': True, 'facts': {'customer': {'tenure_days': 90}}}
    return gives(w.system.post('/v1/options', body), 200)


@story('until somebody has read what changed, just that goes through the lead where the policy says so; reading it opens it at once', alone=True)
def until_read(w):
    first = version_of(w)
    person = w.agent('care').id
    caller = w.invited(person)
    try:
        publish(w, LATER)
        item = reads(caller)[0]
        holds(item['asks_from'] > item['at'], 'a week to read it')
        same(refund(w, person)['verdict'], 'granted', 'not yet')
        publish(w, ASKS.replace('up_to: 60.00', 'up_to: 65.00'))
        asked = refund(w, person)
        same((asked['verdict'], asked['route'], asked['needs']), ('ask', 'over-limit', ['read']), 'asks')
        holds({'rule': 'loyal-refund', 'failed': 'you have not read what changed'} in asked['because'] and 'Read what changed' in asked['instead'], asked)
        holds('refund' not in [one['action'] for one in asked['can']], asked)
        can = options(w, person)
        holds('refund' not in [one['action'] for one in can['options']] and 'refund' in [one['action'] for one in can['asks']], can)
        same(w.ask(w.system, agent=person, amount='5.00')['verdict'], 'granted', 'everything else goes on')
        opened = gives(caller.post(f'/v1/decisions/{asked["id"]}/ask', {'note': 'Please.'}), 201)
        gives(w.lee.post(f'/v1/approvals/{opened["id"]}/approve'), 200)
        same(gives(w.lee.get(f'/v1/decisions/{asked["id"]}'), 200)['verdict'], 'ask', 'as it was')
        other = refund(w, person)
        same(other['verdict'], 'ask', 'another time')
        for item in reads(caller):
            gives(caller.post(f'/v1/me/reads/{item["id"]}'), 200)
        same(refund(w, person)['verdict'], 'granted', 'read')
        holds('refund' in [one['action'] for one in options(w, person)['options']], 'an option again')
        gives(caller.post(f'/v1/decisions/{other["id"]}/ask', {'note': 'Please.'}), 409)
        # The record knows who had not read it: the same policy says the same, one that does not ask grants it.
        for name, source, more in (('asks', ASKS.replace('up_to: 60.00', 'up_to: 65.00'), 0), ('usual', REFUND.replace('up_to: 60.00', 'up_to: 65.00'), 2)):
            _, flips = all_flips(w.pol, {'source': source, 'flips': 200})
            mine = [flip for flip in flips if flip['agent'] == person and flip['action'] == 'refund' and flip['after'] == 'granted']
            same(len([flip for flip in mine if flip['before'] == 'ask']), more, f'{name}: {mine}')
        # Who had nothing to read a moment ago has something with the next version.
        publish(w, ASKS.replace('up_to: 60.00', 'up_to: 66.00'))
        same(refund(w, person)['verdict'], 'ask', 'the next change')
        for item in reads(caller):
            gives(caller.post(f'/v1/me/reads/{item["id"]}'), 200)
        same(refund(w, person)['verdict'], 'granted', 'read, too')
    finally:
        gives(w.pol.post('/v1/policy/rollback', {'version': first}), 200)
