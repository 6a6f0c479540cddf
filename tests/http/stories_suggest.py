"""What approvals teach: steady answers become a suggestion, a draft of it, or are put aside; who may, and what is refused."""
import functools
import json
import subprocess

from server import Server, new
from world import World, gives, holds, same, story


def by_themselves(tell):
    """Told in a company of its own: whoever else was answered would count as evidence."""
    @functools.wraps(tell)
    def told(w):
        with Server(w.server.program) as server:
            server.start()
            own = World(server, w.contract)
            own.set_up()
            tell(own)
    return told


def lead_of(w, team):
    """Somebody who answers for a team that has nobody else."""
    person = new('lead')
    gives(w.root.post('/v1/people', {'id': person, 'name': f'Name of {person}', 'team': team, 'tier': 'lead'}), 201)
    caller = w.invited(person)
    caller.team = team
    return caller


def answered(w, lead, amount, times, answer='approve', body=None):
    """By agents of the lead's team, each with a month's budget for three."""
    for number in range(times):
        if number % 3 == 0:
            agent = w.agent(team=lead.team)
        asked = w.ask(w.system, agent=agent.id, action='refund', amount=amount, facts={'customer': {'tenure_days': 400}})
        same(asked['verdict'], 'ask', 'it is beyond the limit')
        approval = gives(agent.post(f'/v1/decisions/{asked["id"]}/ask', {}), 201)
        gives(lead.post(f'/v1/approvals/{approval["id"]}/{answer}', body or {}), 200)


def suggested(caller, path='grants.loyal-refund.up_to'):
    answer = gives(caller.get('/v1/policy/suggestions'), 200).json
    holds(answer['rule']['asks'] == 20 and answer['rule']['share'] == '0.85' and '85 %' in answer['rule']['words'], f'the rule: {answer["rule"]!r}')
    return next((item for item in answer['items'] if item.get('path') == path), None)


@story('what people say yes to steadily is suggested, made a draft, put aside, and comes back with as many new answers', alone=True)
@by_themselves
def taught(w):
    team = new('team')
    gives(w.root.post('/v1/teams', {'id': team, 'name': team}), 201)
    lead = lead_of(w, team)
    answered(w, lead, '55.00', 19)
    same(suggested(w.pol), None, 'nineteen answers are no evidence')
    answered(w, lead, '55.00', 5)
    answered(w, lead, '56.00', 1, 'decline', {'note': 'Not this one.'})
    one = suggested(w.pol)
    same((one['kind'], one['before'], one['after'], one['asks'], one['yes_unchanged'], one['no'], one['managers']),
         ('raise', '50.00', '55.00', 24, 24, 0, 1), 'the limit that most of them lie under')
    holds("one person's" in one['words'] and '24 of the last 24' in one['words'], f'the sentence: {one["words"]}')
    holds(one['replay']['avoided'] == 24 and one['replay']['more'] >= 24, f'the replay: {one["replay"]!r}')
    said = subprocess.run([w.server.program, 'policy', 'suggest', '--db', str(w.server.db), '--json', '--quiet'], capture_output=True, text=True,
                          timeout=60, check=False)
    same(next(item for item in json.loads(said.stdout)['items'] if item['id'] == one['id']), one, 'as the command line says')

    draft = gives(w.pol.post(f'/v1/policy/suggestions/{one["id"]}/draft'), 201).json
    whole = gives(w.pol.get(f'/v1/policy/drafts/{draft["id"]}'), 200).json
    changes = gives(w.pol.get(f'/v1/policy/drafts/{draft["id"]}/changes'), 200)['items']
    same([(item['path'], item['before'], item['after']) for item in changes], [(one['path'], '50.00', '55.00')], 'the one change')
    same((draft['variables'], draft['errors'], whole['reason']), (1, 0, one['words']), 'what it says of itself')
    holds(whole['title'] and '# ' in whole['source'], 'its title, and the comments of the live one')

    gives(w.pol.post(f'/v1/policy/suggestions/{one["id"]}/dismiss', {'reason': 'Not before summer.'}), 204)
    same(suggested(w.pol), None, 'put aside')
    gives(w.pol.post(f'/v1/policy/suggestions/{one["id"]}/dismiss'), 404)
    gives(w.pol.post(f'/v1/policy/suggestions/{one["id"]}/draft'), 404)
    other = lead_of(w, team)
    answered(w, other, '55.00', 23)
    same(suggested(w.pol), None, 'one answer is missing')
    answered(w, other, '55.00', 1)
    back = suggested(w.pol)
    same((back['id'], back['asks'], back['managers']), (one['id'], 48, 2), 'as many new answers')
    holds("one person's" not in back['words'], 'two people')


@story('who may see and change the policy has its suggestions; others not', alone=True)
def rights(w):
    agent = w.agent()
    gives(w.read.get('/v1/policy/suggestions'), 200)
    for act in ('draft', 'dismiss'):
        gives(agent.post(f'/v1/policy/suggestions/sug_0000000000000000/{act}', {}), 403)
        gives(w.pol.post(f'/v1/policy/suggestions/sug_0000000000000000/{act}'), 404)
    gives(w.pol.post('/v1/policy/suggestions/sug_0000000000000000/dismiss', {'reason': 7}), 422)
    gives(w.pol.post('/v1/policy/suggestions/sug_0000000000000000/dismiss', {'reason': 'x' * 1001}), 422)
    gives(w.pol.post('/v1/policy/suggestions/sug_0000000000000000/dismiss', {'whatever': 'x'}), 422)
