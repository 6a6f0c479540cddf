"""Earned room: a good record becomes a proposal with its replay; it is put forward, put aside, accepted; who sees it, and who may do what."""
import datetime
import json

from server import Caller, Events, Server, new, secret_of
from world import PASSWORD, gives, holds, same, story

RIGHT = {'amount': 'right', 'cause': 'right', 'kept': 'yes', 'understood': 'yes'}
AGENT, LEAD = 'agent2', 'mia' # who leads their lead: an invented lead's own budget is used up


class Company:
    """Ninety days of an invented company, and in them one agent with a good record."""

    def __init__(self, w, server):
        self.w, self.server, self.callers = w, server, {}
        server.invent(6000, '--agents', 20, '--days', 90, '--until', datetime.date.today() - datetime.timedelta(days=1))
        server.start()
        self.admin = Caller(server, w.contract, name='admin')
        gives(self.admin.accept(server.invitation(), PASSWORD, id='boss', name='Boss', email='boss@example.com'), 200, 201)
        gives(self.admin.post('/v1/people', {'id': 'qora', 'name': 'Qora', 'roles': ['quality']}), 201)
        self.agent, self.lead, self.other, self.keeper, self.qora = (
            self.caller(name) for name in (AGENT, LEAD, 'lead3', 'omar', 'qora'))

    def caller(self, name):
        """Somebody of the company, signed in."""
        if name not in self.callers:
            caller = self.callers[name] = Caller(self.server, self.w.contract, name=name)
            gives(caller.accept(secret_of(gives(self.admin.post(f'/v1/people/{name}/invite'), 201)['link']), PASSWORD), 200)
        return self.callers[name]

    def answered(self, times, answer='approve', body=None):
        """Asks for a gesture that a senior may give at once."""
        for _ in range(times):
            asked = gives(self.agent.post('/v1/decisions', {'agent': AGENT, 'action': 'credit', 'amount': '1.00', 'reason': 'goodwill', 'case': new('c'),
                                                            'customer': new('k'), 'note': 'They asked for it.', 'facts': {'customer_asked': True}}), 201)
            same(asked['verdict'], 'ask', 'beyond a frontline agent')
            approval = gives(self.agent.post(f'/v1/decisions/{asked["id"]}/ask', {}), 201)
            asked = {item['person'] for item in approval['asked']}
            gives(self.caller(LEAD if LEAD in asked else min(asked)).post(f'/v1/approvals/{approval["id"]}/{answer}', body or {}), 200)

    def reviewed(self, times, answer=None):
        page = gives(self.lead.get('/v1/decisions', agent=AGENT, verdict='granted', limit=times), 200)
        for item in page['items'][:times]:
            made = gives(self.qora.post('/v1/reviews', {'decision': item['id']}), 201)
            gives(self.qora.post(f'/v1/reviews/{made["id"]}/send', answer or RIGHT), 200)

    def listed(self, caller, **query):
        answer = gives(caller.get('/v1/track/room', **query), 200).json
        holds(answer['rule']['days'] == 90 and '85 %' in answer['rule']['words'], f'the rule: {answer["rule"]!r}')
        return {item['person']: item for item in answer['items'] if item['person'] == AGENT} # the invented company has others


@story('a good record becomes a proposal with its replay, is put aside, put forward and accepted, and the person is told', alone=True)
def earned(w):
    with Server(w.server.program) as server:
        c = Company(w, server)
        same(c.listed(c.lead), {}, 'they have not been reviewed')
        c.answered(60)
        same(AGENT in c.listed(c.lead), False, 'asks alone are no record')
        near = gives(c.agent.get('/v1/me/track'), 200)['room']
        same([item['test'] for item in near['near']['missing']], ['reviews'], f'what would open it: {near["near"]!r}')
        holds('6 reviews: it is 0.' in near['near']['missing'][0]['words'], near)
        same('proposal' in near, False, 'and nothing is proposed yet')
        c.reviewed(8)
        one = c.listed(c.lead)[AGENT]
        same((one['kind'], one['before'], one['after'], one['may']), ('tier', 'frontline', 'senior', ['forward', 'later']), 'the next tier, and what a lead may')
        holds(one['asks'] >= 60 and one['unchanged'] >= 60 and float(one['at_least']) >= 0.85, f'what it rests on: {one!r}')
        same((one['record']['right'], one['record']['too_much']), (8, 0), 'reviews')
        holds(one['record']['tier_days'] >= 60 and one['replay']['avoided'] >= 60, f'the replay: {one["replay"]!r}')
        holds('With the tier senior' in one['effect'] and '8 reviews' in one['words'], one)
        seen = gives(c.lead.get(f'/v1/decisions/{one["decisions"][0]}'), 200)
        same((seen['agent'] if 'agent' in seen.json else seen['person'], seen['verdict']), (AGENT, 'ask'), 'a case behind it')
        same(gives(c.agent.get('/v1/me/track'), 200)['room']['proposal']['id'], one['id'], 'they see it themselves')
        sheet = gives(c.lead.get('/v1/track/room', format='csv'), 200).text
        holds(sheet.startswith('id,person,name') and one['id'] in sheet, sheet)

        said = json.loads(server.run('track', 'room', '--json', '--quiet').stdout)
        same([item for item in said['items'] if item['id'] == one['id']], [{key: value for key, value in one.items() if key != 'may'}], 'as the command line says')
        holds(one['effect'] in server.run('track', 'room', '--quiet').stdout, 'and in words')
        same(json.loads(server.run('track', 'room', '--json', '--quiet', '--team', 'billing').stdout)['items'], [], 'of another team')

        at = f'/v1/track/room/{one["id"]}'
        # Not now: gone for everybody, until as many answers are new.
        gives(c.lead.post(f'{at}/later', {}), 422)
        gives(c.lead.post(f'{at}/later', {'reason': 'x' * 2001}), 422)
        gives(c.lead.post(f'{at}/later', {'reason': 'After the summer.'}), 204)
        same(c.listed(c.admin), {}, 'put aside')
        gives(c.lead.post(f'{at}/forward', {'note': 'x'}), 404)
        entries = [json.loads(line) for line in server.run('export', 'journal').stdout.splitlines()]
        holds(entries[-1]['kind'] == 'room.put_aside' and 'After the summer' not in json.dumps(entries[-1]), entries[-1])
        c.answered(one['asks'])
        back = c.listed(c.lead)[AGENT]
        same(back['id'], one['id'], 'as many new answers, and the same proposal')

        gives(c.lead.post(f'{at}/forward', {'note': 'Ready since spring.'}), 204)
        forward = c.listed(c.keeper)[AGENT]['forward']
        same((forward['by'], forward['note']), (LEAD, 'Ready since spring.'), 'put forward')
        events = c.agent.listen()
        gives(c.lead.post(f'{at}/accept'), 403)
        person = gives(c.keeper.post(f'{at}/accept', {}), 200)
        same((person['id'], person['tier']), (AGENT, 'senior'), 'one touch')
        told = events.next('room.accepted')
        holds(AGENT in json.dumps(told), f'they are told: {told!r}')
        gives(c.keeper.post(f'{at}/accept'), 404)
        same(AGENT in c.listed(c.lead), False, 'it is done')
        same(gives(c.agent.post('/v1/decisions', {'agent': AGENT, 'action': 'credit', 'amount': '1.00', 'reason': 'goodwill', 'case': new('c'),
                                                  'customer': new('k'), 'note': 'They asked.', 'facts': {'customer_asked': True}}), 201)['verdict'], 'granted',
             'the room is there')
        entries = [json.loads(line) for line in server.run('export', 'journal').stdout.splitlines()]
        changed = next(e for e in reversed(entries) if e['kind'] == 'person.changed')
        accepted = next(e for e in reversed(entries) if e['kind'] == 'room.accepted')
        same((accepted['seq'], accepted['body']['person'], changed['body']['tier']), (changed['seq'] + 1, AGENT, 'senior'), 'one after the other')
        holds(accepted['body']['shown']['asks'] == back['asks'] and accepted['body']['shown']['decisions'] == back['decisions']
              and 'name' not in accepted['body']['shown'], f'with its evidence: {accepted["body"]!r}')
        holds('all is well' in server.run('verify').stdout, 'the record verifies')


@story('under a works council a proposal is for the one whom it is about, their leads, and whoever a lead puts it before', alone=True)
def council(w):
    with Server(w.server.program) as server:
        c = Company(w, server)
        c.answered(60)
        c.reviewed(8)
        one = c.listed(c.lead)[AGENT]
        at = f'/v1/track/room/{one["id"]}'
        same(list(c.listed(c.keeper, agent=AGENT)), [AGENT], 'whoever keeps people')
        same(c.listed(c.admin, team='billing'), {}, 'another team')
        gives(c.agent.get('/v1/track/room'), 403)
        gives(c.other.get('/v1/track/room', agent=AGENT), 403)
        same(c.listed(c.other), {}, 'not theirs')
        gives(c.other.post(f'{at}/forward', {'note': 'x'}), 404)
        gives(c.other.post(f'{at}/later', {'reason': 'x'}), 404)
        gives(c.qora.get('/v1/track/room'), 403)
        gives(c.agent.post(f'{at}/forward'), 403)
        gives(c.agent.post(f'{at}/accept'), 403)
        gives(c.keeper.post(f'{at}/accept', {'tier': 'lead'}), 422)
        gives(c.admin.patch('/v1/settings', {'works_council': True}), 200)
        same(list(c.listed(c.lead)), [AGENT], 'their lead')
        same((c.listed(c.keeper), c.listed(c.admin)), ({}, {}), 'nobody else')
        gives(c.keeper.post(f'{at}/accept'), 404)
        gives(c.lead.post(f'{at}/forward'), 204)
        same(list(c.listed(c.keeper)), [AGENT], 'what a lead puts forward')
        # A lowering that is asked for closes it.
        until = (datetime.date.today() + datetime.timedelta(days=30)).isoformat()
        made = gives(c.lead.post('/v1/lowerings', {'person': AGENT, 'to': {'tier': None}, 'until': until, 'reason': 'We agreed on it.'}), 201)
        same(c.listed(c.lead), {}, 'a lowering waits')
        gives(c.lead.post(f'/v1/lowerings/{made["id"]}/end'), 200)
        same(list(c.listed(c.lead)), [AGENT], 'it was never in force')
        gives(c.keeper.post(f'{at}/accept'), 200)
