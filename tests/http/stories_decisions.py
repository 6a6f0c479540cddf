"""An agent asks; holds; retries; batches; lists; what may be claimed."""
import concurrent.futures
import time

from server import new
from world import gives, holds, same, story


@story('an agent asks, is granted, the budget shrinks, the list shows it, and taking it back gives it back')
def whole_way(w):
    agent = w.agent()
    asked = w.ask(agent, amount='80.00', case='c-1', meta={'ticket': 17})
    same(asked['verdict'], 'granted', 'verdict')
    same(asked['amount'], '80.00', 'amount')
    same(asked['left']['rep-month'], '120.00', 'left')
    same(asked['meta'], {'ticket': 17}, 'meta')
    holds(asked['why'] and asked['then'], 'no why or then')
    listed = gives(agent.get('/v1/decisions', agent=agent.id), 200)
    same([item['id'] for item in listed['items']], [asked['id']], 'the list right after writing')
    same(w.left(agent, 'rep-month')['left'], '120.00', 'budget')
    record = gives(agent.get(f'/v1/decisions/{asked["id"]}'), 200)
    same(record['state'], 'final', 'state')
    same(record['request']['case'] if isinstance(record['request'].get('case'), str) else record['request']['case']['id'], 'c-1', 'request')
    taken = gives(agent.post(f'/v1/decisions/{asked["id"]}/reverse', {'reason': 'The customer paid already.'}), 200)
    same(taken['state'], 'reversed', 'state after')
    same(w.left(agent, 'rep-month')['left'], '200.00', 'budget after')
    gives(agent.post(f'/v1/decisions/{asked["id"]}/reverse', {'reason': 'again'}), 409)
    same(gives(agent.get(f'/v1/decisions/{asked["id"]}'), 200)['state'], 'reversed', 'state in the record')
    same(gives(agent.get('/v1/decisions', agent=agent.id), 200)['items'][0]['state'], 'reversed', 'state in the list')


@story('a hold sets aside, a part is confirmed and the rest goes back; another is released; a third lapses')
def holds_story(w):
    agent = w.agent()
    held = w.ask(agent, amount='60.00', hold='5m')
    same(held['verdict'], 'granted', 'verdict')
    holds(held['hold']['until'], 'no end of the hold')
    same(w.left(agent, 'rep-month')['left'], '140.00', 'left while held')
    same(gives(agent.get(f'/v1/decisions/{held["id"]}'), 200)['state'], 'held', 'state')
    gives(agent.post(f'/v1/decisions/{held["id"]}/confirm', {'amount': '60.01'}), 409, 422)
    part = gives(agent.post(f'/v1/decisions/{held["id"]}/confirm', {'amount': '25.00'}), 200)
    same((part['state'], part['stands_at']), ('final', '25.00'), 'confirmed')
    same(w.left(agent, 'rep-month')['left'], '175.00', 'left after a part')
    gives(agent.post(f'/v1/decisions/{held["id"]}/confirm'), 409)
    gives(agent.post(f'/v1/decisions/{held["id"]}/release'), 409)
    other = w.ask(agent, amount='50.00', hold='5m')
    same(gives(agent.post(f'/v1/decisions/{other["id"]}/release'), 200)['state'], 'released', 'released')
    same(w.left(agent, 'rep-month')['left'], '175.00', 'left after release')
    short = w.ask(agent, amount='50.00', hold='1s')
    whole = w.ask(agent, amount='30.00', hold='1m')
    same(gives(agent.post(f'/v1/decisions/{whole["id"]}/confirm'), 200)['stands_at'], '30.00', 'all confirmed')
    time.sleep(1.1)
    gives(agent.post(f'/v1/decisions/{short["id"]}/confirm'), 409, 410)
    end = time.monotonic() + 3
    while gives(agent.get(f'/v1/decisions/{short["id"]}'), 200)['state'] != 'lapsed' and time.monotonic() < end:
        time.sleep(0.05)
    same(gives(agent.get(f'/v1/decisions/{short["id"]}'), 200)['state'], 'lapsed', 'state')
    same(w.left(agent, 'rep-month')['left'], '145.00', 'left after lapsing')
    # A decision for good is no hold.
    final = w.ask(agent, amount='1.00')
    gives(agent.post(f'/v1/decisions/{final["id"]}/confirm'), 409)


@story('the same key gives the same answer, in turn and at once, and another body under it is refused')
def retries(w):
    agent = w.agent()
    key = new('key')
    request = {'action': 'credit', 'amount': '10.00', 'customer': new('customer'), 'reason': 'outage'}
    first = gives(agent.post('/v1/decisions', request, key), 201)
    again = gives(agent.post('/v1/decisions', request, key), 200)
    same(again['id'], first['id'], 'the second answer')
    same(again.json, first.json, 'the second answer')
    gives(agent.post('/v1/decisions', request | {'amount': '11.00'}, key), 422)
    at_once = new('key')
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        replies = list(pool.map(lambda _: agent.post('/v1/decisions', request, at_once), range(8)))
    holds(all(reply.status in (200, 201) for reply in replies), f'{[reply.status for reply in replies]}')
    same(len({reply['id'] for reply in replies}), 1, 'decisions of one key sent eight times at once')
    same(sum(reply.status == 201 for reply in replies), 1, 'first answers')
    same(w.left(agent, 'rep-month')['left'], '180.00', 'drawn once each')
    # Keys are each caller's own.
    other = w.agent()
    holds(gives(other.post('/v1/decisions', request, key), 201)['id'] != first['id'], 'a key of somebody else was answered')


@story('every other POST is one effect too, however often it is sent')
def retries_elsewhere(w):
    agent = w.agent()
    held = w.ask(agent, amount='60.00', hold='5m')
    key = new('key')
    path = f'/v1/decisions/{held["id"]}/confirm'
    first = gives(agent.post(path, {'amount': '20.00'}, key), 200)
    same(gives(agent.post(path, {'amount': '20.00'}, key), 200).json, first.json, 'confirm again')
    gives(agent.post(path, {'amount': '21.00'}, key), 422)
    key = new('key')
    path = f'/v1/decisions/{held["id"]}/reverse'
    gives(agent.post(path, {'reason': 'wrong'}, key), 200)
    gives(agent.post(path, {'reason': 'wrong'}, key), 200)
    same(w.left(agent, 'rep-month')['left'], '200.00', 'given back once')
    asked = w.ask(agent, amount='150.00')
    key = new('key')
    path = f'/v1/decisions/{asked["id"]}/ask'
    first = gives(agent.post(path, {'note': 'please'}, key), 201)
    same(gives(agent.post(path, {'note': 'please'}, key), 200)['id'], first['id'], 'ask again')
    key = new('key')
    path = f'/v1/approvals/{first["id"]}/withdraw'
    gives(agent.post(path, None, key), 200)
    gives(agent.post(path, None, key), 200)
    for path, body in (('/v1/teams', {'id': new('team')}), ('/v1/people', {'id': new('person')}), ('/v1/cases', {'id': new('case')})):
        key = new('key')
        first = gives(w.root.post(path, body, key), 201)
        same(gives(w.root.post(path, body, key), 200)['id'], first['id'], f'{path} again')
        gives(w.root.post(path, body | {'id': new('x')}, key), 422)


@story('an array is decided in its order, each with its own key and its own answer')
def batch(w):
    agent = w.agent()
    customer = new('customer')
    request = {'agent': agent.id, 'action': 'credit', 'amount': '50.00', 'customer': customer, 'reason': 'outage'}
    keys = [new('key') for _ in range(6)]
    items = [{'key': keys[i], 'request': request | {'customer': new('customer')}} for i in range(5)]
    items.insert(2, {'key': keys[5], 'request': request | {'action': 'credits'}})
    reply = gives(agent.post('/v1/decisions', items), 200)
    answers = reply['answers']
    same([answer['status'] for answer in answers], [201, 201, 422, 201, 201, 201], 'statuses')
    same([answer['body'].get('verdict') for answer in answers], ['granted', 'granted', None, 'granted', 'granted', 'ask'], 'verdicts')
    same(answers[2]['body']['errors'][0]['at'], 'action', 'the fault')
    again = gives(agent.post('/v1/decisions', items), 200)['answers']
    same([answer['body'].get('id') for answer in again], [answer['body'].get('id') for answer in answers], 'the second answers')
    same([answer['status'] for answer in again], [200, 200, 422, 200, 200, 200], 'statuses again')
    same(w.left(agent, 'rep-month')['left'], '0.00', 'left')
    gives(agent.post('/v1/decisions', []), 422)
    gives(agent.post('/v1/decisions', [{'request': request}] * 1001), 413, 422)
    same(gives(agent.post('/v1/decisions', [request]), 200)['answers'][0]['status'], 422, 'an item without a request')


@story('a list is filtered, comes in pages, and each decision stands in it once')
def lists(w):
    agent = w.agent()
    ids = []
    for i in range(7):
        ids.append(w.ask(agent, amount='5.00', case=f'case-{i % 2}-{agent.id}', reason='outage' if i % 3 else 'billing-error')['id'])
    ids.append(w.ask(agent, 'plan_change', None)['id'])
    pages, after = [], None
    for _ in range(10):
        page = gives(agent.get('/v1/decisions', agent=agent.id, limit=3, after=after), 200)
        pages += [item['id'] for item in page['items']]
        after = page['next']
        if not after:
            break
    same(pages, ids[::-1], 'pages')

    def count(**query):
        return len(gives(agent.get('/v1/decisions', agent=agent.id, **query), 200)['items'])
    same(count(case=f'case-0-{agent.id}'), 4, 'by case')
    same(count(reason='billing-error'), 3, 'by reason')
    same(count(action='plan_change'), 1, 'by action')
    same(count(verdict='granted'), 7, 'by verdict')
    same(count(verdict='refused') + count(verdict='ask'), 1, 'by other verdicts')
    same(count(until='2020-01-01T00:00:00Z'), 0, 'by time')
    same(count(since='2020-01-01T00:00:00Z'), 8, 'since')
    same(count(team='sales'), 0, 'by team')
    same(count(team='care'), 8, 'by team')
    for query in ({'limit': '0'}, {'limit': 'x'}, {'verdict': 'maybe'}, {'since': 'yesterday'}):
        gives(agent.get('/v1/decisions', **query), 400, 422)


@story('no answer is a bare no: refusals and asks say what can be done instead')
def never_bare(w):
    agent = w.agent()
    flagged = gives(w.system.post('/v1/decisions', {'agent': agent.id, 'action': 'refund', 'amount': '5.00', 'customer': new('c'),
                                                    'facts': {'customer': {'flags': ['fraud-hold'], 'tenure_days': 90}}}), 201)
    same((flagged['verdict'], flagged['rail']), ('refused', 'fraud-hold'), 'by a rail')
    holds('fraud desk' in flagged['instead'], 'instead')
    asked = w.ask(agent, amount='150.00')
    same((asked['verdict'], asked['route']), ('ask', 'over-limit'), 'beyond the own grants')
    holds(asked['can'] and asked['can'][0]['up_to'] == '100.00', 'no option')
    holds(any(because['rule'] == 'frontline-credit' for because in asked['because']), 'no because')
    need = w.ask(agent, 'voucher', '20.00')
    same((need['verdict'], need['needs']), ('refused', ['note']), 'a missing note')
    same(w.ask(agent, 'voucher', '20.00', note='The line was down twice.')['verdict'], 'granted', 'with the note')
    same(w.ask(agent, 'plan_change', None)['verdict'], 'refused', 'not theirs')
    missing = w.ask(agent, 'refund', '20.00')
    holds('customer.tenure_days' in missing['needs'], 'the missing fact is not named')


@story('options say what can be done, with amounts, and change nothing')
def options(w):
    agent = w.agent()
    found = gives(agent.post('/v1/options', {'customer': new('customer'), 'reason': 'outage'}), 200)['options']
    by_action = {option['action']: option for option in found}
    one = gives(agent.post('/v1/options', {'action': 'credit', 'customer': new('customer'), 'reason': 'outage'}), 200)['options']
    same([option['action'] for option in one], ['credit'], 'options of one action')
    same(by_action['credit']['up_to'], '100.00', 'credit')
    holds('note' in by_action['voucher']['needs'], 'the voucher needs a note')
    w.ask(agent, amount='60.00')
    w.ask(agent, amount='60.00')
    after = {option['action']: option for option in gives(agent.post('/v1/options', {'customer': new('c'), 'reason': 'outage'}), 200)['options']}
    same((after['credit']['up_to'], after['credit']['limit']), ('80.00', 'rep-month'), 'after two credits')
    same(len(gives(agent.get('/v1/decisions', agent=agent.id), 200)['items']), 2, 'options were recorded')


@story('what an agent claims does not pass for what the records say')
def claims(w):
    agent = w.agent()
    request = {'action': 'refund', 'amount': '20.00', 'customer': new('c'), 'facts': {'customer': {'tenure_days': 400}}}
    gives(agent.post('/v1/decisions', request), 403, 422)
    gives(w.ai.post('/v1/decisions', request), 403, 422)
    same(gives(w.system.post('/v1/decisions', request | {'agent': agent.id}), 201)['verdict'], 'granted', 'with the scope facts')
    same(w.ask(agent, 'replacement', None, facts={'photo_seen': True})['verdict'], 'granted', 'a fact that agents may say')
    case = new('case')
    gives(w.system.post('/v1/cases', {'id': case, 'customer': new('c'), 'owner': agent.id, 'facts': {'customer': {'tenure_days': 400}}}), 201)
    stored = gives(agent.post('/v1/decisions', {'action': 'refund', 'amount': '20.00', 'case': case}), 201)
    same(stored['verdict'], 'granted', 'from the stored case')
    unfit = gives(agent.post('/v1/decisions', {'action': 'refund', 'amount': 20, 'case': new('case')}), 422)
    same([error['at'] for error in unfit['errors']], ['amount'], 'what does not fit, beside a case that is not kept')
    entry = next(line for line in gives(w.aud.get('/v1/journal'), 200).text.splitlines() if stored['id'] in line)
    holds('"tenure_days":400' in entry, 'the record does not keep the stored fact')
    gives(w.system.patch(f'/v1/cases/{case}', {'facts': {'customer': {'flags': ['fraud-hold']}}}), 200)
    same(gives(agent.post('/v1/decisions', {'action': 'refund', 'amount': '20.00', 'case': case}), 201)['verdict'], 'refused', 'after the record changed')


@story('what does not fit is said field by field')
def faults(w):
    agent = w.agent()

    def at(body):
        reply = gives(agent.post('/v1/decisions', body), 422)
        return {error['at'] for error in reply['errors']}
    good = {'action': 'credit', 'amount': '5.00', 'customer': 'k', 'reason': 'outage'}
    same(at(good | {'action': 'credits'}), {'action'}, 'an unknown action')
    same(at(good | {'amount': 5}), {'amount'}, 'an amount as a number')
    same(at(good | {'amount': '5.001'}), {'amount'}, 'too many digits')
    same(at(good | {'amount': '-5.00'}), {'amount'}, 'a negative amount')
    same(at(good | {'amount': '99999999999999999999.00'}), {'amount'}, 'too much')
    same(at({'action': 'credit', 'customer': 'k'}), {'amount'}, 'no amount')
    same(at(good | {'colour': 'blue'}), {'colour'}, 'an unknown member')
    same(at(good | {'reason': 'because'}), {'reason'}, 'an unknown reason')
    same(at(good | {'facts': {'photo_sen': True}}), {'facts.photo_sen'}, 'an unknown fact')
    same(at(good | {'at': '2026-01-01T00:00:00Z'}), {'at'}, 'a time of one\'s own')
    same(at(good | {'id': 'r1'}), {'id'}, 'an id of one\'s own')
    same(at(good | {'hold': '2 weeks'}), {'hold'}, 'a hold that is none')
    same(at(good | {'customer': 'k' * 5000}), {'customer'}, 'a customer\'s id that is no id')
    same(at(good | {'customer': ''}), {'customer'}, 'an empty customer')
    holds(at({'amount': 5, 'colour': 1}) >= {'action', 'colour'}, 'all faults at once')
    gives(agent.get('/v1/decisions/dec_01kah8m0w6e4ysz4n9p3qf7x2c'), 404)
    gives(agent.get('/v1/decisions/xyz'), 404)
    gives(agent.get('/v1/nowhere'), 404)
    reply = agent.call('DELETE', '/v1/decisions')
    gives(reply, 405)
    holds('POST' in reply.header('allow'), 'no Allow')
    gives(agent.call('POST', '/v1/decisions', b'{"action":', headers={'Content-Type': 'application/json'}), 400)
    gives(agent.call('POST', '/v1/decisions', b'action=credit', headers={'Content-Type': 'application/x-www-form-urlencoded'}), 415)


@story('64 at once on one budget: what was granted is what was drawn, and no cent more than the limit')
def together(w):
    agent = w.agent()
    callers = 16

    def one(_):
        return w.system.post('/v1/decisions', {'agent': agent.id, 'action': 'credit', 'amount': '7.00', 'customer': new('c'), 'reason': 'outage'})
    with concurrent.futures.ThreadPoolExecutor(callers) as pool:
        replies = list(pool.map(one, range(64)))
    granted = sum(gives(reply, 201)['verdict'] == 'granted' for reply in replies)
    same(granted, 28, 'grants of 7.00 in 200.00')
    same(w.left(agent, 'rep-month')['left'], '4.00', 'left')
