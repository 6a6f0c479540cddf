"""Questions: found in the record, the agent's first, explained, closed; what was left unused is told to one person alone."""
import datetime

from server import Caller, Server, new, secret_of
from world import PASSWORD, gives, holds, same, story


def signed_in(w, **more):
    """A new agent of care with a session of their own."""
    agent = w.agent(**more)
    caller = w.invited(agent.id)
    caller.id, caller.program = agent.id, agent
    return caller


def split(w, agent, customer, pieces=3):
    """So many credits, each within their 100, together past it."""
    return [w.ask(agent.program, amount='40.00', customer=customer)['id'] for _ in range(pieces)]


def about(caller, agent, **query):
    return [item for item in gives(caller.get('/v1/questions', agent=agent, limit=500, **query), 200)['items']]


@story('amounts split below a limit are asked about: the agent first, who explains; then their lead, who closes it with words')
def asked(w):
    ana, other = signed_in(w), signed_in(w)
    customer = new('customer')
    given = split(w, ana, customer)
    gives(w.lee.post('/v1/questions/look', {}), 200)
    mine = about(ana, ana.id)
    same([(one['kind'], one['customer'], one['state'], one['may']) for one in mine], [('split', customer, 'open', ['explain'])], 'mine')
    question, at = mine[0], f'/v1/questions/{mine[0]["id"]}'
    same([one['decision'] for one in question['detail']['decisions']], given, 'the decisions it rests on')
    same((question['detail']['count'], question['detail']['amount'], question['detail']['limit']), (3, '120.00', '100.00'), 'figures')
    asked_at, until = (datetime.datetime.fromisoformat(question[key].replace('Z', '+00:00')) for key in ('asked', 'explain_until'))
    same((until - asked_at).days, 7, 'days to explain')
    # Until then it is theirs: not their lead's, nor quality's, nor anybody's, list or id.
    for caller in (w.lee, w.mia, w.qua, w.sal, w.aud, w.root, other, w.ben):
        same(about(caller, ana.id), [], f'{caller.name} sees it')
        gives(caller.get(at), 404)
        gives(caller.post(f'{at}/close', {'text': 'Seen.'}), 403, 404)
        gives(caller.post(f'{at}/explain', {'text': 'For her.'}), 403, 404)
    for token in (w.read, w.admin, w.decide, w.system):
        gives(token.get('/v1/questions'), 403)
        gives(token.get(at), 403, 404)
    gives(ana.program.post(f'{at}/explain', {'text': 'By a program.'}), 403, 404)
    gives(ana.post(f'{at}/close', {'text': 'All is well.'}), 403)
    gives(ana.post(f'{at}/explain', {'text': ' '}), 422)
    gives(ana.post(f'{at}/explain', {'why': 'x'}), 422)
    told = gives(ana.post(f'{at}/explain', {'text': 'Three invoices, three errors.'}), 200)
    same((told['explanation'], told['may']), ('Three invoices, three errors.', []), 'explained')
    gives(ana.post(f'{at}/explain', {'text': 'Again.'}), 409)
    # Then it is their lead's to close, with what they said.
    seen = gives(w.lee.get(at), 200)
    same((seen['explanation'], seen['may'], seen['agent_name']), ('Three invoices, three errors.', ['close'], f'Name of {ana.id}'), 'seen')
    gives(w.sal.get(at), 404)
    gives(w.sal.post(f'{at}/close', {'text': 'Not mine.'}), 404)
    gives(other.get(at), 404)
    same(len(about(w.qua, ana.id)), 1, 'quality sees it')
    before = gives(ana.get('/v1/me/authority'), 200)['digest']
    closed = gives(w.lee.post(f'{at}/close', {'text': 'Quite so.'}), 200)
    same((closed['state'], closed['closed_by'], closed['words'], closed['may']), ('closed', 'lee', 'Quite so.', []), 'closed')
    gives(w.lee.post(f'{at}/close', {'text': 'Twice.'}), 409)
    same(gives(ana.get(at), 200)['words'], 'Quite so.', 'the agent reads it')
    same(gives(ana.get('/v1/me/authority'), 200)['digest'], before, 'nothing follows from it')
    same((about(ana, ana.id, state='open'), len(about(ana, ana.id, state='closed'))), ([], 1), 'by state')
    # The same is not asked twice.
    gives(w.lee.post('/v1/questions/look', {}), 200)
    same(len(about(ana, ana.id)), 1, 'asked once')
    same(about(other, other.id), [], 'somebody who gave nothing')
    # Words can be erased, and the chain holds.
    gives(w.root.post(f'/v1/customers/{customer}/erase'), 200)
    bare = gives(w.lee.get(at), 200)
    holds('explanation' not in bare.json and 'words' not in bare.json and bare['state'] == 'closed', f'erased: {bare!r}')


@story('when the days to explain are over whoever leads them sees it; under a works council nobody else does', alone=True)
def days_over(w):
    gives(w.root.patch('/v1/settings', {'question_days': 61}), 422)
    same(gives(w.root.get('/v1/settings'), 200)['question_days'], 7, 'the usual')
    same(gives(w.root.patch('/v1/settings', {'question_days': 0}), 200)['question_days'], 0, 'set')
    try:
        ana = signed_in(w)
        split(w, ana, new('customer'), 2)
        gives(w.lee.post('/v1/questions/look', {}), 200)
        same(about(ana, ana.id), [], 'two of one day are no question')
        split(w, ana, new('customer'), 3)
        gives(w.lee.post('/v1/questions/look', {}), 200)
        same(len(about(ana, ana.id)), 1, 'three are')
        question = about(w.lee, ana.id)[0]
        same((question['may'], 'explanation' in question), (['close'], False), 'without a word of hers')
        same(len(about(w.qua, ana.id)), 1, 'quality')
        gives(w.root.patch('/v1/settings', {'works_council': True}), 200)
        same((len(about(w.lee, ana.id)), about(w.qua, ana.id)), (1, []), 'her lead, and not quality')
        gives(w.qua.post(f'/v1/questions/{question["id"]}/close', {'text': 'Mine?'}), 404)
    finally:
        gives(w.root.patch('/v1/settings', {'works_council': False, 'question_days': None}), 200)
    for wrong in ({'state': 'shut'}, {'limit': 0}):
        gives(w.lee.get('/v1/questions', **wrong), 400)
    gives(w.ana.post('/v1/questions/look', {}), 403)
    gives(w.lee.post('/v1/questions/look', {'team': 'care'}), 422)
    gives(w.lee.get('/v1/questions/que_01kah8m0w6e4ysz4n9p3qf7x2c'), 404)


@story('people see of themselves what their lead sees; room left unused is told to them alone, and kept nowhere')
def own_figures(w):
    ben, lead = signed_in(w), w.lee
    for _ in range(3):
        asked_for = w.ask(ben.program, amount='130.00')
        opened = gives(ben.program.post(f'/v1/decisions/{asked_for["id"]}/ask', {'note': 'Please.'}), 201)
        gives(lead.post(f'/v1/approvals/{opened["id"]}/approve', {}), 200)
    mine = gives(ben.get('/v1/me/track'), 200)
    same([one['id'] for one in mine['track']['agents']], [ben.id], 'whose')
    same({key: mine['unused'][key] for key in ('asked', 'unchanged', 'amount')}, {'asked': 3, 'unchanged': 3, 'amount': '390.00'}, 'unused')
    theirs = gives(lead.get('/v1/track', agent=ben.id), 200)
    same(mine['track']['agents'][0]['amount'], theirs['agents'][0]['amount'], 'the same figures')
    review = gives(lead.post('/v1/reviews', {'decision': asked_for['id']}), 201)
    gives(lead.post(f'/v1/reviews/{review["id"]}/send', {'amount': 'right', 'cause': 'right', 'kept': 'yes', 'understood': 'yes'}), 200)
    same(gives(ben.get('/v1/me/track', days=7), 200)['reviews'], {'sent': 1, 'too_little': 0, 'right': 1, 'too_much': 0}, 'reviews')
    # Nobody else, by no way: not in Track, not among questions, not in the record.
    gives(lead.post('/v1/questions/look', {}), 200)
    for caller in (lead, w.qua, w.root, w.aud, w.mia):
        same(about(caller, ben.id), [], f'{caller.name} is asked about it')
        holds('unused' not in str(gives(caller.get('/v1/track', agent=ben.id), 200, 403).json), f'{caller.name} sees it')
    holds('unused' not in gives(lead.get('/v1/me/track'), 200).json, "the lead's own page has it")
    entries = gives(w.aud.get('/v1/journal', limit=500), 200, 404)
    holds('unused' not in str(entries.json), 'it stands in the record')
    for token in (ben.program, w.read, w.admin, w.system):
        gives(token.get('/v1/me/track'), 403)
    gives(ben.get('/v1/me/track', days=0), 400)
    # One remedy of their own, and there is nothing to be said.
    w.ask(ben.program, amount='5.00')
    holds('unused' not in gives(ben.get('/v1/me/track'), 200).json, 'used')


@story('a made-up company of the generator is quiet', alone=True)
def quiet(w):
    with Server(w.server.program) as server:
        until = datetime.date.today()
        server.invent(20000, '--agents', 60, '--days', 90, '--until', until)
        server.start()
        admin = Caller(server, w.contract, name='admin')
        gives(admin.accept(server.invitation(), PASSWORD, id='boss', name='Boss', email='boss@example.com'), 200, 201)
        gives(admin.patch('/v1/settings', {'question_days': 0}), 200)
        gives(admin.post('/v1/people', {'id': 'qora', 'name': 'Qora', 'roles': ['quality']}), 201)
        qora = Caller(server, w.contract, name='qora')
        gives(qora.accept(secret_of(gives(admin.post('/v1/people/qora/invite'), 201)['link']), PASSWORD), 200)
        gives(qora.post('/v1/questions/look', {}), 200)
        items = gives(qora.get('/v1/questions', limit=500), 200)['items']
        kinds = {kind: sum(item['kind'] == kind for item in items) for kind in ('split', 'together', 'lapse', 'everywhere')}
        print(f'    a generated company of 60 agents, 20,000 decisions: {kinds}', flush=True)
        holds(len(items) <= 6, f'false questions: {kinds}')
