"""What is in people's way: said of a decision, gathered by rule with its waiting, answered, and what became of it is seen by who spoke."""
from server import new
from world import gives, holds, same, story


def in_the_list(caller, kind, rule, **query):
    items = gives(caller.get('/v1/obstacles', **query), 200)['items']
    return next((item for item in items if (item['kind'], item['rule']) == (kind, rule)), None)


def signed_in(w):
    agent = w.agent()
    caller = w.invited(agent.id)
    caller.id, caller.program = agent.id, agent
    return caller


def say(caller, decision, status=201, **body):
    return gives(caller.post(f'/v1/decisions/{decision["id"]}/obstacle', body), status)


@story('a rule that is in the way is said so in one touch, gathered with its waiting, answered; whoever spoke sees what became of it')
def in_the_way(w):
    ana, ben = signed_in(w), signed_in(w)
    asked = [w.ask(caller.program, amount='140.00') for caller in (ana, ana, ben)]
    same([one['verdict'] for one in asked], ['ask'] * 3, 'verdicts')
    # One of them went upwards, and came back as it was asked for.
    approval = gives(ana.post(f'/v1/decisions/{asked[0]["id"]}/ask', {}), 201)['id']
    gives(w.lee.post(f'/v1/approvals/{approval}/approve', {}), 200)
    rule = next(one['rule'] for one in asked[0]['because'] if one['rule'] == 'frontline-credit')
    voice = say(ana, asked[0], rule=rule, note='The same invoice again; 100 is never enough for it.')
    same((voice['kind'], voice['rule'], voice['verdict'], voice['amount'], voice['agent'], voice['note']),
         ('rule', 'frontline-credit', 'ask', '140.00', ana.id, 'The same invoice again; 100 is never enough for it.'), 'what was said')
    same(say(ana, asked[0], 200, rule=rule, note='Twice.')['note'], voice['note'], 'said again')
    say(ana.program, asked[1], rule=rule)
    same([say(ana, asked[1], 200, note=word)['note'] for word in ('A word later.', 'Another.')], ['A word later.'] * 2, 'a note may follow, once')
    same((say(ben, asked[2])['kind'], in_the_list(w.lee, 'route', 'over-limit') is not None), ('route', True), 'without naming one: the route')
    # Their lead hears it, with names; whoever plans the policy, too; another team's lead, and a colleague, do not.
    for caller in (w.lee, w.qua, w.pol):
        item = in_the_list(caller, 'rule', rule, agent=ana.id)
        same((item['voices'], item['people'], item['asked'], item['unchanged'], item['amount'], item['given'], item['open']),
             (2, 1, 1, 1, '280.00', '140.00', True), f'{caller.name}: figures')
        holds(item['waited_seconds'] >= 0 and item['said'][1]['agent'] == ana.id and item['words'].startswith('Most disputes'), f'{item}')
    holds(in_the_list(w.sal, 'rule', rule) is None, 'another lead hears it')
    gives(w.sal.get('/v1/obstacles', agent=ana.id), 403, 404)
    gives(ben.get('/v1/obstacles', agent=ana.id), 403, 404)
    holds(all(said['agent'] == ben.id for item in gives(ben.get('/v1/obstacles'), 200)['items'] for said in item['said']), 'a colleague hears others')
    # An answer is for its owner, or for whoever may change the policy; all who spoke are told.
    at = f'/v1/obstacles/rule/{rule}'
    stays = {'outcome': 'stays', 'text': 'It stays until December: the budget is drawn. Ask Lee meanwhile.'}
    for caller in (ana, w.lee, w.qua):
        gives(caller.post(f'{at}/answer', stays), 403)
    gives(w.lee.put(f'{at}/owner', {'owner': 'lee'}), 403)
    gives(w.pol.put(f'{at}/owner', {'owner': 'nobody-here'}), 422)
    gives(w.pol.put(f'{at}/owner', {'owner': 'lee'}), 200)
    feed = ana.listen()
    answer = gives(w.lee.post(f'{at}/answer', stays), 201)
    told = feed.next('obstacle.answered', test=lambda event: event['body']['rule'] == rule)
    holds(told is not None, 'nobody was told')
    feed.close()
    item = in_the_list(w.lee, 'rule', rule, state='answered')
    same((item['answer'], item['owner'], item['owner_name']), (answer.json, 'lee', 'Lee Walker'), 'answered')
    mine = {one['said']['decision']: one for one in gives(ana.get('/v1/me/obstacles'), 200)['items']}
    same((len(mine), mine[asked[0]['id']]['answer']), (2, answer.json), 'what became of it')
    same([one.get('answer') for one in gives(ben.get('/v1/me/obstacles'), 200)['items']], [None], 'another rule was not answered')
    # Said again by somebody it is open again, and another answer follows: the policy was changed.
    say(ben, w.ask(ben.program, amount='150.00'), rule=rule)
    holds(in_the_list(w.lee, 'rule', rule, state='open') is not None, 'not open again')
    gives(w.pol.post(f'{at}/answer', {'outcome': 'changed', 'text': 'Now up to 150.'}), 422)
    gives(w.pol.post(f'{at}/answer', {'outcome': 'changed', 'text': 'Now up to 150.', 'policy_version': 99999}), 422)
    changed = gives(w.pol.post(f'{at}/answer', {'outcome': 'changed', 'text': 'Now up to 150.', 'policy_version': 1}), 201)
    same(gives(w.pol.get(at), 200)['items'][0]['answer'], changed.json, 'the last answer')
    gives(w.pol.put(f'{at}/owner', {'owner': None}), 200)


@story('what was granted had nothing in its way; a rule that was not named is none; nobody speaks for another')
def not_in_the_way(w):
    ana, ben = signed_in(w), signed_in(w)
    granted = w.ask(ana.program, amount='10.00')
    gives(ana.post(f'/v1/decisions/{granted["id"]}/obstacle', {}), 409)
    refused = w.ask(ana.program, action='plan_change', amount=None)
    same(refused['verdict'], 'refused', 'verdict')
    gives(ana.post(f'/v1/decisions/{refused["id"]}/obstacle', {'rule': 'no-such-rule'}), 422)
    gives(ana.post(f'/v1/decisions/{refused["id"]}/obstacle', {'rul': 'x'}), 422)
    gives(ana.post(f'/v1/decisions/{refused["id"]}/obstacle', {'note': 'x' * 2001}), 422)
    for caller in (ben, w.lee, w.read, w.nobody):
        gives(caller.post(f'/v1/decisions/{refused["id"]}/obstacle', {}), 401, 403, 404)
    gives(ana.post('/v1/decisions/dec_01m0v8hhcze0080002deb1963b/obstacle', {}), 404)
    same(say(ana, refused)['kind'], 'gap', 'nothing covers it')
    gives(w.pol.post('/v1/obstacles/rule/none/answer', {'outcome': 'stays', 'text': 'It stays.'}), 404)
    gives(w.pol.post('/v1/obstacles/law/none/answer', {'outcome': 'stays', 'text': 'It stays.'}), 404)
    gives(w.pol.post('/v1/obstacles/gap/plan_change/answer', {'outcome': 'perhaps', 'text': 'It stays.'}), 422)
    gives(w.pol.post('/v1/obstacles/gap/plan_change/answer', {'outcome': 'stays', 'text': ' '}), 422)
    gives(w.pol.get('/v1/obstacles', state='both'), 400)
    key = new('key')
    said = [gives(w.pol.post('/v1/obstacles/gap/plan_change/answer', {'outcome': 'looked_at', 'text': 'We look at it.'}, key=key), 200, 201).json
            for _ in range(2)]
    same(said[0], said[1], 'the same answer to the same key')


def thanked(caller, **query):
    return [item['words'] for item in gives(caller.get('/v1/thanks', limit=500, **query), 200)['items']]


@story('thanks reach whoever they are for and who leads them; on the story wall stands what both are glad to show, without the case')
def thanks(w):
    ana, ben = signed_in(w), signed_in(w)
    case = gives(w.system.post('/v1/cases', {'id': new('case'), 'customer': new('customer'), 'owner': ana.id}), 201)['id']
    decision = w.ask(ana.program, amount='10.00')['id']
    feed = ana.listen()
    word = gives(ben.post('/v1/thanks', {'to': ana.id, 'words': 'You stayed until it worked.', 'case': case, 'decision': decision, 'wall': True}), 201)
    same((word['to_name'], word['by'], word['customer'], word['offered'], word['wall'], word['case'], word['decision']),
         (f'Name of {ana.id}', ben.id, False, True, False, case, decision), 'what was said')
    holds(feed.next('thanks.given', test=lambda event: event['body']['thanks'] == word['id']), 'she was not told')
    feed.close()
    gives(w.system.post('/v1/thanks', {'to': ana.id, 'words': 'Thank you for calling back!', 'customer': True, 'case': case}), 201)
    for caller in (ana, w.lee, w.mia):
        same(thanked(caller, person=ana.id), ['Thank you for calling back!', 'You stayed until it worked.'], caller.name)
    same(thanked(ben)[0], 'You stayed until it worked.', 'what one said oneself')
    gives(ben.get('/v1/thanks', person=ana.id), 403, 404)
    gives(w.sal.get('/v1/thanks', person=ana.id), 403, 404)
    # The wall: offered, and put there by whoever was thanked.
    holds(word['id'] not in [item['id'] for item in gives(ben.get('/v1/thanks', wall='true'), 200)['items']], 'on the wall without her')
    at = f'/v1/thanks/{word["id"]}/wall'
    for caller in (ben, w.lee, w.root):
        gives(caller.put(at, {'on': True}), 404)
    same(gives(ana.put(at, {'on': True}), 200)['wall'], True, 'on the wall')
    shown = next(item for item in gives(w.sal.get('/v1/thanks', wall='true'), 200)['items'] if item['id'] == word['id'])
    same(('case' in shown, 'decision' in shown, shown['words']), (False, False, 'You stayed until it worked.'), 'the wall tells no case')
    same(gives(ana.put(at, {'on': False}), 200)['wall'], False, 'off the wall')
    # Nobody thanks themselves; a machine passes on customers' words alone; what does not exist is said.
    gives(ana.post('/v1/thanks', {'to': ana.id, 'words': 'Well done, me.'}), 403)
    gives(w.system.post('/v1/thanks', {'to': ana.id, 'words': 'Well done.'}), 403)
    gives(w.decide.post('/v1/thanks', {'to': ana.id, 'words': 'Well done.', 'customer': True}), 403)
    gives(ben.post('/v1/thanks', {'to': 'nobody-here', 'words': 'Well done.'}), 422)
    gives(ben.post('/v1/thanks', {'to': ana.id, 'words': ' '}), 422)
    gives(ben.post('/v1/thanks', {'to': ana.id, 'words': 'x' * 2001}), 422)
    gives(ben.post('/v1/thanks', {'to': ana.id, 'words': 'Well done.', 'wall': 'yes'}), 422)
    gives(ben.post('/v1/thanks', {'to': ana.id, 'words': 'Well done.', 'case': 'no-such-case'}), 404)
    gives(ben.post('/v1/thanks', {'to': ana.id, 'words': 'Well done.', 'decision': w.ask(ben.program, amount='10.00')['id']}), 404)
    gives(ana.put(at, {}), 422)


@story('a lead is reminded of whom nobody has thanked, and shown hard cases that ended well')
def thanks_due(w):
    ana, ben = signed_in(w), signed_in(w)
    hard, easy = new('case'), new('case')
    for case in (hard, easy):
        gives(w.system.post('/v1/cases', {'id': case, 'customer': new('customer'), 'owner': ana.id, 'subject': 'A modem that would not'}), 201)
        gives(w.system.patch(f'/v1/cases/{case}', {'escalated': case == hard}), 200)
        gives(w.system.post('/v1/ratings', {'case': case, 'rating': 5, 'scale': {'min': 1, 'max': 5}}), 201)
    due = gives(w.lee.get('/v1/thanks/due'), 200)
    names = [one['person'] for one in due['quiet']]
    holds(ana.id in names and ben.id in names and 'lee' not in names and 'desk-ai' not in names, f'quiet: {names}')
    same(names, [one['person'] for one in sorted(due['quiet'], key=lambda one: (one.get('name', ''), one['person']))], 'by name')
    found = [one for one in due['hard'] if one['agent'] == ana.id]
    same([(one['case'], one['why'], one['subject']) for one in found], [(hard, ['escalated'], 'A modem that would not')], 'hard cases that ended well')
    gives(w.lee.post('/v1/thanks', {'to': ana.id, 'words': 'You did not let go.', 'case': hard}), 201)
    due = gives(w.lee.get('/v1/thanks/due'), 200)
    holds(ana.id not in [one['person'] for one in due['quiet']], 'still quiet')
    same([one for one in due['hard'] if one['agent'] == ana.id], [], 'proposed again')
    holds(all(one['agent'] != ana.id for one in gives(w.sal.get('/v1/thanks/due'), 200)['hard']), 'for another lead')
    same(gives(ben.get('/v1/thanks/due'), 200).json, {'quiet': [], 'hard': [], 'days': 60}, 'who leads nobody')
    gives(w.read.get('/v1/thanks/due'), 403)
