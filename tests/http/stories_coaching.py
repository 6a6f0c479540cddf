"""Coaching: between two, seen by both and by nobody else; steps, a day to look again, what changed since; and it takes nothing."""
import datetime

from world import gives, holds, same, story


def day(ahead):
    return (datetime.date.today() + datetime.timedelta(days=ahead)).isoformat()


def somebody(w):
    """A new agent whom lee leads, signed in: coaching is between people, and no token's."""
    caller = w.invited(w.agent().id)
    caller.id = caller.name
    return caller


@story('a lead and somebody they lead talk: notes, steps, a day to look again, each told to the other')
def talk(w):
    agent = somebody(w)
    w.ask(agent, amount='4.00', agent=agent.id)
    events = agent.listen()
    made = gives(w.lee.post('/v1/coaching', {
        'person': agent.id, 'measure': 'amount', 'note': 'You had room left: use it.',
        'steps': [{'text': 'Use your own room before you ask.', 'due': day(7)}, {'text': 'Read the guide.'}], 'follow_up': day(14)}), 201)
    same((made['state'], made['lead'], made['person'], made['due'], made['measure']), ('open', 'lee', agent.id, False, 'amount'), 'begun')
    same([(step['place'], step['text'], 'due' in step, 'done' in step) for step in made['steps']],
         [(1, 'Use your own room before you ask.', True, False), (2, 'Read the guide.', False, False)], 'steps')
    same(made['may'], ['note', 'agree', 'tick', 'follow_up', 'close'], 'what the lead may')
    same(made['before']['decisions'], 1, f'the figures when it began: {made.json.get("before")}')
    told = events.next('coaching.opened')
    same((told['body']['person'], told['body']['by'], told['body']['note'], told['body']['for_you']), (agent.id, 'lee', 'You had room left: use it.', True), 'told')
    events.close()
    at = f'/v1/coaching/{made["id"]}'
    mine = gives(agent.get(at), 200)
    same((mine['notes'][0]['text'], mine['may']), ('You had room left: use it.', ['note', 'agree', 'tick']), 'what the agent reads')
    same([item['id'] for item in gives(agent.get('/v1/coaching'), 200)['items']], [made['id']], 'their own list')
    gives(agent.post(f'{at}/notes', {'text': 'I did not know.'}), 200)
    gives(agent.post(f'{at}/steps', {'text': 'Ask Lee on Mondays.'}), 200)
    done = gives(agent.put(f'{at}/steps/1', {'done': True}), 200)
    same([('done' in step, step.get('done_by')) for step in done['steps']], [(True, agent.id), (False, None), (False, None)], 'ticked')
    again = gives(w.lee.put(f'{at}/steps/1', {'done': False}), 200)
    holds('done' not in again['steps'][0], 'open again')
    gives(agent.put(f'{at}/steps/9', {'done': True}), 404)
    gives(agent.put(f'{at}/steps/one', {'done': True}), 400, 404)
    gives(agent.put(f'{at}/steps/1', {'done': 'yes'}), 422)
    gives(agent.put(f'{at}/follow-up', {'at': day(3)}), 403)
    gives(agent.post(f'{at}/close'), 403)
    gives(w.lee.put(f'{at}/follow-up', {'at': 'soon'}), 422)
    gives(w.lee.put(f'{at}/follow-up', {'at': day(500)}), 422)
    holds('follow_up' not in gives(w.lee.put(f'{at}/follow-up', {'at': None}), 200).json, 'no day any more')
    closed = gives(w.lee.post(f'{at}/close', {'text': 'It worked.'}), 200)
    same((closed['state'], closed['closed_by'], closed['may'], closed['notes'][-1]['text']), ('closed', 'lee', [], 'It worked.'), 'closed')
    gives(agent.post(f'{at}/notes', {'text': 'Late.'}), 409)
    gives(w.lee.post(f'{at}/close', {}), 409)
    same(gives(agent.get('/v1/coaching', open='true'), 200)['items'], [], 'none is open')


@story('a talk is the two\'s: no other lead, no quality, no administrator, no token reads it')
def whose(w):
    agent = somebody(w)
    made = gives(w.lee.post('/v1/coaching', {'person': agent.id, 'note': 'Between us.'}), 201)
    at = f'/v1/coaching/{made["id"]}'
    for other in (w.lou, w.mia, w.qua, w.root, w.ben, w.sal, w.aud, w.peo):
        for reply in (other.get(at), other.get(f'{at}/since'), other.post(f'{at}/notes', {'text': 'Mine, too.'}), other.put(f'{at}/steps/1', {'done': True})):
            gives(reply, 403, 404)
        holds(made['id'] not in [item['id'] for item in (other.get('/v1/coaching').json or {}).get('items', [])], f'{other.name} lists it')
    for token in (w.read, w.admin, w.decide):
        gives(token.get(at), 403)
        gives(token.get('/v1/coaching'), 403)
    gives(w.lee.post('/v1/coaching', {'person': 'kim', 'note': 'Not mine to lead.'}), 403, 404)
    gives(w.lee.post('/v1/coaching', {'person': 'lee', 'note': 'To myself.'}), 403)
    gives(w.root.post('/v1/coaching', {'person': agent.id, 'note': 'I lead nobody.'}), 403)
    gives(w.qua.post('/v1/coaching', {'person': agent.id, 'note': 'I review.'}), 403)
    gives(agent.post('/v1/coaching', {'person': 'lee', 'note': 'Upwards.'}), 403, 404)
    gives(agent.get('/v1/coaching', person='lee'), 403)
    for wrong in ({'person': agent.id}, {'note': 'To whom?'}, {'person': agent.id, 'note': ' '}, {'person': agent.id, 'note': 'x', 'measure': 'speed'},
                  {'person': agent.id, 'note': 'x', 'tier': 'frontline'}, {'person': agent.id, 'steps': [{'text': ''}]},
                  {'person': agent.id, 'note': 'x', 'follow_up': '2020-01-01'}, {'person': agent.id, 'steps': [{'text': 'x'}] * 21}):
        gives(w.lee.post('/v1/coaching', wrong), 422)


@story('a talk about a review: of that person, and one that the lead may see; when the lead leads them no more, whoever does goes on')
def review_and_heir(w):
    agent, other = somebody(w), somebody(w)
    decision = w.ask(agent, amount='3.00', agent=agent.id)
    review = gives(w.lee.post('/v1/reviews', {'decision': decision['id']}), 201)
    made = gives(w.lee.post('/v1/coaching', {'person': agent.id, 'review': review['id'], 'note': 'About this one.'}), 201)
    same(made['review'], review['id'], 'what it began with')
    gives(w.lee.post('/v1/coaching', {'person': other.id, 'review': review['id'], 'note': 'Not theirs.'}), 404)
    gives(w.lee.post('/v1/coaching', {'person': agent.id, 'review': review['id'], 'measure': 'given', 'note': 'Both.'}), 422)
    at = f'/v1/coaching/{made["id"]}'
    gives(w.sal.get(at), 404)
    gives(w.root.patch(f'/v1/people/{agent.id}', {'team': 'sales', 'manager': 'sal'}), 200)
    gives(w.lee.get(at), 404)
    taken = gives(w.sal.post(f'{at}/notes', {'text': 'I go on.'}), 200)
    same((taken['lead'], len(taken['notes'])), ('sal', 2), 'who leads now')


@story('the day to look again comes: the lead is told once, and it stands in their list')
def due(w):
    agent = somebody(w)
    events = w.lee.listen()
    soon = (datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=1)).isoformat().replace('+00:00', 'Z')
    made = gives(w.lee.post('/v1/coaching', {'person': agent.id, 'note': 'In a second.', 'follow_up': soon}), 201)
    told = events.next('coaching.due')
    same((told['body']['coaching'], told['body']['person'], told['body']['to'], told['body']['for_you']), (made['id'], agent.id, ['lee'], True), 'told')
    events.close()
    listed = gives(w.lee.get('/v1/coaching', due='true'), 200)['items']
    holds(made['id'] in [item['id'] for item in listed] and all(item['due'] for item in listed), 'in the list of what is due')
    gives(w.lee.put(f'/v1/coaching/{made["id"]}/follow-up', {'at': day(30)}), 200)
    holds(made['id'] not in [item['id'] for item in gives(w.lee.get('/v1/coaching', due='true'), 200)['items']], 'not due any more')


@story('what changed since: the person\'s own figures before and since, beside what their cases call for')
def since(w):
    agent, other = somebody(w), somebody(w)
    for i in range(12):  # all below 5.00: the same sort of case
        w.ask(agent, amount=f'{1 + i % 3}.00', agent=agent.id)
        w.ask(other, amount=f'{3 + i % 2}.90', agent=other.id)
    made = gives(w.lee.post('/v1/coaching', {'person': agent.id, 'measure': 'amount', 'note': 'You give less.'}), 201)
    before = made['before']
    same((before['decisions'], before['amount']['value']), (12, '2.00'), 'before')
    holds(float(before['amount']['difference']) < 0, f'less than their cases call for: {before}')
    for _ in range(2):
        w.ask(agent, amount='4.00', agent=agent.id)
    after = gives(agent.get(f'/v1/coaching/{made["id"]}/since'), 200)
    same((after['decisions'], after['amount']['value']), (2, '4.00'), 'since')
    same(after['since'][:19], made['opened'][:19], 'from when it began')
    same(gives(agent.get(f'/v1/coaching/{made["id"]}'), 200)['before'], before, 'before stays as it was')


@story('what was said in a talk is erased with the person; that it was stays, and the chain holds')
def erased(w):
    agent = somebody(w)
    made = gives(w.lee.post('/v1/coaching', {'person': agent.id, 'note': 'A secret word: xylophone.', 'steps': [{'text': 'Practise xylophone.'}]}), 201)
    gives(w.root.post(f'/v1/people/{agent.id}/erase'), 200)
    there = gives(w.lee.get(f'/v1/coaching/{made["id"]}'), 200, 404)
    holds('xylophone' not in there.text, 'the words are there')
    exported = w.server.run('export', 'journal').stdout
    holds(made['id'] in exported and 'xylophone' not in exported, 'the journal has the talk, not the words')


@story('coaching takes nothing from anybody, whatever is written')
def takes_nothing(w):
    agent = somebody(w)
    before = gives(w.root.get(f'/v1/people/{agent.id}'), 200).json
    made = gives(w.lee.post('/v1/coaching', {'person': agent.id, 'note': 'Far too much. Lower the tier.', 'steps': [{'text': 'tier: frontline'}]}), 201)
    at = f'/v1/coaching/{made["id"]}'
    for more in ({'tier': 'frontline'}, {'person': {'tier': 'frontline'}}, {'holds': []}):
        gives(w.lee.post(f'{at}/notes', {'text': 'x', **more}), 422)
        gives(w.lee.post(f'{at}/close', {'text': 'x', **more}), 422)
    gives(w.lee.post(f'{at}/close', {'text': 'It did not work.'}), 200)
    same(gives(w.root.get(f'/v1/people/{agent.id}'), 200).json, before, 'the person')
