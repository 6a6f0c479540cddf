"""The huddle: a weekly page for each team, made from the record, edited by the lead, read by the team; whose a case was is not told."""
import datetime
import json
import subprocess

from server import new
from stories_reads import REFUND, version_of
from stories_reads import publish as publish_policy
from stories_reviews import LITTLE
from stories_suggest import lead_of
from world import eventually, gives, holds, same, story


def this_week(moment=None):
    year, number, _ = (moment or datetime.datetime.now(datetime.timezone.utc)).isocalendar()
    return f'{year}-W{number:02}'


class Team:
    """A team of its own: a lead, and agents who sign in."""

    def __init__(self, w, agents=2, parent=None):
        self.id = new('team')
        gives(w.root.post('/v1/teams', {'id': self.id, 'name': f'Team {self.id}', **({'parent': parent} if parent else {})}), 201)
        self.lead = lead_of(w, self.id)
        gives(w.root.patch(f'/v1/people/{self.lead.name}', {'roles': ['lead']}), 200)
        self.lead = w.invited(self.lead.name)
        self.agents = []
        for _ in range(agents):
            program = w.agent(team=self.id, manager=self.lead.name)
            agent = w.invited(program.id)
            agent.id, agent.program = program.id, program
            self.agents.append(agent)

    def at(self, week=None):
        return f'/v1/huddles/{self.id}/{week or this_week()}'


def gave(w, caller, amount, **more):
    """A voucher as goodwill, which whoever is on the front line may give by themselves in each policy of these stories."""
    made = w.ask(caller, action='voucher', amount=amount, reason='goodwill', note='Sorry.', **more)
    same(made['verdict'], 'granted', f'a voucher of {amount}')
    return made


def worked(w, team):
    """A week's work: asks that were approved as they were, a review, thanks."""
    ana, ben = team.agents[:2]
    for amount in ('12.00', '13.00'):
        gave(w, ben.program, amount)
    customer, case = new('customer'), new('case')
    gives(w.system.post('/v1/cases', {'id': case, 'customer': customer, 'owner': ana.id, 'subject': f'{customer} waits'}), 201)
    asked = w.ask(w.system, agent=ana.id, action='refund', amount='55.00', customer=customer, case=case, facts={'customer': {'tenure_days': 400}})
    approval = gives(ana.post(f'/v1/decisions/{asked["id"]}/ask', {}), 201)['id']
    gives(team.lead.post(f'/v1/approvals/{approval}/approve', {}), 200)
    small = gave(w, ben.program, '5.00', customer=customer)
    review = gives(team.lead.post('/v1/reviews', {'decision': small['id']}), 201)
    gives(team.lead.post(f'/v1/reviews/{review["id"]}/send', LITTLE), 200)
    word = gives(team.lead.post('/v1/thanks', {'to': ana.id, 'words': 'You stayed with it.', 'case': case, 'wall': True}), 201)
    gives(ana.put(f'/v1/thanks/{word["id"]}/wall', {'on': True}), 200)
    return {'case': case, 'customer': customer, 'asked': asked['id'], 'small': small['id'], 'thanks': word['id']}


def publish(team, caller=None, tag=None, week=None):
    return (caller or team.lead).post(f'{team.at(week)}/publish', {}, headers={'If-Match': tag} if tag else None)


@story('a week is a page: proposals with their reasons, causes against the week before, thanks; edited, published, read by the team without names')
def page(w):
    team = Team(w)
    did = worked(w, team)
    ana, ben = team.agents
    draft = gives(team.lead.get(team.at()), 200)
    same((draft['state'], draft['version'], draft['writes'], draft.header('etag')), ('draft', 1, True, '"1"'), 'a draft that nobody wrote')
    same([(item['kind'], item['why'], item['of']) for item in draft['cases']],
         [('too_little', 'reviewed', did['small']), ('brilliant', 'thanked', did['case'])], 'cases')
    same([item['of'] for item in draft['proposals']['too_little']], [did['small'], did['asked']], 'what could stand there instead')
    unchanged = draft['proposals']['too_little'][1]
    same((unchanged['why'], unchanged['amount'], unchanged['agent'], unchanged['cause']), ('unchanged', '55.00', ana.id, 'outage'), 'approved as it was')
    same([(one['cause'], one['cases'], one['given'], one['amount'], one['few'], one['before']['cases']) for one in draft['causes']],
         [('outage', 1, 1, '55.00', True, 0), ('goodwill', 3, 3, '30.00', True, 0)], 'causes')
    same([(one['id'], one['words']) for one in draft['thanks']], [(did['thanks'], 'You stayed with it.')], 'thanks')
    same([one['person'] for one in draft['quiet']], [ben.id], 'whom nobody has thanked')
    same(gives(team.lead.get(team.at()), 200).json, draft.json, 'the same record, the same page')
    # Before it is published it is the lead's alone.
    for caller in (ana, ben, w.root, w.pol, w.qua, w.sal, w.read):
        gives(caller.get(team.at()), 404)
    # The lead takes another case, says a sentence, leaves the causes out and thanks first.
    edit = {'words': 'Good week.\nThank you.', 'sections': ['thanks', 'cases'],
            'cases': [{'kind': 'too_little', 'of': did['asked'], 'text': 'Nobody would have said no.'},
                      {'kind': 'brilliant', 'of': did['case'], 'text': 'Three calls, and it held.'}]}
    kept = gives(team.lead.put(team.at(), edit, headers={'If-Match': '"1"'}), 200)
    same((kept['version'], kept['state'], kept.header('etag')), (2, 'draft', '"2"'), 'kept')
    gives(team.lead.put(team.at(), edit, headers={'If-Match': '"1"'}), 412)
    gives(publish(team, tag='"1"'), 412)
    holds(gives(team.lead.get('/v1/huddles', team=team.id), 200)['items'][0]['state'] == 'draft', 'listed as a draft')
    feed, other = ana.listen(), w.sal.listen()
    done = gives(publish(team, tag='"2"'), 201)
    same((done['state'], done['edition'], done['version']), ('published', 1, 2), 'published')
    told = feed.next('huddle.published', test=lambda event: event['body']['team'] == team.id)
    holds(told is not None and 'of' not in json.dumps([list(case) for case in told['body']['cases']]), f'the team is told: {told}')
    holds(other.next('huddle.published', 0.3, test=lambda event: event['body']['team'] == team.id) is None, 'another team is told')
    feed.close()
    other.close()
    for caller in (ana, ben, w.root, w.pol, w.qua, w.read):
        seen = gives(caller.get(team.at()), 200)
        same((seen['words'], seen['sections'], seen['writes']), ('Good week.\nThank you.', ['thanks', 'cases'], False), 'as it was written')
        same([(item['kind'], item.get('text'), item.get('agent_name')) for item in seen['cases']],
             [('too_little', 'Nobody would have said no.', None), ('brilliant', 'Three calls, and it held.', f'Name of {ana.id}')], 'cases')
        for hidden in (did['case'], did['asked'], did['customer'], ben.id, 'proposals', 'quiet', 'causes'):
            holds(hidden not in seen.json and hidden not in seen.text.replace('"causes', ''), f'{caller.name} is told of {hidden}')
    for caller in (w.sal, w.aud, w.peo):
        gives(caller.get(team.at()), 404)
    same([item['week'] for item in gives(ben.get('/v1/huddles', team=team.id), 200)['items']], [this_week()], 'listed')
    same(gives(w.sal.get('/v1/huddles', team=team.id), 200)['items'], [], 'not for another lead')
    # Corrected: until it is published again the team reads what was published.
    edit['cases'][0]['text'] = 'It would have been yes at once.'
    gives(team.lead.put(team.at(), edit, headers={'If-Match': '"2"'}), 200)
    same(gives(ben.get(team.at()), 200)['cases'][0]['text'], 'Nobody would have said no.', 'as it was published')
    same(gives(team.lead.get(team.at()), 200)['changed'], True, 'something was said since')
    same(gives(team.lead.get(team.at(), draft='true'), 200)['cases'][0]['text'], 'It would have been yes at once.', 'the correction')
    same(gives(publish(team), 201)['edition'], 2, 'another edition')
    same(gives(ben.get(team.at()), 200)['cases'][0]['text'], 'It would have been yes at once.', 'corrected')
    # Figures stay as they were published.
    gave(w, ben.program, '7.00')
    gives(team.lead.put(team.at(), {}), 200)
    gives(publish(team), 201)
    before = gives(ben.get(team.at()), 200)['causes']
    gave(w, ben.program, '8.00')
    same(gives(ben.get(team.at()), 200)['causes'], before, 'a published page does not move')


@story('a huddle is written by whoever leads the team, and nobody else; what does not fit is said')
def who_writes(w):
    team, under = Team(w), None
    under = Team(w, 1, parent=team.id)
    did = worked(w, team)
    stranger = Team(w, 1)
    # Whoever leads a team above writes it; a lead below or beside, a colleague, other roles and machines do not.
    gives(team.lead.put(under.at(), {'words': 'From above.'}), 200)
    for caller, statuses in ((under.lead, (403, 404)), (stranger.lead, (403, 404)), (team.agents[0], (403, 404)), (w.root, (403,)), (w.qua, (403,)), (w.pol, (403,)),
                             (w.aud, (403, 404)), (w.peo, (403, 404)), (w.read, (403,)), (team.agents[0].program, (403, 404))):
        gives(caller.put(team.at(), {'words': 'Mine.'}), *statuses)
        gives(publish(team, caller), *statuses)
    gives(w.nobody.put(team.at(), {}), 401)
    # Of a team below, a page that is published above is theirs to read; not the other way round.
    gives(publish(team), 201)
    gives(under.agents[0].get(team.at()), 200)
    gives(publish(under), 201)
    gives(team.agents[0].get(under.at()), 404)
    gives(team.lead.get(under.at()), 200)
    same([item['team'] for item in gives(under.lead.get('/v1/huddles'), 200)['teams'] if item['writes']], [under.id], 'teams that one writes for')
    lead = team.lead
    for body in ({'words': 7}, {'words': 'x' * 4001}, {'cases': 'none'}, {'cases': [{'kind': 'best', 'of': did['case']}]}, {'cases': [{'kind': 'too_much'}]},
                 {'cases': [{'kind': 'brilliant', 'of': did['case'], 'text': 'x' * 601}]}, {'cases': [7]}, {'sections': ['cases', 'cases']}, {'sections': 'all'},
                 {'left_out': [1]}, {'title': 'no'}, {'cases': [{'kind': 'brilliant', 'of': 'no-such-case'}]},
                 {'cases': [{'kind': 'brilliant', 'of': w.ask(stranger.agents[0].program, amount='1.00')['id']}]},
                 {'cases': [{'kind': 'brilliant', 'of': did['case']}] * 4}):
        gives(lead.put(team.at(), body), 422)
    gives(lead.put(team.at(), {}, headers={'If-Match': '"nine"'}), 412)
    for week in ('2026-W54', '2021-W53', 'W12', '2026-12', '2026-W1'):
        gives(lead.get(team.at(week)), 404)
    gives(lead.get(team.at('2199-W01')), 404)
    gives(lead.put(team.at('2199-W01'), {}), 422)
    gives(lead.post(f'{team.at("2199-W01")}/publish', {}), 422)
    gives(lead.get(f'/v1/huddles/no-such-team/{this_week()}'), 404)
    empty = gives(lead.get(team.at('2020-W01')), 200)
    same((empty['cases'], empty['causes'], empty['thanks'], empty['versions']), ([], [], [], []), 'a week of which nothing is known')
    # Parts are left out one by one: for the team they are not there.
    gives(lead.put(team.at(), {'left_out': ['cause:goodwill', f'thanks:{did["thanks"]}']}), 200)
    same([(one['cause'], one.get('left_out', False)) for one in gives(lead.get(team.at(), draft='true'), 200)['causes']],
         [('outage', False), ('goodwill', True)], 'for the lead')
    gives(publish(team), 201)
    seen = gives(team.agents[0].get(team.at()), 200)
    same(([one['cause'] for one in seen['causes']], seen['thanks']), (['outage'], []), 'for the team')


def payloads(w, hook):
    """What a webhook was sent so far; stories beside this one publish, too."""
    for one in gives(w.root.get(f'/v1/webhooks/{hook}/deliveries'), 200)['items']:
        yield json.loads(gives(w.root.get(f'/v1/webhooks/{hook}/deliveries/{one["id"]}'), 200)['payload'])


@story('a huddle is posted by webhook with words that a chat can show; without leave for texts, without what people wrote')
def posted(w):
    team = Team(w)
    did = worked(w, team)
    ana = team.agents[0]
    hooks = [gives(w.root.post('/v1/webhooks', {'url': f'http://127.0.0.1:9/{texts}', 'kinds': ['huddle.published'], 'texts': texts}), 201)['id'] for texts in (True, False)]
    gives(team.lead.put(team.at(), {'words': 'Good week.', 'cases': [{'kind': 'brilliant', 'of': did['case'], 'text': 'It held.'}, {'kind': 'too_little', 'of': did['asked']}]}), 200)
    gives(publish(team), 201)
    bodies = []
    for hook in hooks:
        bodies.append(eventually(lambda hook=hook: next((body for body in payloads(w, hook) if body['data']['team'] == team.id), None)))
        gives(w.root.delete(f'/v1/webhooks/{hook}'), 204)
    told, bare = bodies
    same((told['type'], told['data']['team'], told['data']['week'], told['data']['words']), ('huddle.published', team.id, this_week(), 'Good week.'), 'the structure')
    for part in (f'# Huddle: Team {team.id}, {this_week()}', 'Good week.', f'**Brilliant** Name of {ana.id}', '> It held.', 'approved as it was',
                 'outage: 1 case, 55.00; the week before: 0 cases, 0.00', 'You stayed with it.'):
        holds(part.lower() in told['text'].lower(), f'{part!r} is not in {told["text"]}')
    for hidden in (did['case'], did['asked'], did['customer']):
        holds(hidden not in json.dumps(told), f'{hidden} is told')
    for hidden in ('Good week.', 'It held.', 'You stayed', f'Name of {ana.id}'):
        holds(hidden not in json.dumps(bare), f'{hidden} is told without leave')
    holds('# Huddle' in bare['text'] and 'outage: 1 case' in bare['text'].lower(), f'the rest: {bare}')


@story('what a huddle says is erased with whom it is about, and the chain holds')
def erased(w):
    team = Team(w)
    did = worked(w, team)
    ana, ben = team.agents
    edit = {'words': 'Good week.', 'cases': [{'kind': 'brilliant', 'of': did['case'], 'text': 'Three calls.'}, {'kind': 'too_little', 'of': did['small'], 'text': 'Half was asked.'}]}
    gives(team.lead.put(team.at(), edit), 200)
    gives(team.lead.put(team.at(), edit), 200)  # a draft's words go when others take their place
    gives(publish(team), 201)
    gives(w.root.post(f'/v1/people/{ana.id}/erase'), 200)
    seen = gives(ben.get(team.at()), 200)
    same([item.get('text') for item in seen['cases']], [None, 'Half was asked.'], 'what was said of one who is erased')
    same((seen['words'], seen['thanks']), ('Good week.', []), 'the rest')
    holds(f'Name of {ana.id}' not in seen.text, 'the name')
    gives(w.root.post(f'/v1/customers/{did["customer"]}/erase', {'reason': 'They asked.'}), 200)
    same([item.get('text') for item in gives(ben.get(team.at()), 200)['cases']], [None, None], 'and of a customer')
    said = subprocess.run([w.server.program, 'verify', '--db', str(w.server.db)], capture_output=True, text=True, timeout=120, check=False)
    same(said.returncode, 0, said.stdout + said.stderr)


@story('what changed in the policy stands in the huddle of the week in old and new words, with how many have not read it; a small team has no figures under a works council', alone=True)
def changed(w):
    first = version_of(w)
    team, big = Team(w, 2), Team(w, 5)
    worked(w, team)
    worked(w, big)
    try:
        made = publish_policy(w, REFUND)
        draft = gives(team.lead.get(team.at()), 200)
        mine = next(one for one in draft['versions'] if one['version'] == made)
        same((mine['note'], mine['people'], mine['unread']), ('For a story.', 3, 3), 'who has not read it')
        words = [word for change in mine['changes'] for word in change['words']]
        holds(any('up to 50.00 USD' in word.get('before', '') and 'up to 60.00 USD' in word['after'] for word in words), words)
        ana = team.agents[0]
        for item in gives(ana.get('/v1/me/reads'), 200)['items']:
            gives(ana.post(f'/v1/me/reads/{item["id"]}'), 200)
        same(next(one for one in gives(team.lead.get(team.at()), 200)['versions'] if one['version'] == made)['unread'], 2, 'one has')
        gives(w.root.patch('/v1/settings', {'works_council': True}), 200)
        for one in (team, big):
            gives(publish(one), 201)
        same(gives(team.lead.get(team.at()), 200)['withheld'], False, 'for their lead')
        for caller in (ana, w.root, w.qua):
            seen = gives(caller.get(team.at()), 200)
            same((seen['withheld'], 'causes' in seen.json, '55.00 ' in seen['markdown']), (True, False, False), f'{caller.name}: too few')
            seen = gives((big.agents[0] if caller is ana else caller).get(big.at()), 200)
            same((seen['withheld'], [one['cause'] for one in seen['causes']]), (False, ['outage', 'goodwill']), f'{caller.name}: enough')
        entries = [json.loads(line) for line in gives(w.root.get('/v1/journal'), 200).text.splitlines()]
        pages = {entry['body']['team']: entry['body'] for entry in entries if entry['kind'] == 'huddle.published'}
        same(('causes' in pages[team.id], 'causes' in pages[big.id]), (False, True), 'what webhooks and streams are told')
    finally:
        gives(w.root.patch('/v1/settings', {'works_council': False}), 200)
        gives(w.pol.post('/v1/policy/rollback', {'version': first}), 200)
