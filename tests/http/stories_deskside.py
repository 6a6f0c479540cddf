"""The desk's side of the console: the policy in words, what somebody may do, who has a case, names."""
from server import new
from world import POLICY, eventually, gives, holds, same, story


@story('the terms of the live policy: every name with its label, what reads a fact, whom a route asks')
def terms(w):
    found = gives(w.ana.get('/v1/policy/terms'), 200)
    same(found.header('etag'), f'"{found["version"]}"', 'ETag')
    same((found['organization'], found['currency'], found['time_zone']), ('Fjord Broadband', 'USD', 'Europe/Oslo'), 'the frame')
    same(found['tiers'], ['frontline', 'senior', 'lead', 'manager'], 'tiers')
    actions = {item['name']: item for item in found['actions']}
    same(actions['credit'], {'name': 'credit', 'label': 'Account credit', 'kind': 'money'}, 'an action')
    reasons = {item['name']: item for item in found['reasons']}
    same(reasons['outage'], {'name': 'outage', 'label': 'Service outage', 'owner': 'network'}, 'a reason')
    facts = {item['name']: item for item in found['facts']}
    same((facts['photo_seen']['from'], facts['photo_seen']['type'], facts['photo_seen']['read_by']), ('agent', 'bool', ['replacement']), 'a fact')
    same(facts['customer.segment']['one_of'], ['standard', 'silver', 'gold'], 'one of')
    same(facts['customer.flags']['default'], [], 'a default')
    budgets = {item['name']: item for item in found['budgets']}
    same((budgets['customer-year']['window'], budgets['customer-year']['over']), ('rolling', '365d'), 'a window')
    same(budgets['rep-month']['label'], 'Rep-month', 'a label that the policy does not give')
    holds(all(level['who'] for route in found['routes'] for level in route['levels']), 'a level asks nobody')
    holds('care' in found['teams'] and 'otherwise' in found['routes'][0], 'teams and otherwise')
    gives(w.nobody.get('/v1/policy/terms'), 401)
    gives(w.tokens['decide'].get('/v1/policy/terms'), 403)


def opened(w, agent, amount='150.00', **more):
    asked = w.ask(agent, 'credit', amount)
    same(asked['verdict'], 'ask', f'verdict ({asked!r})')
    return gives(agent.post(f'/v1/decisions/{asked["id"]}/ask', {'note': 'Please.', **more}), 201)


@story('an approver opens an ask, takes more time, and sees the room around it; the agent is told of each')
def before_answering(w):
    agent = w.agent()
    stream = agent.listen()
    approval = opened(w, agent)
    path = f'/v1/approvals/{approval["id"]}'
    same((approval['label'], approval['reason_label'], approval['agent_kind'], approval['holds']), ('Account credit', 'Service outage', 'human', 0), 'labels')
    same({asked['kind'] for asked in approval['asked']}, {'human'}, 'kinds')
    key = new('key')
    seen = gives(w.lee.post(f'{path}/seen', key=key), 200)
    same([item['by'] for item in seen['seen']], ['lee'], 'seen')
    gives(w.lee.post(f'{path}/seen', key=key), 200)
    gives(w.lee.post(f'{path}/seen'), 200)
    told = stream.next('approval.seen', 1, lambda event: approval['id'] in event['data'])
    holds(told is not None and told['body']['by'] == 'lee', 'the agent was not told who reads it')
    held = gives(w.lee.post(f'{path}/hold', {}), 200)
    same(held['holds'], 1, 'holds')
    holds(held['due'] > approval['due'] and held['ends'] > approval['ends'], 'no more time')
    told = stream.next('approval.held', 1, lambda event: approval['id'] in event['data'])
    holds(told is not None and told['body']['due'] == held['due'], 'the agent\'s clock was not told')
    room = gives(w.lee.get(path), 200)
    same((room['mine']['most'], room['mine']['grant']), ('150.00', room['mine']['grant']), 'the most')
    holds(room['mine']['text'] and room['mine']['effect'], f'no sentence, or no effect: {room["mine"]!r}')
    holds(all(option['action'] != 'credit' for option in room['mine']['others']), 'the same action among the others')
    same((room['can'][0]['action'], room['can'][0]['up_to']), ('credit', '100.00'), 'what the agent can do')
    holds('mine' not in gives(agent.get(path), 200) and 'can' not in gives(w.mia.get(path), 200), 'the room is for whoever may answer')
    for caller in (agent, w.sal, w.tokens['system']):
        gives(caller.post(f'{path}/seen'), 403, 404)
        gives(caller.post(f'{path}/hold'), 403, 404)
    for _ in range(9):
        gives(w.lou.post(f'{path}/hold'), 200)
    gives(w.lou.post(f'{path}/hold'), 429)
    gives(w.lou.post(f'{path}/approve', {'amount': '120.00'}), 200)
    gives(w.lee.post(f'{path}/hold'), 409)
    same([item['by'] for item in gives(w.lou.post(f'{path}/seen'), 200)['seen']], ['lee'], 'seen after the answer')
    stream.close()


@story('a yes may wait for the agent: a part is confirmed, or it is let go and the approver has it back')
def a_yes_that_waits(w):
    agent = w.agent()
    left = w.left(w.lou, 'lead-month', agent='lou')['left']
    approval = opened(w, agent, hold='4h')
    same(approval['hold'], '4h', 'hold')
    done = gives(w.lou.post(f'/v1/approvals/{approval["id"]}/approve', {}), 200)
    decision = gives(agent.get(f'/v1/decisions/{done["answer"]["decision"]}'), 200)
    same((decision['state'], decision['amount']), ('held', '150.00'), 'what came of it')
    part = gives(agent.post(f'/v1/decisions/{decision["id"]}/confirm', {'amount': '60.00'}), 200)
    same((part['state'], part['amount']), ('final', '60.00'), 'a part')
    approval = opened(w, agent, hold='1m')
    done = gives(w.lou.post(f'/v1/approvals/{approval["id"]}/approve', {}), 200)
    gives(agent.post(f'/v1/decisions/{done["answer"]["decision"]}/release'), 200)
    now = w.left(w.lou, 'lead-month', agent='lou')['left']
    holds(float(now) <= float(left) - 60, f'{now} of {left} are left')
    for hold in ('59s', '25h', 5, 'soon'):
        asked = w.ask(agent, 'credit', '150.00')
        gives(agent.post(f'/v1/decisions/{asked["id"]}/ask', {'hold': hold}), 422)
