"""What other systems have recorded: what became of cases, brought in as CSV, and its figures."""
from server import new
from world import eventually, gives, holds, same, story

CSV = {'Content-Type': 'text/csv'}


def bring(w, text, query='', caller=None, path='/v1/cases/import'):
    return (caller or w.tokens['facts']).call('POST', path + query, text.encode(), headers=CSV)


@story('the past of a case comes in as CSV: with its figures, twice without harm, and nobody is told of it as news')
def a_past(w):
    case = new('case')
    text = (f'number,updated,status,owner,group,client\n{case},2026-01-05T10:00:00Z,New,,care,k9\n{case},2026-01-05T10:30:00Z,Active,ana,care,k9\n'
            f'{case},2026-01-06T10:30:00Z,Awaiting Vendor,ben,billing,k9\n{case},2026-01-06T11:00:00Z,Resolved,ben,billing,k9\n')
    columns = '?columns=case%3Dnumber,at%3Dupdated,state%3Dstatus,customer%3Dclient'
    tried = gives(bring(w, text, columns + '&dry_run=true'), 200)
    same((tried['applied'], tried['added'], tried['changed']), (False, 1, 3), 'what it would do')
    gives(w.root.get(f'/v1/cases/{case}'), 404)
    done = gives(bring(w, text, columns), 200)
    same((done['applied'], done['added'], done['changed'], done['faulty']), (True, 1, 3, 0), 'what it did')
    same([line['outcome'] for line in done['lines']], ['added', 'changed', 'changed', 'changed'], 'line by line')
    same(gives(bring(w, text, columns), 200)['unchanged'], 4, 'again')
    found = gives(w.root.get(f'/v1/cases/{case}'), 200)
    same((found['state'], found['owner'], found['department'], found['customer']), ('resolved', 'ben', 'billing', 'k9'), 'how it stands')
    figures = found['figures']
    same((figures['updates'], figures['owner_changes'], figures['department_changes'], figures['minutes_without_owner'], figures['longest_silence_minutes']),
         (4, 1, 1, 30, 1440), 'figures')
    same((figures['first_owner'], figures['first_resolved']), ('2026-01-05T10:30:00Z', '2026-01-06T11:00:00Z'), 'first')
    chain = gives(w.ben.get(f'/v1/cases/{case}/owner'), 200)['chain']
    same([link['kind'] for link in chain], ['opened', 'handed', 'handed', 'changed'], 'the chain')
    items = gives(w.root.get('/v1/cases', state='waiting,resolved', owner='ben', limit=500), 200)['items']
    holds(case in [item['id'] for item in items], 'several states')
    gives(w.root.get('/v1/cases', state='lost'), 400)


@story('a file of cases with errors changes nothing; lines with errors may be left out; a file that is none is refused')
def wrong_files(w):
    good, bad = new('case'), new('case')
    text = f'case,at,owner\n{good},2026-01-05T10:00:00Z,ana\n{bad},2026-01-05T10:00:00Z,Somebody Else\n'
    refused = gives(bring(w, text), 200)
    same((refused['applied'], refused['faulty'], refused['errors'][0]['line']), (False, 1, 3), 'refused')
    gives(w.root.get(f'/v1/cases/{good}'), 404)
    same(gives(bring(w, text, '?skip_faulty=true'), 200)['applied'], True, 'left out')
    gives(w.root.get(f'/v1/cases/{good}'), 200)
    same(gives(bring(w, text, '?keep_owners=true'), 200)['added'], 1, 'kept as written')
    gives(bring(w, 'case,when\nx,2026\n'), 422)
    gives(bring(w, text, '?dry_run=perhaps'), 400)


@story('the past comes from the records: nobody who works here brings it in; who has the case sees its figures, others do not')
def whose_past(w):
    case = new('case')
    text = f'case,at,state,owner\n{case},2026-01-05T10:00:00Z,open,ana\n'
    for caller, status in ((w.nobody, 401), (w.ana, 403), (w.lee, 403), (w.root, 403), (w.tokens['read'], 403), (w.tokens['decide'], 403), (w.tokens['facts'], 200)):
        gives(bring(w, text, caller=caller), status)
    holds('figures' in gives(w.ana.get(f'/v1/cases/{case}'), 200).json, 'the owner sees them')
    holds('figures' in gives(w.lee.get(f'/v1/cases/{case}'), 200).json, 'their lead sees them')
    gives(w.kim.get(f'/v1/cases/{case}'), 404)


@story('a case waits, is resolved and comes back: each is a state of its own, and nobody is nudged about what is resolved')
def states(w):
    case = new('case')
    facts = w.tokens['facts']
    gives(facts.post('/v1/cases', {'id': case, 'owner': 'ana'}), 201)
    waits = gives(facts.patch(f'/v1/cases/{case}', {'state': 'waiting', 'waiting_for': 'vendor'}), 200)
    same((waits['state'], waits['waiting_for']), ('waiting', 'vendor'), 'it waits')
    gives(w.kim.post(f'/v1/cases/{case}/nudge'), 200)
    resolved = gives(facts.patch(f'/v1/cases/{case}', {'state': 'resolved'}), 200)
    same(('waiting_for' in resolved.json, resolved['figures']['nudges_answered']), (False, 1), 'resolved')
    gives(w.ben.post(f'/v1/cases/{case}/nudge'), 409)
    back = gives(facts.patch(f'/v1/cases/{case}', {'state': 'open'}), 200)
    same((back['reopened'], back['figures']['reopenings']), (True, 1), 'it came back')
    gives(facts.patch(f'/v1/cases/{case}', {'state': 'lost'}), 422)


@story('whether the customer came again: within the window, about the same where both say what they are about, and not yet over')
def came_again(w):
    facts, customer, agent = w.tokens['facts'], new('customer'), w.agent()
    first, other, same_again = new('case'), new('case'), new('case')

    def repeat(case=first):
        return gives(w.lee.get(f'/v1/cases/{case}'), 200)['figures'].get('repeat_contact')
    gives(facts.post('/v1/cases', {'id': first, 'owner': agent.id, 'customer': customer}), 201)
    w.ask(agent, amount='5.00', reason='outage', case=first, customer=customer)
    same(repeat(), None, 'not resolved yet')
    gives(facts.patch(f'/v1/cases/{first}', {'state': 'resolved'}), 200)
    same(repeat(), {'days': 7, 'state': 'open'}, 'not so far')
    gives(facts.post('/v1/cases', {'id': other, 'owner': agent.id, 'customer': customer}), 201)
    w.ask(agent, amount='5.00', reason='billing-error', case=other, customer=customer)
    eventually(lambda: all(gives(w.lee.get('/v1/decisions', case=one), 200)['items'] for one in (first, other)), 4, 'the lists')
    same(repeat(), {'days': 7, 'state': 'open'}, 'about something else')
    made = gives(facts.post('/v1/cases', {'id': same_again, 'owner': agent.id, 'customer': customer}), 201)
    w.ask(agent, amount='5.00', reason='outage', case=same_again, customer=customer)
    eventually(lambda: gives(w.lee.get('/v1/decisions', case=same_again), 200)['items'], 4, 'the lists')
    same(repeat(), {'days': 7, 'state': 'came', 'at': made['opened']}, 'they came again')
    nobody = new('case')
    gives(facts.post('/v1/cases', {'id': nobody, 'owner': agent.id}), 201)
    gives(facts.patch(f'/v1/cases/{nobody}', {'state': 'closed'}), 200)
    same(repeat(nobody), None, 'of nobody')
    old = new('case')
    text = f'case,at,state,owner,customer\n{old},2026-01-05T08:00:00Z,open,ana,{new("customer")}\n{old},2026-01-06T08:00:00Z,resolved,ana,\n'
    same(gives(bring(w, text), 200)['applied'], True, 'a past')
    same(gives(w.lee.get(f'/v1/cases/{old}'), 200)['figures'].get('repeat_contact'), {'days': 7, 'state': 'none'}, 'the window is over')


@story('cases that do not move, by who has them: how many, how long over, the longest silence, nudges and their answers; each sees their own')
def stale(w):
    agent = w.agent()
    facts = w.tokens['facts']
    late, other = new('case'), new('case')
    gives(facts.post('/v1/cases', {'id': late, 'owner': agent.id, 'department': 'care', 'promise': '2026-01-05T09:00:00Z', 'escalated': True}), 201)
    gives(w.kim.post(f'/v1/cases/{late}/nudge'), 200)
    gives(facts.patch(f'/v1/cases/{late}', {'subject': 'Still nothing.'}), 200)
    gives(facts.post('/v1/cases', {'id': other, 'owner': 'kim', 'promise': '2026-01-05T09:00:00Z'}), 201)
    mine = gives(agent.get('/v1/track/stale'), 200)
    same((mine['by'], [group.get('owner') for group in mine['groups'] if 'owner' in group]), ('owner', [agent.id]), 'one\'s own')
    group = next(group for group in gives(w.lee.get('/v1/track/stale'), 200)['groups'] if group.get('owner') == agent.id)
    same((group['cases'], group['escalated'], group['nudges'], group['nudges_answered']), (1, 1, 1, 1), 'for their lead')
    holds(group['longest_over_minutes'] > 60 * 24 and 'nudge_answer_seconds' in group, f'over ({group!r})')
    holds('kim' not in [group.get('owner') for group in gives(w.lee.get('/v1/track/stale'), 200)['groups']], 'another team\'s')
    holds('kim' in [group.get('owner') for group in gives(w.aud.get('/v1/track/stale'), 200)['groups']], 'whoever sees all')
    departments = gives(w.lee.get('/v1/track/stale', by='department'), 200)
    holds('care' in [group.get('department') for group in departments['groups']], 'by department')
    same(departments['total']['cases'], sum(group['cases'] for group in departments['groups']), 'the sum')
    gives(w.lee.get('/v1/track/stale', by='moon'), 400)
    gives(facts.get('/v1/track/stale'), 403)
    gives(w.nobody.get('/v1/track/stale'), 401)


@story('what customers say: on their scale and as a share of it, about whoever had the case then; comments for whoever reads notes; erased with the customer')
def ratings(w):
    facts, case, customer = w.tokens['facts'], new('case'), new('customer')
    gives(facts.post('/v1/cases', {'id': case, 'owner': 'ana', 'customer': customer}), 201)
    words = {'case': case, 'rating': 4, 'scale': {'min': 1, 'max': 5}, 'comment': 'Quick and kind.', 'source': 'mail'}
    key = {'Idempotency-Key': new('key')}
    said = gives(facts.call('POST', '/v1/ratings', words, headers=key), 201)
    same((said['agent'], said['customer'], said['team'], said['value'], said['share']), ('ana', customer, 'care', 4, 0.75), 'a rating')
    same(gives(facts.call('POST', '/v1/ratings', words, headers=key), 200)['id'], said['id'], 'with its key again')
    gives(facts.post('/v1/ratings', {**words, 'at': said['at']}), 409)
    gives(facts.patch(f'/v1/cases/{case}', {'owner': 'ben'}), 200)
    later = gives(facts.post('/v1/ratings', {**words, 'rating': -0.5, 'scale': {'min': -1, 'max': 1}, 'comment': 'No.'}), 201)
    same((later['agent'], later['share'], later['value']), ('ben', 0.25, -0.5), 'about whoever has it now')
    other = gives(facts.post('/v1/ratings', {'case': new('case'), 'rating': 10, 'scale': {'min': 0, 'max': 10}, 'agent': 'kim'}), 201)
    same(other['share'], 1, 'of a case that is not kept here')

    def seen(caller, **query):
        return {item['id']: item.get('comment') for item in gives(caller.get('/v1/ratings', **query), 200)['items']}
    same(seen(w.ana, case=case), {said['id']: 'Quick and kind.'}, 'about oneself')
    same(seen(w.lee, case=case), {said['id']: 'Quick and kind.', later['id']: 'No.'}, 'about one\'s team')
    same(seen(w.kim, case=case), {}, 'about another team')
    same(seen(w.aud, case=case), {said['id']: None, later['id']: None}, 'without notes')
    first = gives(w.root.get('/v1/ratings', customer=customer, limit=1), 200)
    same([item['id'] for item in first['items']], [later['id']], 'newest first')
    same([item['id'] for item in gives(w.root.get('/v1/ratings', customer=customer, after=first['next']), 200)['items']], [said['id']], 'the next page')
    gives(w.root.post(f'/v1/customers/{customer}/erase', {}), 200)
    same(seen(w.lee, case=case), {said['id']: None, later['id']: None}, 'erased')
    for caller, status in ((w.nobody, 401), (w.ana, 403), (w.lee, 403), (w.root, 403), (w.tokens['read'], 403)):
        gives(caller.post('/v1/ratings', words), status)
    gives(facts.get('/v1/ratings'), 403)
    for wrong in ({'rating': 6}, {'rating': 'good'}, {'scale': {'min': 5, 'max': 1}}, {'scale': 5}, {'at': 'now'}, {'at': '2099-01-01T00:00:00Z'}, {'agent': 'nobody-here'},
                  {'stars': 5}, {'rating': 1.1234567}):
        gives(facts.post('/v1/ratings', {**words, **wrong}), 422)


@story('ratings come in as CSV: line by line, twice without harm, on the scale of the line, of the call, or the one that is set; comments are erased with the customer')
def rating_file(w):
    facts, case, other, customer = w.tokens['facts'], new('case'), new('case'), new('customer')
    path = '/v1/ratings/import'
    gives(facts.post('/v1/cases', {'id': case, 'owner': 'ana', 'customer': customer, 'opened': '2026-01-05T08:00:00Z'}), 201)
    text = (f'ticket,at,score,scale_min,scale_max,comment,agent,source\n{case},2026-01-06T10:00:00Z,4,1,5,Quick and kind.,,mail\n'
            f'{other},2026-01-06,9,0,10,,kim,mail\n')
    columns = '?columns=case%3Dticket'
    tried = gives(bring(w, text, columns + '&dry_run=true', path=path), 200)
    same((tried['applied'], tried['added'], tried['file']), (False, 2, 'ratings.csv'), 'what it would do')
    same(gives(w.root.get('/v1/ratings', case=other), 200)['items'], [], 'nothing yet')
    same(gives(bring(w, text, columns, path=path), 200)['added'], 2, 'what it did')
    again = gives(bring(w, text, columns, path=path), 200)
    same((again['applied'], again['unchanged'], [line['case'] for line in again['lines']]), (True, 2, [case, other]), 'again')
    said = gives(w.root.get('/v1/ratings', case=case), 200)['items'][0]
    same((said['customer'], said['value'], said['share'], said['at'], said['source']), (customer, 4, 0.75, '2026-01-06T10:00:00Z', 'mail'), 'a rating')
    same(gives(w.root.get('/v1/ratings', case=other), 200)['items'][0]['agent'], 'kim', 'about whom the line says')
    same(gives(bring(w, text.replace(',4,', ',5,'), columns, path=path), 200)['applied'], False, 'another value at the same place')
    comment = next(item['comment'] for item in gives(w.lee.get('/v1/ratings', case=case), 200)['items']) if said.get('agent') else 'Quick and kind.'
    same(comment, 'Quick and kind.', 'the comment')
    gives(w.root.post(f'/v1/customers/{customer}/erase', {}), 200)
    holds('Quick and kind' not in str(gives(w.lee.get('/v1/ratings', case=case), 200).json), 'erased')
    short = f'case,at,rating\n{new("case")},2026-01-06T10:00:00Z,7\n'
    without = gives(bring(w, short, path=path), 200)
    holds(not without['applied'] and 'scale' in without['errors'][0]['message'], 'nothing says on what scale')
    same(gives(bring(w, short, '?scale=0..10', path=path), 200)['added'], 1, 'the scale of the call')
    gives(bring(w, short, '?scale=ten', path=path), 400)
    twice = gives(bring(w, short + short.splitlines()[1] + '\n', '?scale=0..10', path=path), 200)
    same((twice['applied'], twice['faulty']), (False, 1), 'two lines of one moment')
    gives(bring(w, 'case,when\nx,2026\n', path=path), 422)
    for caller, status in ((w.nobody, 401), (w.ana, 403), (w.lee, 403), (w.root, 403), (w.tokens['read'], 403), (w.tokens['decide'], 403)):
        gives(bring(w, text, caller=caller, path=path), status)


@story('the usual scale of ratings and the window of repeat contacts are settings: an administrator sets them')
def measuring(w):
    facts, words = w.tokens['facts'], {'case': new('case'), 'rating': 3}
    gives(facts.post('/v1/ratings', words), 422)
    same(gives(w.root.get('/v1/settings'), 200)['repeat_contact_days'], 7, 'when nothing is set')
    try:
        set_ = gives(w.root.patch('/v1/settings', {'rating_scale': {'min': 1, 'max': 5}, 'repeat_contact_days': 14}), 200)
        same((set_['rating_scale'], set_['repeat_contact_days']), ({'min': 1, 'max': 5}, 14), 'settings')
        same(gives(facts.post('/v1/ratings', words), 201)['share'], 0.5, 'on the scale that is set')
        gives(facts.post('/v1/ratings', {**words, 'rating': 8}), 422)
        same(gives(facts.post('/v1/ratings', {**words, 'rating': 8, 'scale': {'min': 0, 'max': 10}}), 201)['share'], 0.8, 'a scale of its own')
        short = f'case,at,rating\n{new("case")},2026-01-06T10:00:00Z,4\n'
        same(gives(bring(w, short, path='/v1/ratings/import'), 200)['added'], 1, 'a file without a scale')
        for wrong in ({'rating_scale': {'min': 5, 'max': 1}}, {'rating_scale': 5}, {'repeat_contact_days': 366}, {'repeat_contact_days': 'week'}):
            gives(w.root.patch('/v1/settings', wrong), 422)
        gives(w.lee.patch('/v1/settings', {'repeat_contact_days': 3}), 403)
    finally:
        gives(w.root.patch('/v1/settings', {'rating_scale': None, 'repeat_contact_days': None}), 200)
    same('rating_scale' in gives(w.root.get('/v1/settings'), 200).json, False, 'taken away')


@story('a customer was kept or lost: told by the records, one by one or as CSV, twice without harm; nobody who works here says it')
def outcomes(w):
    facts, kept, lost = w.tokens['facts'], new('customer'), new('customer')
    said = gives(facts.post(f'/v1/customers/{kept}/outcome', {'outcome': 'kept', 'at': '2026-01-06T10:00:00Z'}), 201)
    same((said['customer'], said['outcome'], said['at']), (kept, 'kept', '2026-01-06T10:00:00Z'), 'an outcome')
    gives(facts.post(f'/v1/customers/{kept}/outcome', {'outcome': 'kept', 'at': '2026-01-06T10:00:00Z'}), 200)
    gives(facts.post(f'/v1/customers/{kept}/outcome', {'outcome': 'lost', 'at': '2026-01-06T10:00:00Z'}), 409)
    gives(facts.post(f'/v1/customers/{kept}/outcome', {'outcome': 'lost'}), 201)
    for wrong in ({}, {'outcome': 'gone'}, {'outcome': 'kept', 'at': 'now'}, {'outcome': 'kept', 'at': '2099-01-01T00:00:00Z'}, {'outcome': 'kept', 'why': 'x'}):
        gives(facts.post(f'/v1/customers/{kept}/outcome', wrong), 422)
    text = f'customer,at,outcome\n{lost},2026-01-06,churned\n{kept},2026-01-06T10:00:00Z,kept\n'
    path = '/v1/outcomes/import'
    same(gives(bring(w, text, path=path), 200)['applied'], False, 'a word that is not known')
    done = gives(bring(w, text, '?states=churned%3Dlost', path=path), 200)
    same((done['added'], done['unchanged']), (1, 1), 'what it did')
    same(gives(bring(w, text, '?states=churned%3Dlost', path=path), 200)['unchanged'], 2, 'again')
    same(gives(bring(w, text.replace('churned', 'kept'), path=path), 200)['faulty'], 1, 'the other outcome')
    gives(bring(w, 'customer,when\nx,2026\n', path=path), 422)
    for caller, status in ((w.nobody, 401), (w.ana, 403), (w.lee, 403), (w.root, 403), (w.tokens['read'], 403)):
        gives(caller.post(f'/v1/customers/{kept}/outcome', {'outcome': 'kept'}), status)
        gives(bring(w, text, caller=caller, path=path), status)
