"""Canary: a version of the policy for some teams first; a version beside the live one that decides nothing."""
import datetime
import json
import pathlib
import subprocess

from server import Caller, Server, new
from world import PASSWORD, POLICY, gives, holds, same, story

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
    more = POLICY.replace('lead-month:    {per: agent, every: month, amount: 6000.00}', 'lead-month:    {per: agent, every: month, amount: 5900.00}')
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


def by_command_line(w, *options):
    command = [w.server.program, 'policy', 'effect', '--against', str(w.server.db), '--json', '--quiet', *options]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    holds(done.returncode == 0, f'leeway policy effect: {done.stderr}')
    return [json.loads(line) for line in done.stdout.splitlines()]


@story('whether a trial could start is said without starting it, as it would be then', alone=True)
def looked_at(w):
    def look(status, caller=None, **body):
        return gives((caller or w.pol).post('/v1/policy/trials/check', {'until': later(), **body}), status)
    before = gives(w.pol.get('/v1/policy/versions', limit=1), 200)['items'][0]['version']
    listed = [trial['id'] for trial in gives(w.pol.get('/v1/policy/trials'), 200)['items']]
    could = look(200, source=LESS, teams=['care'])
    same((could['teams'], could['changes']), (['care'], ['budgets.rep-month.amount']), 'what it would be')
    same(len(look(200, source=LESS, share='0.5')['teams']) > 0, True, 'a draw')
    look(404, source=LESS, teams=['nobody'])
    look(422, source=LESS, teams=['care'], until=later(-1))
    look(403, caller=w.ana, source=LESS, teams=['care'])
    look(401, caller=w.nobody, source=LESS, teams=['care'])
    same([trial['id'] for trial in gives(w.pol.get('/v1/policy/trials'), 200)['items']], listed, 'trials')
    same(gives(w.pol.get('/v1/policy/versions', limit=1), 200)['items'][0]['version'], before, 'versions')
    trial = start(w, source=LESS, teams=['care'])
    try:
        holds(trial['id'] in look(409, source=POLICY.replace('up_to: 100.00', 'up_to: 90.00'), teams=['care']).text, 'who is in the way')
        holds('budgets.rep-month.amount' in look(409, source=LESS, teams=['sales']).text, 'what is in the way')
    finally:
        gives(w.pol.post(f'/v1/policy/trials/{trial["id"]}/end'), 200)


@story('a trial goes on for longer, and is told; never for less, and never once it is over', alone=True)
def longer(w):
    stream = w.kim.listen()
    trial = start(w, source=LESS, teams=['care'])
    path = f'/v1/policy/trials/{trial["id"]}/extend'
    try:
        until = later(30)
        same(gives(w.pol.post(path, {'until': until}), 200)['until'], until, 'its end')
        told = stream.next('policy.trial_extended', 3)
        holds(told is not None and trial['id'] in str(told), 'not told')
        same(gives(w.ana.get('/v1/policy/trials', limit=1), 200)['items'][0]['until'], until, 'listed')
        same(w.ask(w.agent('care'))['policy'], trial['version'], 'care still has it')
        for bad in (later(7), later(400), 'soon'):
            gives(w.pol.post(path, {'until': bad}), 422)
        gives(w.pol.post(path, {}), 422)
        gives(w.ana.post(path, {'until': later(40)}), 403)
        gives(w.nobody.post(path, {'until': later(40)}), 401)
        gives(w.pol.post('/v1/policy/trials/tri_01kah8m0w6e4ysz4n9p3qf7x2c/extend', {'until': later(40)}), 404)
    finally:
        gives(w.pol.post(f'/v1/policy/trials/{trial["id"]}/end'), 200)
        stream.close()
    holds('over' in gives(w.pol.post(path, {'until': later(40)}), 409).text, 'that it is over')


@story('what a version did is what the command line says of the same record; it has decided something, or it says that it has not', alone=True)
def effect(w):
    care, sales = w.agent('care'), w.agent('sales')
    w.ask(care)
    trial = start(w, source=LESS, teams=['care'])
    number = trial['version']
    try:
        fresh = gives(w.ana.get(f'/v1/policy/versions/{number}/effect'), 200).json
        same((fresh['verdict'], fresh['measures'], 'since' in fresh), ('too_early', [], False), 'before its first decision')
        for agent, times in ((care, 3), (sales, 2)):
            for _ in range(times):
                w.ask(agent)
        said = gives(w.ana.get(f'/v1/policy/versions/{number}/effect'), 200).json
        same((said['decided'], said['against'], said['against_version']), ({'new': 3, 'kept': 2}, 'teams', trial['base']), 'who decided')
        same(([team for team in said['teams']['new'] if team == 'care'], 'sales' in said['teams']['kept'], said['days_used']), (['care'], True, 0), 'teams')
        same([one['measure'] for one in said['measures']], ['cost_per_case', 'granted_at_once', 'time_to_authority', 'rating'], 'measures')
        same(said, by_command_line(w, '--version', str(number))[0], 'what the command line says')
        gives(w.ana.get('/v1/policy/versions/9999/effect'), 404)
        gives(w.ana.get('/v1/policy/versions/0/effect'), 404)
        gives(w.nobody.get(f'/v1/policy/versions/{number}/effect'), 401)
        gives(w.tokens['facts'].get(f'/v1/policy/versions/{number}/effect'), 403)
    finally:
        gives(w.pol.post(f'/v1/policy/trials/{trial["id"]}/end'), 200)


def rated(server, team, first, end):
    """How far along their scale ratings of a team's work were on average, between two moments in seconds."""
    said = server.ask(f"SELECT SUM(share) || '/' || COUNT(*) FROM rating WHERE team = '{team}' AND at >= {first * 10**6} AND at < {end * 10**6}")[0]
    total, count = said.split('/')
    return int(total) / int(count) / 1e6


@story('what a version did to ratings is the mean of its teams\' ratings, before and after, beside those that kept the old one', alone=True)
def effect_on_ratings(w):
    telco = pathlib.Path(__file__).parents[2] / 'examples' / 'telco' / 'policy.yaml'
    day = 24 * 3600
    with Server(w.server.program) as server:
        less = server.folder / 'less.yaml'
        less.write_text(telco.read_text().replace('up_to: 50.00', 'up_to: 40.00'))
        server.invent(6000, '--agents', 60, '--days', 56, '--trial', less)
        server.start()
        boss = Caller(server, w.contract, name='boss')
        gives(boss.accept(server.invitation(), PASSWORD, id='boss', name='Boss', email='boss@example.com'), 200, 201)
        said = gives(boss.get('/v1/policy/versions/2/effect'), 200)
        row = next(one for one in said['measures'] if one['measure'] == 'rating')
        same((said['against'], said['days_before'], said['days_used'], row['teams_new'], row['teams_kept']), ('teams', 28, 14, 2, 2), 'what it rests on')
        start = int(datetime.datetime.fromisoformat(said['since'].replace('Z', '+00:00')).timestamp())
        found = {}
        for side in ('new', 'kept'):
            teams = said['teams'][side]
            for when, first, end in (('before', start - said['days_before'] * day, start), ('after', start, start + said['days_used'] * day)):
                found[f'{side}_{when}'] = sum(rated(server, team, first, end) for team in teams) / len(teams)
        same({name: row[name] for name in found}, {name: f'{value:.4f}' for name, value in found.items()}, 'by hand')
        change = (found['new_after'] - found['new_before']) - (found['kept_after'] - found['kept_before'])
        same(row['change'], f'{change:+.4f}'.lstrip('+'), 'the change beside the others')
        holds(float(row['low']) < change < float(row['high']) and row['says'] == 'nothing', f'two teams say little: {row!r}')
        holds(not any('no ratings' in text for text in said['unknown']), said['unknown'])
        command = [server.program, 'policy', 'effect', '--version', '2', '--against', str(server.db), '--json', '--quiet']
        told = json.loads(subprocess.run(command, capture_output=True, text=True, timeout=60, check=True).stdout)
        same(next(one for one in told['measures'] if one['measure'] == 'rating'), row, 'what the command line says')


@story('what a trial would show is what the command line says; teams without a past show nothing', alone=True)
def power(w):
    w.ask(w.agent('care'))
    w.ask(w.agent('sales'))
    said = gives(w.ana.get('/v1/policy/trials/power', teams='care', days=14), 200).json
    plan = next(one for one in by_command_line(w, '--plan', 'care') if one['days'] == 14)
    same({name: said[name] for name in plan}, plan, 'what the command line says')
    same((said['least'], said['days_used'], gives(w.ana.get('/v1/policy/trials/power', share='0.5'), 200)['days']), ({}, 14, 14), 'of a past of a day')
    same(gives(w.ana.get('/v1/policy/trials/power', teams='care,sales', days=3), 200)['days_used'], 0, 'no look within three days')
    gives(w.ana.get('/v1/policy/trials/power', teams='nobody'), 404)
    for bad in ({}, {'teams': ''}, {'share': '1'}, {'teams': 'care', 'share': '0.5'}, {'teams': 'care', 'days': 0}, {'teams': 'care', 'days': 'x'}):
        gives(w.ana.get('/v1/policy/trials/power', **bad), 400)
    gives(w.nobody.get('/v1/policy/trials/power', teams='care'), 401)
    gives(w.tokens['facts'].get('/v1/policy/trials/power', teams='care'), 403)
