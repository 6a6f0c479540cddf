"""The desk's side of the console: the policy in words, what somebody may do, who has a case, names."""
import json

from mail import MailServer
from server import Caller, Server, new, secret_of
from world import PASSWORD, POLICY, eventually, gives, holds, same, story


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
    holds('mine' not in gives(agent.get(path), 200).json and 'can' not in gives(w.mia.get(path), 200).json, 'the room is for whoever may answer')
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
    same((part['state'], part['stands_at']), ('final', '60.00'), 'a part')
    approval = opened(w, agent, hold='1m')
    done = gives(w.lou.post(f'/v1/approvals/{approval["id"]}/approve', {}), 200)
    gives(agent.post(f'/v1/decisions/{done["answer"]["decision"]}/release'), 200)
    now = w.left(w.lou, 'lead-month', agent='lou')['left']
    holds(float(now) <= float(left) - 60, f'{now} of {left} are left')
    for hold in ('59s', '25h', 5, 'soon'):
        asked = w.ask(agent, 'credit', '150.00')
        gives(agent.post(f'/v1/decisions/{asked["id"]}/ask', {'hold': hold}), 422)


@story('a stranger to a case learns who has it and how to reach them, and nothing else; moves it, and can\'t take it')
def who_has_it(w):
    case = new('case')
    opened_case = {'id': case, 'owner': 'tess', 'customer': 'k-secret', 'subject': 'Nobody calls back', 'department': 'care', 'facts': {'customer': {'segment': 'gold'}}}
    gives(w.tokens['facts'].post('/v1/cases', opened_case), 201)
    gives(w.kim.get(f'/v1/cases/{case}'), 404)
    found = gives(w.kim.get(f'/v1/cases/{case}/owner'), 200)
    same((found['owner']['person'], found['owner']['name'], found['owner']['email']), ('tess', 'Tess Ode', 'tess@example.com'), 'whose it is')
    same('phone' in found['owner'], False, 'a telephone that nobody gave')
    gives(w.peo.patch('/v1/people/tess', {'phone': 'call me'}), 422)
    gives(w.peo.patch('/v1/people/tess', {'phone': '+1 (555) 0100 x4417'}), 200)
    same(gives(w.kim.get(f'/v1/cases/{case}/owner'), 200)['owner']['phone'], '+1 (555) 0100 x4417', 'how to call them')
    same(gives(w.peo.get('/v1/people/tess'), 200)['phone'], '+1 (555) 0100 x4417', 'as it is kept')
    gives(w.peo.patch('/v1/people/tess', {'phone': None}), 200)
    same('phone' in gives(w.kim.get(f'/v1/cases/{case}/owner'), 200)['owner'], False, 'a telephone that was taken away')
    same((found['owner']['manager']['person'], found['owner']['state'], found['department']['id']), ('lee', 'here', 'care'), 'who is behind them')
    same((found['may'], [link['kind'] for link in found['chain']]), (['nudge'], ['opened']), 'what a stranger may')
    holds('since' in found.json and 'moved' in found.json, 'no times')
    for word in ('k-secret', 'calls back', 'gold'):
        holds(word not in found.text, f'{word} is told')
    nudged = gives(w.kim.post(f'/v1/cases/{case}/nudge', {'note': 'A customer of mine waits too.'}), 200)
    same((nudged['nudges'], nudged['chain'][-1]['kind'], nudged['chain'][-1]['note']), (1, 'nudged', 'A customer of mine waits too.'), 'the answer to a stranger')
    gives(w.kim.post(f'/v1/cases/{case}/nudge'), 429)
    gives(w.kim.post(f'/v1/cases/{case}/take'), 403)
    gives(w.tess.patch(f'/v1/cases/{case}', {'owner': 'ben'}), 200)
    handed = gives(w.tess.get(f'/v1/cases/{case}/owner'), 200)
    same((handed['chain'][-1]['kind'], handed['chain'][-1]['owner'], handed['may']), ('handed', 'ben', ['nudge', 'take']), 'handed over')
    holds('note' not in gives(w.ana.get(f'/v1/cases/{case}/owner'), 200)['chain'][1], 'a note for others')
    taken = gives(w.tess.post(f'/v1/cases/{case}/take', {'note': 'I know her.'}), 200)
    same((taken['owner'], taken['version']), ('tess', handed['version'] + 1), 'taken back')
    gives(w.tess.post(f'/v1/cases/{case}/take'), 409)
    loose = new('case')
    gives(w.tokens['facts'].post('/v1/cases', {'id': loose, 'department': 'care'}), 201)
    holds('take' in gives(w.ana.get(f'/v1/cases/{loose}/owner'), 200)['may'], 'nobody of the department may take it')
    gives(w.kim.post(f'/v1/cases/{loose}/take'), 403)
    gives(w.kim.post(f'/v1/cases/{loose}/nudge'), 409)
    same(gives(w.ana.post(f'/v1/cases/{loose}/take'), 200)['owner'], 'ana', 'taken')
    gives(w.ana.patch(f'/v1/cases/{loose}', {'state': 'closed'}), 200)
    gives(w.ana.post(f'/v1/cases/{loose}/take'), 409)
    gives(w.kim.get(f'/v1/cases/{new("case")}/owner'), 404)
    gives(w.tokens['read'].get(f'/v1/cases/{case}/owner'), 403)
    gives(w.nobody.get(f'/v1/cases/{case}/owner'), 401)


@story('whose a case is may be asked sixty times a minute')
def owners_in_a_loop(w):
    agent = w.agent()
    statuses = [agent.get(f'/v1/cases/{new("case")}/owner').status for _ in range(70)]
    same(set(statuses[:30]), {404}, 'the first')
    same(statuses[-1], 429, 'the last')


@story('cases that do not move: past their promise, escalated first, nobody\'s before others\'; a lead sees those of the teams')
def stale_cases(w):
    names = {what: new(what) for what in ('late', 'loose', 'loud', 'fresh', 'far')}
    opened_cases = [('late', {'owner': 'tess', 'promise': '2026-01-05T09:00:00Z'}), ('loose', {'department': 'billing', 'promise': '2026-01-01T09:00:00Z'}),
                    ('loud', {'owner': 'ana', 'escalated': True, 'promise': '2026-02-05T09:00:00Z'}), ('fresh', {'owner': 'ana'}),
                    ('far', {'owner': 'kim', 'promise': '2026-01-01T09:00:00Z'})]
    for what, members in opened_cases:
        gives(w.tokens['facts'].post('/v1/cases', {'id': names[what], **members}), 201)
    mine = {case: what for what, case in names.items()}
    items = [item for item in gives(w.lee.get('/v1/cases', stale='true', limit=500), 200)['items'] if item['id'] in mine]
    same([mine[item['id']] for item in items], ['loud', 'loose', 'late'], 'what lee sees, in that order')
    same((items[2]['owner_name'], 'owner_name' in items[1]), ('Tess Ode', False), 'names')
    holds(items[2]['over_days'] > 100 and items[2]['moved'], 'how long')
    seen = [mine[item['id']] for item in gives(w.ana.get('/v1/cases', stale='true', limit=500), 200)['items'] if item['id'] in mine]
    same(seen, ['loud'], 'what ana sees')
    gives(w.ana.get('/v1/cases', stale='perhaps'), 400)


@story('what nobody has is seen by its department and by those who lead it or somebody who acted in it, and by no other')
def nobodys_cases(w):
    kinds = {'named': {'department': 'billing'}, 'path': {'department': 'care/billing'}, 'other': {'department': 'sales'}, 'acted': {}, 'asked': {},
             'left': {'department': 'sales'}, 'nowhere': {}}
    names = {what: new(what) for what in kinds}
    leaver = w.agent(team='billing')
    kinds['left']['owner'] = leaver.id
    for what, members in kinds.items():
        gives(w.tokens['facts'].post('/v1/cases', {'id': names[what], 'subject': 'Lost', 'promise': '2026-01-05T09:00:00Z', 'escalated': True, **members}), 201)
    gives(w.root.patch(f'/v1/people/{leaver.id}', {'active': False}), 200)
    agent = w.agent()
    same(w.ask(agent, 'credit', '4.00', case=names['acted'])['verdict'], 'granted', 'what is given')
    asked = w.ask(agent, 'credit', '150.00', case=names['asked'])
    gives(agent.post(f'/v1/decisions/{asked["id"]}/ask'), 200, 201)

    def seen(caller):
        items = {item['id']: item for item in gives(caller.get('/v1/cases', stale='true', limit=500), 200)['items']}
        found = {what for what, case in names.items() if case in items}
        same({what for what, case in names.items() if caller.get(f'/v1/cases/{case}').status == 200}, found, 'alone and in the list')
        for what in found:
            same('owner_left' in items[names[what]], what == 'left', 'who has left')
        return found
    eventually(lambda: w.lee.get(f'/v1/cases/{names["acted"]}').status == 200, what='the decision in the lists')
    same(seen(w.lee), {'named', 'path', 'acted', 'asked', 'left'}, 'a lead of care')
    same(seen(w.tess), {'named', 'path'}, 'somebody of billing')
    same(seen(w.sal), {'other', 'left'}, 'a lead of sales')
    same(seen(w.kim), {'other', 'left'}, 'somebody of sales')
    same(seen(w.ana), set(), 'somebody of care')
    same(seen(w.root), set(names), 'the administrator')
    same(gives(w.lee.get(f'/v1/cases/{names["path"]}'), 200)['subject'], 'Lost', 'what it is about')
    gives(w.ana.patch(f'/v1/cases/{names["path"]}', {'owner': 'ana'}), 404)
    gives(w.lee.patch(f'/v1/cases/{names["other"]}', {'owner': 'ana'}), 404)
    gives(w.lee.patch(f'/v1/cases/{names["path"]}', {'owner': leaver.id}), 422)
    same(gives(w.lee.patch(f'/v1/cases/{names["path"]}', {'owner': 'tess'}), 200)['owner'], 'tess', 'given to somebody')
    same(gives(w.kim.post(f'/v1/cases/{names["left"]}/take'), 200)['owner'], 'kim', 'taken from who has left')
    holds(names['left'] not in [item['id'] for item in gives(w.lee.get('/v1/cases', stale='true', limit=500), 200)['items']], 'what somebody has is theirs')


@story('names: everybody may know who somebody is, and no more')
def names(w):
    found = gives(w.ana.get('/v1/names', ids='kim,nobody-there,desk-ai'), 200)
    same({item['id']: (item.get('name'), item['kind'], item['active']) for item in found['items']},
         {'kim': ('Kim Berg', 'human', True), 'desk-ai': ('Desk assistant', 'ai', True)}, 'by id')
    same(sorted(found['items'][0]), ['active', 'id', 'kind', 'name', 'team_name'], 'members')
    same([item['id'] for item in gives(w.ana.get('/v1/names', q='BERG'), 200)['items']], ['aud', 'kim'], 'by a word of the name')
    holds('tess' in [item['id'] for item in gives(w.ana.get('/v1/names', q='tess@ex'), 200)['items']], 'by e-mail')
    for query in ({'q': 'b'}, {}, {'ids': ','.join(['x'] * 101)}):
        gives(w.ana.get('/v1/names', **query), 400)
    gives(w.tokens['read'].get('/v1/names', q='kim'), 200)
    gives(w.tokens['decide'].get('/v1/names', q='kim'), 403)
    gives(w.nobody.get('/v1/names', q='kim'), 401)
    leaver = w.agent()
    gives(w.root.patch(f'/v1/people/{leaver.id}', {'active': False}), 200)
    same(gives(w.ana.get('/v1/names', ids=leaver.id), 200)['items'][0]['active'], False, 'who has left')
    same(gives(w.ana.get('/v1/names', q=leaver.id), 200)['items'], [], 'who has left, searched for')


@story('what I may do, in sentences; what opens more; and when it has grown since I last read it')
def authority(w):
    mine = gives(w.ana.get('/v1/me/authority'), 200)
    same((mine['person'], mine['tier'], 'seen' in mine.json), ('ana', 'frontline', False), 'whose')
    most = {item['action']: item for item in mine['most']}
    same((most['credit']['amount'], most['credit']['label']), ('100.00', 'Account credit'), 'the most of a credit')
    same(most['voucher']['amount'], '75.00', 'what holds for everybody counts')
    holds('text' in most['voucher'], 'a limit that depends on the case has no words')
    grants = {item['id']: item for item in mine['grants']}
    holds(grants['frontline-credit']['text'].endswith('.') and grants['frontline-credit']['budgets'] == ['rep-month', 'customer-year'], 'a grant')
    same(grants['voucher-any']['needs'], ['note'], 'needs')
    holds(mine['next'] and all(item['needs'] and item['text'] for item in mine['next']), 'nothing opens more')
    gives(w.ana.put('/v1/me/authority/seen', {'digest': '0' * 32}), 412)
    gives(w.ana.put('/v1/me/authority/seen', {}), 422)
    gives(w.ana.put('/v1/me/authority/seen', {'digest': mine['digest']}), 200)
    kept = gives(w.ana.get('/v1/me/authority'), 200)['seen']
    same((kept['digest'], sorted(kept['grants'])), (mine['digest'], sorted(grants)), 'what was kept')
    same({item['action']: item.get('amount') for item in kept['most']}, {name: item.get('amount') for name, item in most.items()}, 'the most that was kept')
    someone = w.agent()
    before = gives(w.lee.get(f'/v1/people/{someone.id}/authority'), 200)
    gives(w.root.patch(f'/v1/people/{someone.id}', {'tier': 'lead'}), 200)
    after = gives(w.lee.get(f'/v1/people/{someone.id}/authority'), 200)
    holds(before['digest'] != after['digest'] and len(after['grants']) > len(before['grants']), 'a higher tier opens nothing')
    gives(w.kim.get(f'/v1/people/{someone.id}/authority'), 404)
    gives(w.tokens['read'].get('/v1/me/authority'), 403)
    same(gives(someone.get('/v1/me/authority'), 200)['person'], someone.id, 'a token that stands for somebody')


@story('the policy in sentences that lead to their lines, of a version or of a text; and what differs')
def in_sentences(w):
    live = gives(w.ana.get('/v1/policy/explain'), 200)
    rules = {rule['id']: rule for section in live['sections'] for rule in section['rules']}
    lines = POLICY.split('\n')
    holds('frontline-credit' in lines[rules['frontline-credit']['line'] - 1], 'the line of a grant')
    holds(lines[rules['rep-month']['line'] - 1].strip().startswith('rep-month'), 'the line of a budget')
    same((live['findings'], live['organization']), ([], 'Fjord Broadband'), 'the frame')
    first = gives(w.ana.get('/v1/policy/explain', version=1), 200)
    same((first['version'], first['sections'] != []), (1, True), 'a version')
    gives(w.ana.get('/v1/policy/explain', version=9999), 404)
    gives(w.ana.get('/v1/policy/explain', version='x'), 400)
    tighter = POLICY.replace('up_to: 100.00', 'up_to: 30.00', 1)
    told = gives(w.ana.post('/v1/policy/explain', {'source': tighter}), 200)
    holds('30.00' in told.text and 'version' not in told.json, 'a text')
    broken = gives(w.ana.post('/v1/policy/explain', {'source': POLICY.replace('up_to: 100.00', 'upto: 100.00', 1)}), 200)
    same((broken['sections'], broken['findings'][0]['code']), ([], 'unknown-key'), 'a text with an error')
    gives(w.ana.post('/v1/policy/explain', {}), 422)
    diff = gives(w.pol.post('/v1/policy/diff', {'a': 1, 'b_source': tighter}), 200)
    same(diff['variables'], 1, f'variables ({diff!r})')
    same((diff['changes'][0]['path'], diff['changes'][0]['before'], diff['changes'][0]['after']), ('grants.frontline-credit.up_to', '100.00', '30.00'), 'the change')
    same(gives(w.pol.post('/v1/policy/diff', {'a_source': POLICY, 'b_source': POLICY}), 200)['changes'], [], 'nothing')
    faulty = gives(w.pol.post('/v1/policy/diff', {'b_source': 'leeway: 1'}), 422)
    holds(faulty['findings'], 'no findings')
    gives(w.pol.post('/v1/policy/diff', {'a': 1, 'a_source': POLICY}), 422)
    gives(w.pol.post('/v1/policy/diff', {'a': 9999}), 404)
    gives(w.pol.post('/v1/policy/diff'), 200)
    gives(w.tokens['decide'].post('/v1/policy/diff', {}), 403)


@story('what each tier may, as a table')
def tiers(w):
    table = gives(w.ana.get('/v1/policy/tiers'), 200)
    same([tier['name'] for tier in table['tiers']], ['frontline', 'senior', 'lead', 'manager'], 'tiers')
    holds(table['tiers'][0]['people'] > table['tiers'][0]['ai'] >= 1, 'people of a tier')
    rows = {row['action']: row['cells'] for row in table['rows']}
    same((rows['credit'][0]['most'], len(rows['credit'])), ('100.00', 4), 'a cell')
    budgets = {row['name']: row['cells'] for row in table['budgets']}
    same((budgets['rep-month'][0], budgets['swaps'][0]), ('200.00', None), 'budgets')


@story('options name who would be asked first, and whether a window of theirs is open')
def who_comes_first(w):
    agent = w.agent()
    question = {'customer': new('c'), 'reason': 'outage', 'detail': True}
    stream = w.lou.listen()
    asks = {ask['action']: ask for ask in gives(agent.post('/v1/options', question), 200)['asks']}
    first = asks['credit']['first']
    holds(first['person'] in ('lee', 'lou') and first['online'], f'one with an open window comes first: {first!r}')
    same((asks['credit']['first']['state'], asks['credit']['first']['kind']), ('here', 'human'), 'who they are')
    stream.close()


@story('a delivery that failed is tried again, under its old id')
def tried_again(w):
    made = gives(w.root.post('/v1/webhooks', {'url': 'http://127.0.0.1:9/nobody-listens', 'kinds': ['setting.changed']}), 201)
    delivery = gives(w.root.post(f'/v1/webhooks/{made["id"]}/test'), 201)['delivery']
    log = f'/v1/webhooks/{made["id"]}/deliveries'

    def failed(attempts):
        return [item for item in gives(w.root.get(log), 200)['items'] if item['id'] == delivery and item['state'] == 'failed' and item['attempts'] >= attempts]
    eventually(lambda: failed(1), 5, 'the failure')
    again = gives(w.root.post(f'{log}/{delivery}/resend'), 200)
    same((again['id'], again['state'], again['attempts']), (delivery, 'waiting', 0), 'again')
    eventually(lambda: failed(1), 5, 'the second failure')
    other = gives(w.root.post('/v1/webhooks', {'url': 'http://127.0.0.1:9/other', 'kinds': ['setting.changed']}), 201)
    gives(w.root.post(f'/v1/webhooks/{other["id"]}/deliveries/{delivery}/resend'), 404)
    gives(w.lee.post(f'{log}/{delivery}/resend'), 403)
    looked = gives(w.root.get(f'{log}/{delivery}'), 200)
    same((looked['id'], json.loads(looked['payload'])['type']), (delivery, 'webhook.test'), 'what was sent')
    gives(w.root.get(f'/v1/webhooks/{other["id"]}/deliveries/{delivery}'), 404)
    gives(w.lee.get(f'{log}/{delivery}'), 403)
    for webhook in (made, other):
        gives(w.root.delete(f'/v1/webhooks/{webhook["id"]}'), 204)


@story('all that did not arrive at a webhook is sent again at once, not after its next wait')
def all_again(w):
    made = gives(w.root.post('/v1/webhooks', {'url': 'http://127.0.0.1:9/nobody-listens', 'kinds': ['setting.changed']}), 201)
    log = f'/v1/webhooks/{made["id"]}/deliveries'
    same(gives(w.root.post(f'/v1/webhooks/{made["id"]}/resend'), 200)['again'], 0, 'before anything')
    gives(w.root.patch('/v1/settings', {'signin_help': new('help')}), 200)

    def tried(attempts):
        return [item for item in gives(w.root.get(log, state='waiting'), 200)['items'] if item['attempts'] >= attempts and 'next' in item]
    waits = eventually(lambda: tried(1), 5, 'the first attempt')[0]
    same(json.loads(gives(w.root.get(f'{log}/{waits["id"]}'), 200)['payload'])['data']['seq'], waits['seq'], 'the entry in its body')
    same(gives(w.root.post(f'/v1/webhooks/{made["id"]}/resend'), 200)['again'], 1, 'how many')
    eventually(lambda: tried(2), 5, 'the second attempt, before its time')
    gives(w.lee.post(f'/v1/webhooks/{made["id"]}/resend'), 403)
    gives(w.root.patch(f'/v1/webhooks/{made["id"]}', {'active': False}), 200)
    gives(w.root.post(f'/v1/webhooks/{made["id"]}/resend'), 409)
    gives(w.root.delete(f'/v1/webhooks/{made["id"]}'), 204)
    gives(w.root.post(f'/v1/webhooks/{made["id"]}/resend'), 404)


@story('the mails that went out are shown to who may set them up')
def mails_shown(w):
    same(gives(w.root.get('/v1/mail/deliveries'), 200)['items'], [], 'mails')
    gives(w.lee.get('/v1/mail/deliveries'), 403)


@story('somebody tests how an ask reaches them: over their own stream alone, three times a minute')
def alerts_tested(w):
    agent = w.agent()
    ways = gives(agent.get('/v1/me/alerts'), 200).json
    same((ways['mail']['on'], ways['online'], ways['levels']), (False, False, []), 'of an agent')
    levels = gives(w.lee.get('/v1/me/alerts'), 200)['levels']
    holds(levels and all(level['route'] and level['who'] for level in levels), f'of a lead: {levels}')
    stream, lead = agent.listen(), w.lee.listen()
    eventually(lambda: gives(w.lee.get('/v1/me/alerts'), 200)['online'], 5, 'the open stream')
    key = new('key')
    made = gives(agent.post('/v1/me/alerts/test', {}, key=key), 201).json
    holds('mail' not in made, 'a mail without a mail server')
    told = stream.next('alert.test', 5)
    same((int(told['id']), told['body']), (made['seq'], {'person': agent.id, 'to': [agent.id], 'for_you': True}), 'the event')
    same(gives(agent.post('/v1/me/alerts/test', {}, key=key), 200, 201).json, made, 'the first answer again')
    gives(agent.post('/v1/me/alerts/test', {'to': 'lee'}), 422)
    gives(agent.post('/v1/me/alerts/test'), 201)
    holds(gives(agent.post('/v1/me/alerts/test'), 429).header('retry-after') == '60', 'no time to wait')
    gives(agent.get('/v1/me/alerts/test/dlv_01kah8m0w6e4ysz4n9p3qf7x2c'), 404)
    holds(lead.next('alert.test', 0.5) is None, 'somebody else was told, who leads them')
    stream.close()
    lead.close()


@story('a test of mail arrives at one\'s own address, or says at once why not', alone=True)
def mail_tested(w):
    with MailServer('nobody@') as mail, Server(w.server.program, '--smtp', mail.url, '--mail-from', 'leeway@example.com', '--smtp-plain',
                                                      '--public-url', 'https://leeway.example.com').start() as server:
        root = Caller(server, w.contract)
        gives(root.accept(server.invitation(), PASSWORD, id='root', name='Root', email='root@example.com'), 200, 201)
        same(gives(root.get('/v1/me/alerts'), 200)['mail'], {'on': True, 'to': 'root@example.com'}, 'mail')

        def ended(delivery):
            return eventually(lambda: (one := gives(root.get(f'/v1/me/alerts/test/{delivery}'), 200).json)['state'] != 'waiting' and one, 10, 'the end')
        arrived = ended(gives(root.post('/v1/me/alerts/test'), 201)['mail'])
        same((arrived['state'], arrived['kind'], arrived['person']), ('delivered', 'alert.test', 'root'), 'arrived')
        holds(len(mail.mails) == 1 and 'Subject: This is a test' in mail.mails[0] and 'root@example.com' in mail.mails[0], f'{mail.mails}')
        gives(root.patch('/v1/people/root', {'email': 'nobody@example.com'}), 200)
        refused = ended(gives(root.post('/v1/me/alerts/test'), 201)['mail'])
        same((refused['state'], refused['attempts']), ('failed', 1), 'refused')
        holds('error' in refused and len(mail.mails) == 1, f'{refused}')
        same({item['kind'] for item in gives(root.get('/v1/mail/deliveries'), 200)['items']}, {'alert.test'}, 'the log of mails')
        gives(root.post('/v1/people', {'id': 'eve', 'name': 'Eve'}), 201)
        link = gives(root.post('/v1/people/eve/invite'), 201)['link']
        eve = Caller(server, w.contract)
        gives(eve.accept(secret_of(link), PASSWORD), 200, 201)
        same(gives(eve.get('/v1/me/alerts'), 200)['mail'], {'on': True}, 'no address')
        holds('mail' not in gives(eve.post('/v1/me/alerts/test'), 201).json, 'a mail without an address')
        gives(eve.get(f'/v1/me/alerts/test/{refused["id"]}'), 404)
