"""The room: options with their effect, undo, tables, budgets of many, today and evidence."""
import time

from server import new
from world import eventually, gives, holds, same, story


@story('what can be undone is taken back in time, and else given by the server itself')
def undo(w):
    agent = w.agent()
    held = w.ask(agent, amount='60.00', undo='60s')
    same((held['verdict'], held['hold']['then']), ('granted', 'confirm'), 'granted, and can be undone')
    same(w.left(agent, 'rep-month')['left'], '140.00', 'left meanwhile')
    same(gives(agent.post(f'/v1/decisions/{held["id"]}/release'), 200)['state'], 'released', 'undone')
    same(w.left(agent, 'rep-month')['left'], '200.00', 'left as before')
    given = w.ask(agent, amount='30.00', undo='1s')
    time.sleep(1.05)
    gives(agent.post(f'/v1/decisions/{given["id"]}/release'), 409)
    record = eventually(lambda: (record := gives(agent.get(f'/v1/decisions/{given["id"]}'), 200))['state'] == 'final' and record,
                        what='the confirmation')
    same(record['settled']['by'], 'leeway', 'who confirmed')
    same(w.left(agent, 'rep-month')['left'], '170.00', 'left after it')
    body = {'action': 'credit', 'amount': '1.00', 'customer': new('k'), 'reason': 'outage'}
    for wrong in ({'undo': '61s'}, {'undo': '0s'}, {'undo': 8}, {'undo': '8s', 'hold': '5m'}):
        same(gives(agent.post('/v1/decisions', body | wrong), 422)['errors'][0]['at'], 'undo', f'{wrong}')
    key = new('key')
    items = [{'key': key, 'request': body | {'undo': '5s'}}]
    first = gives(agent.post('/v1/decisions', items), 200)['answers'][0]
    same(first['body']['hold']['then'], 'confirm', 'in an array')
    same(gives(agent.post('/v1/decisions', items), 200)['answers'][0]['body'], first['body'], 'the first answer again')


@story('options in detail: what each draws from is what is drawn, and who could give more is named by route')
def options_in_detail(w):
    agent = w.agent()
    customer = new('customer')
    said = gives(agent.post('/v1/options', {'customer': customer, 'reason': 'outage', 'detail': True}), 200)
    credit = next(option for option in said['options'] if option['action'] == 'credit')
    same((credit['label'], credit['kind'], credit['up_to']), ('Account credit', 'money', '100.00'), 'the option')
    same([effect['budget'] for effect in credit['effect']], ['rep-month', 'customer-year'], 'what it draws from')
    same([limit['of'] for limit in credit['limits']], ['up_to', 'budget', 'budget'], 'what limits it')
    same(credit['limits'][1]['budget'], 'rep-month', 'the budget that comes next')
    holds('customer.tenure_days' in said['needs'], f'needs: {said["needs"]}')
    asks = {ask['action']: ask for ask in said['asks']}
    same((asks['credit']['route'], asks['credit']['otherwise']), ('over-limit', 'refuse'), 'whom one could ask for more')
    same([level['within'] for level in asks['credit']['levels']], ['60s', '120s'], 'levels')
    first = asks['credit']['first']
    same((first['person'] != agent.id, first['kind'], first['state']), (True, 'human', 'here'), 'who comes first')
    stream = w.lou.listen()
    again = gives(agent.post('/v1/options', {'customer': customer, 'reason': 'outage', 'action': 'credit', 'detail': True}), 200)
    same(again['asks'][0]['first']['online'], True, 'somebody with an open window comes first')
    stream.close()
    holds(float(asks['credit']['up_to']) > 100, 'the most that they could give')
    holds(not any(person in said.text for person in ('"password', '"budgets"')), 'more of them than how to reach them')
    given = gives(agent.post('/v1/decisions', {'action': 'credit', 'amount': '70.00', 'customer': customer, 'reason': 'outage'}), 201)
    for effect in credit['effect']:
        cents = int(effect['left'].replace('.', '')) - 7000
        same(given['left'][effect['budget']].replace('.', ''), str(cents), effect['budget'])
    again = gives(agent.post('/v1/options', {'customer': customer, 'reason': 'outage', 'action': 'credit', 'detail': True}), 200)
    same([(option['action'], option['effect'][0]['left']) for option in again['options']], [('credit', '130.00')], 'the next look')
    plain = gives(agent.post('/v1/options', {'customer': customer, 'reason': 'outage'}), 200)
    holds('asks' not in plain.json and 'effect' not in plain['options'][0], 'without `detail` something was added')
    same(gives(agent.post('/v1/options', {'detail': 'yes'}), 422)['errors'][0]['at'], 'detail', 'what does not fit')
    gives(agent.post('/v1/options', {'agent': 'kim', 'detail': True}), 403)


@story('a long table: a page can be jumped to, all that fits is counted, and each row says who and how')
def table(w):
    agent = w.agent(team='care')
    ids = [w.ask(agent, amount='1.00', customer=f'{agent.id}-{i}')['id'] for i in range(6)]
    asked = w.ask(agent, amount='150.00')
    page = gives(agent.get('/v1/decisions', agent=agent.id, limit=2, skip=3, count='true'), 200)
    same([item['id'] for item in page['items']], [ids[3], ids[2]], 'the page behind three')
    same((page['count'], page['count_is']), (7, 'exact'), 'how many there are')
    row = page['items'][0]
    same((row['agent_name'], row['agent_kind']), (f'Name of {agent.id}', 'human'), 'whose it is')
    holds(row['waited_ms'] >= 0, 'how long it took')
    holds('count' not in gives(agent.get('/v1/decisions', agent=agent.id), 200).json, 'counted without being asked to')

    def count(**query):
        return gives(agent.get('/v1/decisions', agent=agent.id, count='true', limit=1, **query), 200)['count']
    same((count(how='at_once'), count(how='asked')), (6, 1), 'by how it came about')
    same((count(kind='human'), count(kind='ai')), (7, 0), 'by the kind of agent')
    opened = gives(agent.post(f'/v1/decisions/{asked["id"]}/ask', {'note': 'Please.'}), 201)
    yes = gives(w.lee.post(f'/v1/approvals/{opened["id"]}/approve'), 200)
    given = gives(agent.get('/v1/decisions', agent=agent.id, how='asked'), 200)['items']
    same([item['verdict'] for item in given], ['granted', 'ask'], 'what asked and what was given')
    same((given[0]['id'], given[0]['approver_name']), (yes['answer']['decision'], 'Lee Walker'), 'who gave it')
    for query in ({'skip': '100001'}, {'skip': '-1'}, {'count': 'yes'}, {'how': 'never'}, {'kind': 'unknown'}):
        gives(agent.get('/v1/decisions', **query), 400)


@story('budgets of a whole team, in pages of people, for those who lead it')
def members(w):
    one, two = w.agent(hired_at='2020-01-06'), w.agent()
    w.ask(one, amount='25.00')
    items, after, pages = [], None, 0
    while pages == 0 or after:
        page = gives(w.lee.get('/v1/budgets', of='members', team='care', limit=4, after=after), 200)
        holds(len({item['scope']['agent'] for item in page['items']}) <= 4, 'more people than the page has')
        items += page['items']
        after, pages = page['next'], pages + 1
    mine = {item['budget']: item for item in items if item['scope'] == {'agent': one.id}}
    same((mine['rep-month']['left'], mine['rep-month']['name']), ('175.00', f'Name of {one.id}'), 'what one has left')
    same((mine['rep-month']['label'], mine['rep-month']['kind']), ('Rep-month', 'human'), 'what is shown of them')
    holds(mine['rep-month']['active_days'] <= 2, f'days before the record began are counted: {mine["rep-month"]["active_days"]}')
    same(set(mine), {'rep-month', 'lead-month', 'voucher-month', 'swaps'}, 'budgets per agent alone')
    holds(any(item['scope']['agent'] == two.id for item in items), 'somebody is missing')
    holds(all(item['scope']['agent'] != 'kim' for item in items), 'somebody of another team')
    same([item for item in gives(w.lee.get('/v1/budgets', of='members', team='sales'), 200)['items']], [], 'a team that is not theirs')
    gives(one.get('/v1/budgets', of='members'), 403)
    gives(w.lee.get('/v1/budgets', of='everybody'), 400)
    gives(w.lee.get('/v1/budgets', of='members', customer='k'), 400)


@story('today adds up: what was decided at once, what had to ask, what was given, and how long people waited', alone=True)
def today(w):
    before = gives(w.lee.get('/v1/today', team='care'), 200)
    agent = w.agent()
    w.ask(agent, amount='10.00')
    asked = w.ask(agent, amount='150.00')
    opened = gives(agent.post(f'/v1/decisions/{asked["id"]}/ask', {'note': 'Please.'}), 201)
    gives(w.lee.post(f'/v1/approvals/{opened["id"]}/approve', {'amount': '120.00'}), 200)
    w.ask(agent, amount='5.00')
    after = gives(w.lee.get('/v1/today', team='care'), 200)
    if after['day'] != before['day']:
        return  # midnight in Oslo
    same([after[name] - before[name] for name in ('decisions', 'at_once', 'asked')], [3, 2, 1], 'what was added')
    same(round((float(after['given']) - float(before['given'])) * 100), 13500, 'what was given')
    same(after['waits']['count'] - before['waits']['count'], 1, 'answers')
    same(after['streak'], 1, 'decisions since somebody had to ask')
    same(sum(hour['at_once'] + hour['asked'] for hour in after['hours']), after['at_once'] + after['asked'], 'the hours add up')
    gives(agent.get('/v1/today'), 403)
    same(gives(w.lee.get('/v1/today', team='sales'), 200)['decisions'], 0, 'a team that is not theirs')


@story('evidence: what similar cases got and how they ended, of the whole organization and without a name')
def evidence(w):
    agents = [w.agent(), w.agent()]
    made = []
    for i in range(6):
        request = {'agent': agents[i % 2].id, 'action': 'refund', 'amount': f'{10 + i}.00', 'customer': new('k'), 'case': new('case'),
                   'reason': 'goodwill', 'facts': {'customer': {'tenure_days': 90}}}
        made.append(gives(w.system.post('/v1/decisions', request), 201))
    gives(agents[0].post(f'/v1/decisions/{made[0]["id"]}/reverse', {'reason': 'A slip.'}), 200)
    said = gives(agents[1].get('/v1/evidence', action='refund', reason='goodwill', amount='12.00'), 200)
    holds(said['count'] >= 6 and said['ended']['reversed'] >= 1, f'{said.json}')
    holds(said['amounts'] == sorted(said['amounts'], key=float), 'amounts do not rise')
    same(sum(said['ended'][end] for end in ('stood', 'less', 'reversed')), said['count'], 'how they ended adds up')
    holds(all(agent.id not in said.text for agent in agents), 'somebody is named')
    less = gives(agents[1].get('/v1/evidence', action='refund', reason='goodwill', exclude=made[1]['id']), 200)
    same(less['count'], said['count'] - 1, 'the one in hand')
    none = gives(agents[1].get('/v1/evidence', action='plan_change', reason='goodwill'), 200)
    holds(none['count'] < 5 and 'ended' not in none.json, 'few cases tell more than how few')
    for query in ({}, {'action': 'nothing'}, {'action': 'refund', 'amount': 'x'}):
        gives(agents[1].get('/v1/evidence', **query), 400)
