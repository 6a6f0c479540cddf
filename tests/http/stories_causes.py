"""Figures over time and root causes: charts of the record, what somebody typed of a point, who owns a cause, its fix and what became
of it; and who may see and say which.
"""
import contextlib
import datetime

from server import Caller, Server, new, secret_of
from world import PASSWORD, gives, holds, same, story

DAYS = 120


class Company:
    """An invented company with a past: an administrator, somebody of quality, a lead and an agent, each signed in."""

    def __init__(self, w, server):
        self.w, self.server = w, server
        self.boss = Caller(server, w.contract, name='boss')
        gives(self.boss.accept(server.invitation(), PASSWORD, id='boss', name='Boss', email='boss@example.com'), 200, 201)
        self.qora = self.person('qora', roles=['quality'])

    def signed_in(self, who):
        caller = Caller(self.server, self.w.contract, name=who)
        gives(caller.accept(secret_of(gives(self.boss.post(f'/v1/people/{who}/invite'), 201)['link']), PASSWORD), 200)
        return caller

    def person(self, who, **more):
        gives(self.boss.post('/v1/people', {'id': who, 'name': who.title(), **more}), 201)
        return self.signed_in(who)


@contextlib.contextmanager
def company(w, *more):
    with Server(w.server.program) as server:
        server.invent(24000, '--days', DAYS, *more)
        server.start()
        yield Company(w, server)


def total(chart):
    return round(sum(float(point['value']) for point in chart['points']), 2)


@story('charts add up to the record, begin their limits anew with a version, and keep what was typed of a point', alone=True)
def charts(w):
    with company(w) as c:
        whole = gives(c.boss.get('/v1/track', days=90), 200)
        chart = gives(c.boss.get('/v1/track/charts', of='amount', by='day'), 200)
        same((chart['unit'], len(chart['points'])), ('money', 89), 'a point a day, today left out')
        days = whole['by_day'][:-1]
        same(total(chart), round(sum(float(day['amount']) for day in days), 2), 'the money of all days')
        causes = [one['reason'] for one in whole['causes'] if one['reason']]
        count = gives(c.boss.get('/v1/track/charts', of='decisions', by='day'), 200)
        parts = [gives(c.boss.get('/v1/track/charts', of='decisions', by='day', cause=one), 200) for one in [*causes, '']]
        same(sum(total(part) for part in parts), total(count), 'causes add up')
        teams = sorted({one['team'].split('/')[0] for one in whole['agents']})
        parts = [gives(c.boss.get('/v1/track/charts', of='decisions', by='day', team=one), 200) for one in teams]
        same(sum(total(part) for part in parts), total(count), 'teams add up')
        weeks = gives(c.boss.get('/v1/track/charts', of='decisions', by='week', **{'from': chart['since'][:10]}), 200)
        holds(all(datetime.datetime.fromisoformat(point['at'].replace('Z', '+00:00')).weekday() in (0, 6) for point in weeks['points']), 'weeks begin on Mondays')
        agent = whole['agents'][0]['id']
        own = gives(c.boss.get('/v1/track/charts', agent=agent, of='given'), 200)
        same((own['by'], own['unit'], own['agent']), ('week', 'share', agent), 'one agent by week')
        holds(all(0 <= float(point['value']) <= 1 for point in own['points']), 'shares')
        for of in ('each', 'asked', 'at_once', 'waiting'):
            gives(c.boss.get('/v1/track/charts', of=of), 200)
        # Every point outside is one by its own limits.
        phases = chart['phases']
        same(sum(phase['points'] for phase in phases), len(chart['points']), 'phases make the whole')
        for i, point in enumerate(chart['points']):
            phase = next(one for one in reversed(phases) if one['first'] <= i)
            if 'usual' not in phase:
                continue
            side = 1 if float(point['value']) > float(phase['high']) + 0.01 else -1 if float(point['value']) < float(phase['low']) - 0.01 else 0
            holds(side == 0 or point.get('outside', {}).get('single') == side, (i, point, phase))
        # The same day twice as much again: it leaves every course, and somebody says why.
        for wrong in ({'of': 'money'}, {'by': 'month'}, {'agent': agent, 'by': 'day'}, {'agent': agent, 'cause': causes[0]},
                      {'agent': agent, 'team': 'care'}, {'from': 'soon'}, {'from': '1999-01-01'}, {'to': '1999-01-01'}):
            gives(c.boss.get('/v1/track/charts', **wrong), 400)
        point = chart['points'][40]
        note = {'of': 'amount', 'by': 'day', 'at': point['at'], 'text': 'Carrier strike, three days.'}
        gives(c.boss.post('/v1/track/charts/causes', note), 201)
        said = gives(c.boss.get('/v1/track/charts', of='amount', by='day'), 200)['points'][40]['cause']
        same((said['text'], said['by']), (note['text'], 'boss'), 'what was said')
        gives(c.qora.post('/v1/track/charts/causes', {**note, 'text': 'Carrier strike in the north.'}), 200)
        said = gives(c.boss.get('/v1/track/charts', of='amount', by='day'), 200)['points'][40]['cause']
        same((said['text'], said['by']), ('Carrier strike in the north.', 'qora'), 'the newer one')
        holds('cause' not in gives(c.boss.get('/v1/track/charts', of='each', by='day'), 200)['points'][40], 'another figure has its own')
        opened = [one['point'] for one in chart['open'] if one['point'] != 40] # something is said of that one already
        for at in opened:
            gives(c.boss.post('/v1/track/charts/causes', {**note, 'at': chart['points'][at]['at']}), 200, 201)
        same(gives(c.boss.get('/v1/track/charts', of='amount', by='day'), 200)['open'], [], 'none is left open')
        for wrong in ({'text': ' '}, {'text': 'x' * 2001}, {'of': 'money'}, {'by': 'month'}, {'at': 'soon'}, {'agent': agent, 'team': 'care'}):
            gives(c.boss.post('/v1/track/charts/causes', {**note, **wrong}), 422)
        # Erasing who typed it takes the text, not that something was said.
        gives(c.boss.post('/v1/people/qora/erase'), 200)
        holds('text' not in gives(c.boss.get('/v1/track/charts', of='amount', by='day'), 200)['points'][40]['cause'], 'the text was erased')
        journal = c.server.run('export', 'journal').stdout
        holds('cause.named' in journal and 'Carrier strike' not in journal, 'the text stands in the chain')
        same(c.server.run('verify').returncode, 0, 'the chain')


@story('a chart is for whom its figures are: a lead their team, everybody themselves; what lies behind it is said by the same')
def who_sees_charts(w):
    agent, other = w.agent(), w.agent()
    w.ask(agent, amount='3.00')
    same(gives(agent.get('/v1/track/charts', agent=agent.id), 200)['agent'], agent.id, 'their own')
    gives(agent.get('/v1/track/charts'), 403)
    gives(agent.get('/v1/track/charts', agent=other.id), 403)
    gives(agent.get('/v1/track/charts', team='care'), 403)
    same(gives(w.lee.get('/v1/track/charts'), 200)['team'], 'care', 'a lead who names no team sees their own')
    same(gives(w.lee.get('/v1/track/charts', team='sales'), 200)['points'], [], 'a team that is not theirs')
    gives(w.aud.get('/v1/track/charts', agent=agent.id), 200)
    note = {'of': 'amount', 'at': '2026-03-02T00:00:00Z', 'text': 'A strike.'}
    by_day, by_week = {**note, 'by': 'day'}, {**note, 'by': 'week'}
    gives(agent.post('/v1/track/charts/causes', {**by_week, 'agent': agent.id}), 403)  # a token that stands for them is not them
    gives(w.ana.post('/v1/track/charts/causes', {**by_week, 'agent': 'ana'}), 201)
    gives(w.lee.post('/v1/track/charts/causes', {**by_week, 'agent': 'ana'}), 200)
    gives(w.lee.post('/v1/track/charts/causes', {**by_day, 'team': 'care'}), 201)
    gives(w.lee.post('/v1/track/charts/causes', by_day), 200)
    gives(w.ana.post('/v1/track/charts/causes', {**by_week, 'agent': 'ben'}), 403)
    gives(w.ana.post('/v1/track/charts/causes', {**by_day, 'team': 'care'}), 403)
    gives(w.lee.post('/v1/track/charts/causes', {**by_day, 'team': 'sales'}), 403)
    gives(w.lee.post('/v1/track/charts/causes', {**by_week, 'agent': 'kim'}), 403)
    gives(w.aud.post('/v1/track/charts/causes', {**by_day, 'team': 'care'}), 403)
    gives(w.tokens['admin'].post('/v1/track/charts/causes', {**by_day, 'team': 'care'}), 403)


@story('under a works council one agent’s chart is for them and their lead, and others see groups of five and more', alone=True)
def charts_by_groups(w):
    agent = w.agent()
    for one in [agent, *(w.agent() for _ in range(4))]:
        w.ask(one, amount='4.00')
    gives(w.root.patch('/v1/settings', {'works_council': True}), 200)
    try:
        gives(w.root.get('/v1/track/charts'), 200)
        gives(w.root.get('/v1/track/charts', agent=agent.id), 403)
        gives(w.root.get('/v1/track/charts', cause='never-said'), 403)
        gives(w.root.get('/v1/causes'), 200)
        gives(w.lee.get('/v1/track/charts', agent=agent.id), 200)
        gives(agent.get('/v1/track/charts', agent=agent.id), 200)
        note = {'of': 'amount', 'by': 'week', 'at': '2026-03-09T00:00:00Z', 'agent': 'ana', 'text': 'New here.'}
        gives(w.root.post('/v1/track/charts/causes', note), 403)
        gives(w.ana.post('/v1/track/charts/causes', note), 201)
    finally:
        gives(w.root.patch('/v1/settings', {'works_council': False}), 200)


@story('a cause has an owner and a fix; its owner keeps it, others read it, and nobody overwrites what they have not seen')
def owners(w):
    agent = w.agent()
    w.ask(agent, amount='6.00', reason='outage')
    listed = gives(w.lee.get('/v1/causes'), 200)['items']
    mine = next(one for one in listed if one['cause'] == 'outage')
    holds(float(mine['amount']) >= 6 and 'share_so_far' in mine, mine)
    amounts = [float(one['amount']) for one in listed]
    same(amounts, sorted(amounts, reverse=True), 'most money first')
    before = gives(w.qua.get('/v1/causes/outage'), 200)
    same(before['may'], ['change'], 'quality sees to causes')
    gives(agent.get('/v1/causes'), 403)
    gives(agent.get('/v1/causes/outage'), 403)
    gives(w.lee.get('/v1/causes/never-said'), 404)
    gives(w.qua.put('/v1/causes/never-said', {'owner': 'lee'}), 404)
    gives(w.qua.get('/v1/causes/outage/effect'), 404)
    # Nobody owns it: those who see to causes everywhere say who does.
    gives(w.lee.put('/v1/causes/outage', {'owner': 'lee'}), 403)
    gives(agent.put('/v1/causes/outage', {'owner': agent.id}), 403)
    gives(w.aud.put('/v1/causes/outage', {'owner': 'lee'}), 403)
    for wrong in ({'owner': new('nobody')}, {'fix': {'text': 'x'}}, {'fix': {'text': '', 'from': '2026-01-01'}}, {'fix': {'text': 'x', 'from': 'soon'}},
                  {'fix': {'text': 'x', 'policy_version': 999}}, {'fix': 'x'}, {'until': 'soon'}):
        gives(w.qua.put('/v1/causes/outage', wrong), 422)
    kept = gives(w.qua.put('/v1/causes/outage', {'owner': 'lee'}), 200)
    same((kept['owner'], kept['changed_by']), ('lee', 'qua'), 'who owns it')
    tag = f'"{kept["version"]}"'
    fix = {'text': 'A second line in the north.', 'from': '2026-03-02'}
    fixed = gives(w.lee.put('/v1/causes/outage', {'owner': 'lee', 'fix': fix}, headers={'If-Match': tag}), 200)
    same((fixed['fix']['text'], fixed['fix']['from'][:4]), (fix['text'], '2026'), 'the fix')
    gives(w.qua.put('/v1/causes/outage', {'owner': 'qua'}, headers={'If-Match': tag}), 412)
    same(gives(w.lee.get('/v1/causes/outage'), 200)['fix']['text'], fix['text'], 'read again')
    effect = gives(w.lee.get('/v1/causes/outage/effect'), 200)
    same((effect['cause'], effect['verdict'], effect['words']), ('outage', 'too_early', 'too early to say'), 'too early')
    gives(agent.get('/v1/causes/outage/effect'), 403)
    version = gives(w.root.get('/v1/policy'), 200)['version']
    linked = gives(w.lee.put('/v1/causes/outage', {'owner': 'lee', 'fix': {'text': 'Credit at once.', 'policy_version': version}}), 200)
    same(linked['fix']['policy_version'], version, 'the version')
    same(gives(w.lee.get('/v1/causes/outage/effect'), 200)['version'], version, 'measured since')
    gives(w.lee.put('/v1/causes/outage', {}), 200)
    gives(w.lee.put('/v1/causes/outage', {'owner': 'lee'}), 403)
    holds('fix' not in gives(w.qua.get('/v1/causes/outage'), 200).json, 'all of it is gone')


@story('what became of a cause is measured from its fix on, in words, and nothing is claimed where nothing changed', alone=True)
def effects(w):
    with company(w) as c:
        causes = [one['cause'] for one in gives(c.boss.get('/v1/causes'), 200)['items'] if one['cause']]
        since = (datetime.date.today() - datetime.timedelta(days=60)).isoformat()
        for cause in causes:
            gives(c.boss.put(f'/v1/causes/{cause}', {'fix': {'text': 'Nothing at all.', 'from': since}}), 200)
            effect = gives(c.boss.get(f'/v1/causes/{cause}/effect'), 200)
            names = [one['measure'] for one in effect['measures']]
            same(names, ['cost_per_case', 'share_of_requests', 'time_to_authority', 'rating'], 'what is measured')
            same((effect['against'], effect['days_used']), ('before', 56), 'the look after eight weeks')
            share = effect['measures'][1]
            holds('new_before' not in share or 0 <= float(share['new_before']) <= 1, share)
