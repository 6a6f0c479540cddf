"""Canary: a version of the policy for some teams first; a version beside the live one that decides nothing."""
import datetime

from server import new
from world import POLICY, gives, holds, same, story

LESS = POLICY.replace('rep-month:     {per: agent, every: month, amount: 200.00}', 'rep-month:     {per: agent, every: month, amount: 150.00}')


def later(days=7):
    return (datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=days)).strftime('%Y-%m-%dT%H:%M:%SZ')


def start(w, status=201, caller=None, **body):
    return gives((caller or w.pol).post('/v1/policy/trials', {'until': later(), **body}), status)


@story('a version is for one team first: decisions, budgets and authority of that team follow it, nobody else\'s; it is told and ended', alone=True)
def some_teams(w):
    stream = w.kim.listen()
    care, sales = w.agent('care'), w.agent('sales')
    live = gives(w.pol.get('/v1/policy'), 200)['version']
    trial = start(w, source=LESS, teams=['care'], note='Enough for care?', stops={'cost_a_day': '5000.00'})
    try:
        told = stream.next('policy.trial_started', 3)
        holds(told is not None and trial['id'] in str(told), 'not told')
        same((trial['base'], trial['teams'], trial['under'], trial['state'], trial['note']),
             (live, ['care'], True, 'running', 'Enough for care?'), 'the trial')
        same(trial['changes'], ['budgets.rep-month.amount'], 'what it changes')
        same(gives(w.pol.get('/v1/policy'), 200)['version'], live, 'the live version')
        same(w.ask(care)['policy'], trial['version'], 'care')
        same(w.ask(sales)['policy'], live, 'sales')
        same((w.left(care, 'rep-month')['left'], w.left(sales, 'rep-month')['left']), ('110.00', '200.00'), 'limits')
        same(gives(care.get('/v1/me/authority'), 200)['policy'], trial['version'], 'authority')
        same(gives(care.post('/v1/options', {'customer': new('customer'), 'reason': 'outage'}), 200)['policy'], trial['version'], 'options')
        same(gives(sales.get('/v1/policy/terms'), 200)['version'], live, 'terms')
        same(gives(care.get('/v1/policy/terms'), 200)['version'], trial['version'], 'terms on trial')
        same(gives(w.ana.get('/v1/policy/trials', limit=1), 200)['items'][0]['id'], trial['id'], 'listed')
        refused = start(w, 409, source=LESS, teams=['sales'])
        holds(trial['id'] in refused.text and 'budgets.rep-month.amount' in refused.text, 'what both share is not said')
        holds('keep it or end it' in gives(w.pol.post('/v1/policy/publish', {'source': POLICY + '\n# more\n'}), 409).text, 'the mend is not said')
    finally:
        ended = gives(w.pol.post(f'/v1/policy/trials/{trial["id"]}/end', {'note': 'Enough.'}), 200)
    same((ended['state'], ended['ended']['how'], ended['ended']['by'], ended['ended']['note']), ('ended', 'ended', 'pol', 'Enough.'), 'ended')
    holds(stream.next('policy.trial_ended', 3) is not None, 'not told of the end')
    stream.close()
    same(w.ask(care)['policy'], live, 'care again')
    same(w.left(care, 'rep-month')['left'], '120.00', 'what both have drawn')
    gives(w.pol.post(f'/v1/policy/trials/{trial["id"]}/end'), 409)
    gives(w.pol.post(f'/v1/policy/trials/{trial["id"]}/keep'), 409)


@story('what was tried is kept for everybody, or everybody goes back in one act', alone=True)
def kept(w):
    agent = w.agent('sales')
    live = gives(w.pol.get('/v1/policy'), 200)['version']
    trial = start(w, source=LESS, share='0.5')
    holds(trial['teams'] and trial['under'] is False and trial['share'] == '0.5', 'a share')
    same(gives(w.pol.post(f'/v1/policy/trials/{trial["id"]}/keep', {'note': 'It worked.'}), 200)['ended']['how'], 'kept', 'kept')
    try:
        same(w.ask(agent)['policy'], trial['version'], 'everybody has it')
        gives(w.pol.post('/v1/policy/rollback', {'version': live}), 200)
        same(w.ask(agent)['policy'], live, 'everybody is back')
        again = start(w, version=trial['version'], teams=['sales', 'care'])
        same(again['version'], trial['version'], 'no new version')
        same(w.ask(agent)['policy'], trial['version'], 'tried again')
        gives(w.pol.post('/v1/policy/rollback', {'version': live}), 200)  # it is live: those on trial come back
        same(w.ask(agent)['policy'], live, 'back without a word about the trial')
        same(gives(w.ana.get('/v1/policy/trials', limit=1), 200)['items'][0]['ended']['how'], 'rolled_back', 'how it ended')
        start(w, source=LESS + '\n# anew\n', teams=['care'])
        gives(w.pol.post('/v1/policy/publish', {'source': POLICY + '\n# for all\n', 'ends_trials': True}), 201)
        same(gives(w.ana.get('/v1/policy/trials', limit=1), 200)['items'][0]['ended']['how'], 'published', 'how it ended')
    finally:
        gives(w.pol.post('/v1/policy/rollback', {'version': live}), 200)


@story('a trial that says too little, too much or nothing is refused where it is wrong; only who may change the policy starts one', alone=True)
def refused(w):
    for body, where in (
            ({'source': LESS}, 'teams'), ({'source': LESS, 'teams': []}, 'teams'), ({'source': LESS, 'teams': ['care'], 'share': '0.5'}, 'teams'),
            ({'source': LESS, 'share': '1'}, 'share'), ({'source': LESS, 'share': '0.0'}, 'share'), ({'source': LESS, 'teams': [1]}, 'teams'),
            ({'source': LESS, 'version': 1, 'teams': ['care']}, 'one of'), ({'source': LESS, 'teams': ['care'], 'until': 'soon'}, 'until'),
            ({'source': LESS, 'teams': ['care'], 'until': later(-1)}, 'until'), ({'source': LESS, 'teams': ['care'], 'until': later(400)}, 'until'),
            ({'source': LESS, 'teams': ['care'], 'stops': {'cost_a_day': 'much'}}, 'stops'), ({'source': POLICY, 'teams': ['care']}, 'nothing to try'),
            ({'source': LESS.replace('up_to: 100.00', 'upto: 100.00'), 'teams': ['care']}, 'up_to')):
        holds(where in start(w, 422, **body).text, f'{where} is not named')
    gives(w.pol.post('/v1/policy/trials', {'source': LESS, 'teams': ['care']}), 422)
    start(w, 404, source=LESS, teams=['nobody'])
    start(w, 404, version=9999, teams=['care'])
    window = POLICY.replace('rep-month:     {per: agent, every: month', 'rep-month:     {per: agent, every: week')
    holds('rep-month' in start(w, 409, source=window, teams=['care']).text, 'the budget is not named')
    start(w, 403, caller=w.ana, source=LESS, teams=['care'])
    start(w, 401, caller=w.nobody, source=LESS, teams=['care'])
    gives(w.ana.post('/v1/policy/trials/tri_01kah8m0w6e4ysz4n9p3qf7x2c/end'), 403)
    gives(w.ana.post('/v1/policy/trials/tri_01kah8m0w6e4ysz4n9p3qf7x2c/keep'), 403)
    gives(w.pol.post('/v1/policy/trials/tri_01kah8m0w6e4ysz4n9p3qf7x2c/end'), 404)
    gives(w.pol.post('/v1/policy/trials/tri_01kah8m0w6e4ysz4n9p3qf7x2c/keep'), 404)
    gives(w.nobody.get('/v1/policy/trials'), 401)


@story('an ask that began under a trial is answered when the trial is over, by what is live then', alone=True)
def asked(w):
    more = POLICY.replace('lead-month:    {per: agent, every: month, amount: 2000.00}', 'lead-month:    {per: agent, every: month, amount: 1900.00}')
    agent = w.agent('care')
    trial = start(w, source=more, teams=['care'])
    try:
        asks = w.ask(agent, amount='150.00')
        same((asks['verdict'], asks['policy']), ('ask', trial['version']), 'asks')
        approval = gives(agent.post(f'/v1/decisions/{asks["id"]}/ask', {'note': 'Please.'}), 201)
    finally:
        gives(w.pol.post(f'/v1/policy/trials/{trial["id"]}/end'), 200)
    room = gives(w.lee.get(f'/v1/approvals/{approval["id"]}'), 200)
    holds(room['state'] == 'open', 'still asked')
    answered = gives(w.lee.post(f'/v1/approvals/{approval["id"]}/approve', {}), 200)
    same(answered['state'], 'approved', 'answered')
    granted = gives(agent.get(f'/v1/decisions/{answered["answer"]["decision"]}'), 200)
    same((granted['verdict'], granted['policy']), ('granted', trial['base']), 'by the live version')
