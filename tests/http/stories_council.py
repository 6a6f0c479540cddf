"""Works-council mode: figures of single people are for themselves and whoever leads them, all others see groups of five and more. Each
GET operation of the contract stands in a table with what it tells of people; docs/reference/access.md has the same in words."""
import contextlib
import datetime

import world
from server import Server, new
from stories_suggest import answered, lead_of
from world import Failed, eventually, gives, holds, same, story

# What an operation tells of people, and so what the mode means for it.
#   nobody   rules, settings, contents: nobody's doings
#   names    who there is, and what the rules give them: no figure of what they did
#   records  single decisions, cases, approvals, entries: who acted is part of each, for whoever may see it; not picked by a person
#   own      of the caller alone
#   rights   of one person, and nobody but they and whoever leads them has the right, or has it under the mode
#   figures  sums, rates, comparisons, lists picked by a person: withheld, as looked at below
TELLS = {
    'nobody': '''pulseQuestions
        listStaleCourses listStaleCourse me getPolicy getDraft listDrafts getOneDraft draftChanges listPolicyVersions getPolicyVersion getTerms explainVersion policyTiers
        listWebhooks getWebhook listDeliveries getDelivery listMails getSettings getSetup listStarters getStarter getInvitation health ready
        openapi listPages getPage listCourses getCourse getCourseFiles getReviewShares listPlans getPlan''',
    'names': 'getPersonVersion listPeople getPerson listTeams names authorityOf listTokens listLowerings getLowering listHuddles',
    'records': 'getDecision getApproval events getCase getCaseOwner getCasePlan exportJournal',
    'own': 'listMyPulses listMyObstacles myReads myTrack myAuthority getAlerts getAlertTest',
    'rights': 'getGrowing getGrowingTeam listThanks listThanksDue versionReads listCoaching getCoaching coachingSince listReviews getReview listQuestions getQuestion courseProgress listAttempts listAllAttempts getAttempt listRoom',
    'figures': '''getHuddle listPulses getPulse
        listObstacles getObstacle listDecisions listApprovals listCases listBudgets listRatings trackBrought trackStale track trackEnded trackChart listCauses getCause
        causeEffect stats today metrics evidence policyEffect trialPower listTrials getShadow listSuggestions reviewAgreement''',
}
KIND = {operation: kind for kind, operations in TELLS.items() for operation in operations.split()}
ROOM = {'action': 'voucher', 'reason': 'goodwill', 'note': 'Sorry.'}


class Team:
    """A lead and so many agents under them, each of whom has given something."""

    def __init__(self, w, agents, reason):
        self.id = new('team')
        gives(w.root.post('/v1/teams', {'id': self.id, 'name': self.id}), 201)
        self.lead = lead_of(w, self.id)
        gives(w.root.patch(f'/v1/people/{self.lead.name}', {'roles': ['lead']}), 200)
        self.lead = w.invited(self.lead.name)
        self.agents = [w.agent(team=self.id, manager=self.lead.name) for _ in range(agents)]
        self.ids = [agent.id for agent in self.agents]
        self.decisions = [w.ask(agent, amount='11.00', **{**ROOM, 'reason': reason})['id'] for agent in self.agents for _ in range(6 // agents)]


@contextlib.contextmanager
def company(w):
    """A team of three and one of six, beside everybody else, under a works council."""
    with Server(w.server.program) as server:
        server.start()
        c = world.World(server, w.contract)
        c.set_up()
        c.three, c.six = Team(c, 2, 'goodwill'), Team(c, 5, 'outage')
        c.case = new('case')
        gives(c.system.post('/v1/cases', {'id': c.case, 'customer': new('customer'), 'owner': c.three.ids[0]}), 201)
        gives(c.facts.post('/v1/ratings', {'case': c.case, 'rating': 5, 'scale': {'min': 1, 'max': 5}, 'agent': c.three.ids[0]}), 201)
        gives(c.root.patch('/v1/settings', {'works_council': True}), 200)
        yield c


def outside(c):
    """Who may see everybody's figures, or a team's, and leads none of these two; an agent; a machine."""
    return (c.root, c.qua, c.aud, c.pol, c.peo, c.sal, c.lee, c.kim, c.tokens['read'])


def path_of(c, operation):
    fill = {'/v1/decisions/{id}': c.three.decisions[0], '/v1/people/{id}': c.three.ids[0], '/v1/cases/{id}': c.case,
            '/v1/policy/versions/{n}': '1', '/v1/causes/{cause}': 'goodwill'}
    path = operation.path
    for start, value in fill.items():
        path = path.replace(start, start[:start.rindex('/')] + '/' + value)
    for name in ('id', 'n', 'cause', 'token', 'delivery'):
        path = path.replace('{' + name + '}', 'none')
    return path


def query_of(operation):
    return {'evidence': {'action': 'voucher', 'reason': 'goodwill'}, 'stats': {'by': 'agent,team'}, 'listBudgets': {'of': 'members'},
            'trialPower': {'share': '0.5'}, 'listReviews': {'state': 'done'}}.get(operation.id, {})


@story('under a works council no operation tells whoever leads nobody of a team of three about one of them')
def council(w):
    operations = [operation for operation in w.contract.operations if operation.method == 'get']
    unsaid = sorted(operation.id for operation in operations if operation.id not in KIND)
    same(unsaid, [], 'operations of which nobody said what they tell of people: TELLS in stories_council.py, and docs/reference/access.md')
    same(sorted(set(KIND) - {operation.id for operation in operations}), [], 'operations that are no more')
    with company(w) as c:
        for operation in operations:
            if operation.id == 'events' or KIND[operation.id] in ('names', 'records'):
                continue
            path, query = path_of(c, operation), query_of(operation)
            for caller in outside(c):
                answer = caller.get(path, **query)
                told = [one for one in c.three.ids if one in answer.text]
                if operation.id in ('listDecisions', 'listApprovals', 'listCases') and answer.status == 200:
                    told = []  # records in the order of time, picked by nobody; picked_lists has the others
                if told:
                    raise Failed(f'{operation.id} tells {caller.name} of {told}: {answer.text[:300]}')


@story('under a works council a list that is picked by a person or a small team, and their budgets, are for whoever leads them')
def picked_lists(w):
    with company(w) as c:
        mine, other = c.three.agents[0], c.six.agents[0]
        for path in ('/v1/decisions', '/v1/approvals'):
            for caller in (c.root, c.qua, c.aud, c.pol, c.sal, c.tokens['read']):
                for query in ({'agent': mine.id}, {'agent': other.id}, {'team': c.three.id}):
                    refused = gives(caller.get(path, **query), 403)
                    holds('groups of 5 people' in refused['detail'], f'the words: {refused!r}')
            gives(c.root.get(path, team=c.six.id), 200)
            gives(c.root.get(path), 200)
            for query in ({'agent': mine.id}, {'team': c.three.id}):
                gives(c.three.lead.get(path, **query), 200)
            gives(mine.get(path, agent=mine.id), 200)
        gives(c.aud.get('/v1/cases', owner=mine.id), 403)
        same(len(gives(c.three.lead.get('/v1/cases', owner=mine.id), 200)['items']), 1, 'the case of the one whom they lead')
        gives(c.aud.get('/v1/budgets', agent=mine.id), 403)
        gives(c.aud.get('/v1/budgets', team=c.three.id), 403)
        gives(c.aud.get('/v1/budgets', team=c.six.id), 200)
        same(gives(c.aud.get('/v1/budgets', of='members', team=c.six.id), 200)['items'], [], 'single members, however many')
        holds({one['scope']['agent'] for one in gives(c.three.lead.get('/v1/budgets', of='members'), 200)['items']} >= set(c.three.ids), 'their lead')
        holds(gives(mine.get('/v1/budgets'), 200)['items'], 'their own, and what is left of the team’s, on which they draw')
        same(gives(c.aud.get('/v1/ratings', agent=mine.id), 200)['items'], [], 'ratings of one agent')
        same(len(gives(c.three.lead.get('/v1/ratings', agent=mine.id), 200)['items']), 1, 'for their lead')
        same(['open_cases' in gives(caller.get(f'/v1/people/{mine.id}'), 200).json for caller in (c.aud, c.three.lead, c.root)], [False, True, True],
             'how many cases somebody has open: their lead, and who hands them over when they leave')


@story('under a works council sums and rates are told of five people and more, of fewer to whoever leads them')
def sums(w):
    with company(w) as c:
        mine = c.three.agents[0]
        for path in ('/v1/stats', '/v1/today', '/v1/track', '/v1/track/charts', '/v1/track/brought', '/v1/causes'):
            gives(c.root.get(path, team=c.three.id), 403)
            gives(c.root.get(path, team=c.six.id), 200)
            gives(c.root.get(path), 200)
            gives(c.three.lead.get(path), 200)
            gives(c.three.lead.get(path, team=c.three.id), 200)
        gives(c.root.get('/v1/causes/goodwill', team=c.three.id), 403)
        for path in ('/v1/track', '/v1/track/charts', '/v1/track/brought', '/v1/causes'):  # the same as a sheet
            gives(c.root.get(path, team=c.three.id, format='csv'), 403)
        gives(c.root.get('/v1/track', agent=mine.id), 403)
        gives(c.root.get('/v1/track/charts', agent=mine.id), 403)
        gives(mine.get('/v1/track', agent=mine.id), 200)
        gives(c.root.get('/v1/track/ended', of='rated', agent=mine.id), 403)
        gives(c.root.get('/v1/track/ended', of='rated', team=c.three.id), 403)
        holds(all('agent' not in one for one in gives(c.root.get('/v1/track/ended', of='rated'), 200)['items']), 'cases behind a figure name nobody')
        same([one['agent'] for one in gives(c.three.lead.get('/v1/track/ended', of='rated', agent=mine.id), 200)['items']], [mine.id], 'but for who leads them')
        gives(mine.get('/v1/track/ended', of='rated', agent=mine.id), 200)
        both = {c.three.id, c.six.id}
        same({row['team'] for row in gives(c.root.get('/v1/stats', by='team'), 200)['counts']} & both, {c.six.id}, 'teams that are told of')
        same(gives(c.root.get('/v1/stats', by='agent'), 200)['counts'], [], 'single people')
        same({row['agent'] for row in gives(c.three.lead.get('/v1/stats', by='agent'), 200)['counts']}, set(c.three.ids), 'for their lead')
        holds(f'team="{c.three.id}"' not in gives(c.root.get('/metrics'), 200).text, 'a team of three in the metrics')
        few = gives(mine.get('/v1/evidence', action='voucher', reason='goodwill'), 200).json
        same((few['count'], 'median' in few, 'groups of 5 people' in few['withheld']), (6, False, True), 'what two agents gave')
        many = gives(mine.get('/v1/evidence', action='voucher', reason='outage'), 200).json
        same((many['count'], many['median'], 'withheld' in many), (5, '11.00', False), 'what five gave')


@story('under a works council what a version did to a small team is not told, nor does a replay, a shadow or a suggestion name anybody')
def policies(w):
    with company(w) as c:
        mine = c.three.agents[0]
        gives(c.pol.get('/v1/policy/trials/power', teams=c.three.id), 403)
        gives(c.pol.get('/v1/policy/trials/power', teams=c.six.id), 200)
        gives(c.pol.get('/v1/policy/trials/power', teams=f'{c.three.id},{c.six.id}'), 200)
        source = world.POLICY.replace('money("25.00") * lines', 'money("5.00") * lines')
        shadow = {'source': source, 'reason': 'To see.'}
        gives(c.pol.put('/v1/policy/shadow', shadow), 200)
        w.ask(mine, amount='9.00', **ROOM)
        seen = eventually(lambda: (lambda told: told if told['items'] else None)(gives(c.pol.get('/v1/policy/shadow'), 200).json), what='a difference')
        same([name for name in ('agent', 'name') if name in seen['items'][0]], [], 'who asked')
        replay = gives(c.pol.post('/v1/policy/replay', {'source': source, 'flips': 50}), 200).json
        holds(replay['flips']['total'] >= 12 and not any('agent' in flip for flip in replay['flips']['items']), f'flips: {replay["flips"]!r}')
        same({row['name'] for row in replay['by']['team']} & {c.three.id, c.six.id}, {c.six.id}, 'teams of a replay')
        gives(c.root.patch('/v1/settings', {'works_council': False}), 200)
        named = gives(c.pol.post('/v1/policy/replay', {'source': source, 'flips': 50}), 200).json
        same({flip['agent'] for flip in named['flips']['items']} >= set(c.three.ids), True, 'without the mode')
        gives(c.root.patch('/v1/settings', {'works_council': True}), 200)
        until = (datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=7)).strftime('%Y-%m-%dT%H:%M:%SZ')
        trial = {'source': world.POLICY.replace('money("25.00") * lines', 'money("24.00") * lines'), 'teams': [c.three.id], 'until': until, 'stops': {'cost_a_day': '500.00'}, 'reason': 'To see.'}
        version = gives(c.pol.post('/v1/policy/trials', trial), 201)['version']
        w.ask(mine, amount='8.00', **ROOM)
        one = gives(c.pol.get('/v1/policy/trials'), 200)['items'][0]
        same((one['stops'], 'day' in one), ({'cost_a_day': '500.00'}, False), 'what it may cost a day, and what the team gave')
        gives(c.pol.get(f'/v1/policy/versions/{version}/effect'), 403)
        gives(c.pol.get('/v1/policy/versions/1/effect'), 200, 403)


@story('under a works council what fewer than five people answer is no suggestion')
def suggestions(w):
    with company(w) as c:
        team = new('team')
        gives(c.root.post('/v1/teams', {'id': team, 'name': team}), 201)
        answered(c, lead_of(c, team), '55.00', 24)
        told = gives(c.pol.get('/v1/policy/suggestions'), 200).json
        same((told['items'], told['withheld']), ([], 1), 'one person’s answers')
        gives(c.root.patch('/v1/settings', {'works_council': False}), 200)
        told = gives(c.pol.get('/v1/policy/suggestions'), 200).json
        same((len(told['items']), 'withheld' in told), (1, False), 'without the mode')
