"""Growing: a course outside is paid from an allowance like any other, at once or by asking; its hours are written down; what it brought opens authority; and
nothing of it counts as given to a customer."""
import contextlib
import datetime

import world
from server import Server, new
from world import POLICY, gives, holds, same, story

LEARNING = {
    '  plan_change: {kind: change, label: Change of plan}\n':
        '  plan_change: {kind: change, label: Change of plan}\n  course:      {kind: money, label: Outside course, for: agent}\n',
    'budgets:\n':
        'budgets:\n  learning-year: {per: agent, every: year, amount: 600.00}\n  team-learning: {per: team, every: year, amount: 5000.00}\n',
    'grants:\n':
        'grants:\n  - {id: learning, may: [course], up_to: 600.00, draws: [learning-year], why: What you learn you take with you.}\n'
        '  - {id: learning-more, who: {tier: lead}, may: [course], up_to: 2000.00, draws: [team-learning]}\n'
        '  - {id: interpreters, who: {holds: [spanish-b2]}, may: [waive_fee], up_to: 15.00, draws: [rep-month]}\n',
    'routes:\n':
        'routes:\n  - {id: more-learning, for: [course], ask: [{who: {only_tier: lead, team: same}, within: 2d}]}\n',
}
COURSE = {'title': 'Spanish B2', 'provider': 'Evening school', 'link': 'https://school.example/b2', 'price': '360.00', 'planned_minutes': 2400,
          'from': '2026-03-02', 'to': '2026-06-26', 'note': 'For the line from Vigo.'}


@contextlib.contextmanager
def company(w):
    policy = POLICY
    for before, after in LEARNING.items():
        assert before in policy, before
        policy = policy.replace(before, after, 1)
    with Server(w.server.program) as server:
        server.start()
        c = world.World(server, w.contract)
        c.set_up()
        gives(c.root.post('/v1/policy/publish', {'source': policy, 'note': 'Room to learn.'}), 201)
        yield c


def person(c, **more):
    agent = c.agent(**more)
    caller = c.invited(agent.id)
    caller.id, caller.program = agent.id, agent
    return caller


def spend(caller, course, status=201, **body):
    return gives(caller.post(f'/v1/growing/{course["id"]}/spend', {'action': 'course', 'amount': course['price'], **body}), status)


def room(caller):
    options = gives(caller.post('/v1/options', {'for': 'agent', 'detail': True}), 200)['options']
    return {option['action']: option['up_to'] for option in options}


@story('a course outside: room seen, spent at once, hours written down, finished with a certificate that a lead vouches for and that opens authority', alone=True)
def growing(w):
    with company(w) as c:
        ana = person(c)
        same(room(ana), {'course': '600.00'}, 'room')
        customers = gives(ana.post('/v1/options', {'customer': new('customer')}), 200)['options']
        holds(all(option['action'] != 'course' for option in customers), f'a customer is offered a course: {customers}')
        gives(ana.post('/v1/options', {'for': 'agent', 'case': 'c1'}), 422)
        gives(ana.post('/v1/decisions', {'action': 'course', 'amount': '10.00', 'customer': 'k1'}), 422)
        course = gives(ana.post('/v1/growing', COURSE), 201)
        same((course['state'], course['money'], course['title'], course['price'], course['note']), ('wished', 'none', 'Spanish B2', '360.00', COURSE['note']), 'written down')
        # Not for anything else, and not by anybody else.
        spend(ana, course, 422, action='credit')
        for other in (person(c), c.lee):
            spend(other, course, 404)
            gives(other.put(f'/v1/growing/{course["id"]}', COURSE), 404)
            gives(other.post(f'/v1/growing/{course["id"]}/state', {'state': 'finished'}), 404)
        spent = spend(ana, course)
        same((spent['decision']['verdict'], spent['decision']['left'], spent['course']['state'], spent['course']['spent']),
             ('granted', {'learning-year': '240.00'}, 'agreed', '360.00'), 'spent')
        spend(ana, course, 409)
        gives(ana.put(f'/v1/growing/{course["id"]}', {**COURSE, 'price': '300.00'}), 409)
        same(gives(ana.put(f'/v1/growing/{course["id"]}', {**COURSE, 'title': 'Spanish B2, evenings', 'shared': True}), 200)['title'], 'Spanish B2, evenings', 'put right')
        gives(ana.put(f'/v1/growing/{course["id"]}', {**COURSE, 'link': 'javascript:alert(1)'}), 422)
        gives(ana.put(f'/v1/growing/{course["id"]}', {**COURSE, 'from': '2026-02-30'}), 422)
        same(room(ana), {'course': '240.00'}, 'room then')
        # It is a decision like any other, and nothing that a customer got.
        decision = gives(ana.get(f'/v1/decisions/{spent["decision"]["id"]}'), 200)
        same((decision['request']['action'], 'case' in decision['request'], decision['state']), ('course', False, 'final'), 'the decision')
        rows = gives(c.lee.get('/v1/decisions', agent=ana.id), 200)['items']
        same([(row['action'], row.get('for'), row['amount']) for row in rows], [('course', 'agent', '360.00')], 'the list')
        stats = gives(c.lee.get('/v1/stats', by='agent'), 200)
        holds(all(count.get('agent') != ana.id for count in stats['counts']), 'statistics count a course')
        same(gives(c.lee.get('/v1/track', team='care'), 200)['whole']['decisions'], 0, 'Track counts a course')
        # Hours.
        gives(c.root.patch('/v1/settings', {'learning_hours': 40}), 200)
        gives(ana.post(f'/v1/growing/{course["id"]}/state', {'state': 'under_way'}), 200)
        year = datetime.datetime.now(datetime.timezone.utc).year
        first = gives(ana.post('/v1/growing/hours', {'course': course['id'], 'day': f'{year}-01-05', 'minutes': 90, 'note': 'Verbs.'}), 201)
        second = gives(ana.post('/v1/growing/hours', {'day': f'{year}-01-06', 'minutes': 45}), 201)
        gives(ana.post('/v1/growing/hours', {'day': f'{year - 1}-12-31', 'minutes': 600}), 201)
        for wrong in ({'minutes': 0}, {'minutes': 1441}, {'minutes': 1.5}, {'day': 'monday'}, {'course': 'grw_none'}):
            gives(ana.post('/v1/growing/hours', {'day': f'{year}-01-06', 'minutes': 45, **wrong}), 422)
        gives(ana.put(f'/v1/growing/hours/{first["id"]}', {'course': course['id'], 'day': f'{year}-01-05', 'minutes': 120, 'note': 'Verbs.'}), 200)
        gives(c.lee.put(f'/v1/growing/hours/{first["id"]}', {'day': f'{year}-01-05', 'minutes': 1}), 404)
        gives(ana.delete(f'/v1/growing/hours/{second["id"]}'), 204)
        gives(ana.delete(f'/v1/growing/hours/{second["id"]}'), 404)
        own = gives(ana.get('/v1/growing'), 200)
        same((own['minutes'], own['target_minutes'], [entry.get('note') for entry in own['hours']]), (120, 2400, ['Verbs.']), 'hours')
        same(gives(ana.get('/v1/growing', year=year - 1), 200)['minutes'], 600, 'last year')
        # What it brought.
        at = f'/v1/growing/{course["id"]}'
        brought = {'name': 'DELE B2', 'issuer': 'Instituto', 'issued': f'{year}-01-30', 'expires': f'{year + 5}-01-30', 'evidence': 'https://dele.example/1'}
        gives(c.lee.post(f'{at}/vouch', {'certificate': 'spanish-b2', 'reason': 'Seen.'}), 409)
        gives(ana.post(f'{at}/state', {'state': 'finished', 'certificate': {'name': 'DELE B2'}}), 422)
        done = gives(ana.post(f'{at}/state', {'state': 'finished', 'certificate': brought}), 200)
        same((done['state'], done['certificate']), ('finished', brought), 'finished')
        gives(ana.post(f'{at}/vouch', {'certificate': 'spanish-b2', 'reason': 'Mine.'}), 403)
        gives(c.sal.post(f'{at}/vouch', {'certificate': 'spanish-b2', 'reason': 'Not mine.'}), 404)
        vouched = gives(c.lee.post(f'{at}/vouch', {'certificate': 'spanish-b2', 'until': brought['expires'], 'reason': 'I have seen it.'}), 200)
        same((vouched['certificate']['holds'], vouched['certificate']['vouched_by']), ('spanish-b2', 'lee'), 'vouched for')
        gives(ana.post(f'{at}/state', {'state': 'under_way'}), 409)
        held = gives(c.root.get(f'/v1/people/{ana.id}'), 200)['holds']
        holds(any(one['name'] == 'spanish-b2' for one in held), f'{held}')
        options = gives(ana.post('/v1/options', {'customer': new('customer'), 'action': 'waive_fee'}), 200)['options']
        same([(option['grant'], option['up_to']) for option in options], [('interpreters', '15.00')], 'it opens authority')
        # Their lead sees what, hours, money and certificates; the note, as it is shared; another lead nothing.
        line = next(one for one in gives(c.lee.get('/v1/growing/team'), 200)['people'] if one['person'] == ana.id)
        same((line['minutes'], line['items'][0]['spent'], line['items'][0]['note'], line['items'][0]['certificate']['holds']),
             (120, '360.00', COURSE['note'], 'spanish-b2'), 'the team')
        gives(ana.put(at, {**COURSE, 'shared': False}), 200)
        seen = gives(c.lee.get('/v1/growing', person=ana.id), 200)
        same((seen['items'][0].get('note'), [entry.get('note') for entry in seen['hours']]), (None, [None]), 'notes are theirs')
        same(gives(ana.get('/v1/growing/team'), 200)['people'], [], 'a team of nobody')
        for other in (c.sal, c.qua, c.root, c.peo, c.aud):
            gives(other.get('/v1/growing', person=ana.id), 403)
            same([one for one in gives(other.get('/v1/growing/team'), 200)['people'] if one['person'] == ana.id], [], other.name)
        gives(ana.program.get('/v1/growing'), 403)
        same(c.server.run('verify').returncode, 0, 'the record')
        # Erased: the words go, the sums stay.
        gives(c.root.post(f'/v1/people/{ana.id}/erase'), 200)
        same(c.server.run('verify').returncode, 0, 'the record')
        seen = gives(c.lee.get('/v1/growing', person=ana.id), 200)
        same((seen['items'][0].get('title'), seen['items'][0]['spent'], seen['minutes']), (None, '360.00', 120), 'after erasing')


@story('a course beyond the room goes to a lead; an undo, a no and a course given up bring the money back', alone=True)
def beyond(w):
    with company(w) as c:
        ana = person(c)
        feed = ana.listen()
        dear = gives(ana.post('/v1/growing', {'title': 'Conference', 'price': '900.00'}), 201)
        answer = spend(ana, dear)
        same((answer['decision']['verdict'], answer['course']['state'], answer['course']['money']), ('ask', 'wished', 'beyond'), 'beyond the room')
        asked = gives(ana.post(f'/v1/decisions/{answer["decision"]["id"]}/ask', {'note': 'Three days, in May.'}), 201)
        same([one['person'] for one in asked['asked']], ['lee', 'lou'], 'who is asked')

        def mine(course):
            return next(item for item in gives(ana.get('/v1/growing'), 200)['items'] if item['id'] == course['id'])
        same((mine(dear)['state'], mine(dear)['money']), ('asked', 'asked'), 'asked')
        spend(ana, dear, 409)
        gives(c.lee.post(f'/v1/approvals/{asked["id"]}/approve', {'action': 'credit'}), 422)
        gives(c.lee.post(f'/v1/approvals/{asked["id"]}/approve', {'amount': '700.00'}), 200)
        same((mine(dear)['state'], mine(dear)['spent']), ('agreed', '700.00'), 'agreed to')
        same(room(ana), {'course': '600.00'}, 'their own year is untouched')
        holds(feed.next('approval.approved') is not None, 'nobody was told')
        feed.close()
        # A no: it can be asked anew.
        other = gives(ana.post('/v1/growing', {'title': 'Another', 'price': '800.00'}), 201)
        asked = gives(ana.post(f'/v1/decisions/{spend(ana, other)["decision"]["id"]}/ask', {}), 201)
        gives(c.lee.post(f'/v1/approvals/{asked["id"]}/decline', {'note': 'Next year; one a year is right.'}), 200)
        same((mine(other)['state'], mine(other)['money']), ('wished', 'beyond'), 'not agreed to')
        # Undone within seconds: the hold is let go.
        book = gives(ana.post('/v1/growing', {'title': 'A book', 'price': '40.00'}), 201)
        held = spend(ana, book, undo='8s')
        same((held['course']['state'], held['course'].get('held')), ('agreed', True), 'held')
        gives(ana.post(f'/v1/decisions/{held["decision"]["id"]}/release', {}), 200)
        same((mine(book)['state'], mine(book)['money']), ('wished', 'back'), 'undone')
        same(room(ana), {'course': '600.00'}, 'nothing is gone')
        # Given up: the money comes back, once.
        spend(ana, book)
        at = f'/v1/growing/{book["id"]}/state'
        gives(ana.post(at, {'state': 'given_up', 'money_back': True}), 422)
        gives(ana.post(at, {'state': 'finished', 'money_back': True, 'reason': 'x'}), 422)
        gone = gives(ana.post(at, {'state': 'given_up', 'money_back': True, 'reason': 'Out of print.'}), 200)
        same((gone['state'], gone['money']), ('given_up', 'back'), 'given up')
        same(room(ana), {'course': '600.00'}, 'the allowance is whole again')
        gives(ana.post(at, {'state': 'given_up', 'money_back': True, 'reason': 'Again.'}), 409)
        spend(ana, book, 409)
        # The same key, the same answer.
        key = new('key')
        course = gives(ana.post('/v1/growing', {'title': 'Typing', 'price': '20.00'}), 201)
        twice = [gives(ana.post(f'/v1/growing/{course["id"]}/spend', {'action': 'course', 'amount': '20.00'}, key=key), 200, 201) for _ in range(2)]
        same(twice[0].text, twice[1].text, 'the same key')
        same(room(ana), {'course': '580.00'}, 'drawn once')
        same(c.server.run('verify').returncode, 0, 'the record')
