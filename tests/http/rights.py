"""Every row of src/people/access.def, tried by every role and every scope of a token about oneself, somebody of one's team and
somebody of another: who may, may; who may not, does not.
"""
import re

from server import new
from world import ROOT_ACCESS, Failed, SCOPES, gives

REACHES = ('NONE', 'OWN', 'TEAM', 'ALL')
COLUMNS = ('agent', 'lead', 'policy', 'people', 'quality', 'auditor', 'admin')
WHO = {'agent': 'ana', 'lead': 'lee', 'policy': 'pol', 'people': 'peo', 'quality': 'qua', 'auditor': 'aud', 'admin': 'root'}
# Somebody of the caller's own team whom the caller leads if they lead anybody, and somebody of another team.
MATE, STRANGER = 'ben', 'kim'


def table():
    """(right, reach by column, scope)"""
    text = ROOT_ACCESS.read_text()
    rows = re.findall(r'^LW_ACCESS\((\w+), "[^"]*", (\w+), (\w+), (\w+), (\w+), (\w+), (\w+), (\w+), (\w+)\)', text, re.M)
    return [(row[0], dict(zip(COLUMNS, row[1:8])), row[8]) for row in rows]


ANSWER = {'amount': 'right', 'cause': 'right', 'kept': 'yes', 'understood': 'yes'}


class Probes:
    """For each right a call about a person, which is answered with less than 400 (or says that it does not fit) to who may."""

    def __init__(self, w):
        self.w = w
        self.decisions = {}
        self.reviews = {}

    def fresh(self, person, **more):
        """A decision of that person's, made for them by a machine."""
        w = self.w
        request = {'agent': person, 'action': 'voucher', 'amount': '0.10', 'customer': new('c'), 'note': 'A note.', **more}
        return gives(w.system.post('/v1/decisions', request), 201)['id']

    def token(self, right, scope):
        """One with that scope. Facts are said in a request, which takes the right to ask too."""
        if right != 'CLAIM_FACTS':
            return self.w.tokens[scope]
        name = f'decide+{scope}'
        return self.w.tokens.get(name) or self.w.make_token(name, sorted({'decide', scope}))

    def kept(self, person):
        if person not in self.decisions:
            self.decisions[person] = self.fresh(person)
        return self.decisions[person]

    def DECIDE(self, caller, person):
        return caller.post('/v1/options', {'agent': person, 'customer': new('c')})

    def CLAIM_FACTS(self, caller, person):
        return caller.post('/v1/options', {'agent': person, 'customer': new('c'), 'facts': {'customer': {'tenure_days': 9}}})

    def SETTLE(self, caller, person):
        return caller.post(f'/v1/decisions/{self.fresh(person, hold="5m")}/release')

    def REVERSE(self, caller, person):
        return caller.post(f'/v1/decisions/{self.fresh(person)}/reverse', {'reason': 'x'})

    def SEE_DECISIONS(self, caller, person):
        return caller.get(f'/v1/decisions/{self.kept(person)}')

    def SEE_BUDGETS(self, caller, person):
        return caller.get('/v1/budgets', agent=person)

    def SEE_STATS(self, caller, person):
        reply = caller.get('/v1/stats', team={MATE: 'care', STRANGER: 'sales'}.get(person, 'care' if person != 'root' else None))
        if reply.status == 200 and not reply['counts']:
            reply.status = 403  # nothing to be seen of that team
        return reply

    def SEE_NOTES(self, caller, person):
        reply = caller.get(f'/v1/decisions/{self.kept(person)}')
        if reply.status == 200 and 'note' not in reply['request']:
            reply.status = 403  # seen without the note: that is the answer no to this right
        return reply

    def LISTEN(self, caller, person):
        return caller.get('/v1/obstacles', agent=person)

    def THANK(self, caller, person):
        """For somebody, of whom it is said; a machine passes on what a customer said."""
        return caller.post('/v1/thanks', {'to': person, 'words': 'Well done.', 'customer': True})

    def SEE_THANKS(self, caller, person):
        return caller.get('/v1/thanks', person=person)

    def CHANGE_CASES(self, caller, person):
        case = new('case')
        gives(self.w.system.post('/v1/cases', {'id': case, 'owner': person}), 201)
        return caller.patch(f'/v1/cases/{case}', {'channel': 'phone'})

    def REVIEW(self, caller, person):
        return caller.post('/v1/reviews', {'decision': self.kept(person)})

    def SEE_REVIEWS(self, caller, person):
        if person not in self.reviews:
            made = gives(self.reviewer(person).post('/v1/reviews', {'decision': self.fresh(person)}), 201)
            gives(self.reviewer(person).post(f'/v1/reviews/{made["id"]}/send', ANSWER), 200)
            self.reviews[person] = made['id']
        return caller.get(f'/v1/reviews/{self.reviews[person]}')

    def COACH(self, caller, person):
        return caller.post('/v1/coaching', {'person': person, 'note': 'Let us talk.'})

    def SEE_COACHING(self, caller, person):
        return caller.get('/v1/coaching', person=person)

    def reviewer(self, person):
        """Somebody who reviews that person, who is not themselves."""
        return self.w.qua if person != 'qua' else self.w.lou

    def SEE_TO_CAUSES(self, caller, person):
        return caller.post('/v1/track/charts/causes', {'of': 'given', 'by': 'week', 'agent': person, 'at': '2026-03-02T00:00:00Z', 'text': 'A note.'})

    def SEE_PEOPLE(self, caller, person):
        return caller.get(f'/v1/people/{person}')

    def CHANGE_PEOPLE(self, caller, person):
        return caller.patch(f'/v1/people/{person}', {'email': f'{person}@example.com'})

    def LOWER(self, caller, person):
        """Asks for nothing: who may gets so far as to be told that it takes nothing, or that it is for a manager of theirs."""
        reply = caller.post('/v1/lowerings', {'person': person, 'to': {}, 'until': '2020-01-01', 'reason': 'x'})
        if 'is for a manager' in (reply['detail'] or ''):
            reply.status = 422 if person != caller.name else 403
        return reply

    def ROOM(self, caller, person):
        reply = caller.get('/v1/track/room', agent=person)
        if reply.status == 503:
            reply.status = 200  # they may: the record is just being read
        return reply

    def GROW(self, caller, person):
        return caller.get('/v1/growing', person=person)

    def LEARN(self, caller, person):
        return caller.get('/v1/courses/none/attempts', person=person)

    def WRITE_COURSES(self, caller, person):
        return caller.get('/v1/courses/none/files')

    def VOUCH(self, caller, person):
        """For a moment that is over: who may is told so."""
        return caller.post(f'/v1/people/{person}/certificates', {'certificate': 'x', 'until': '2020-01-01', 'reason': 'x'})

    def SET_PRESENCE(self, caller, person):
        return caller.put(f'/v1/people/{person}/presence', {'state': 'here'})

    def SEE_POLICY(self, caller, person):
        return caller.get('/v1/policy')

    def CHANGE_POLICY(self, caller, person):
        return caller.post('/v1/policy/rollback', {'version': 9999})

    def TOKENS(self, caller, person):
        return caller.get('/v1/tokens')

    def WEBHOOKS(self, caller, person):
        return caller.get('/v1/webhooks')

    def ERASE(self, caller, person):
        return caller.post(f'/v1/customers/{new("c")}/erase')

    def SETTINGS(self, caller, person):
        return caller.get('/v1/settings')

    def JOURNAL(self, caller, person):
        return caller.get('/v1/journal', limit=1)


# Not about a person: the caller reaches it or does not.
WHOLE = {'SEE_POLICY', 'WRITE_COURSES', 'CHANGE_POLICY', 'TOKENS', 'WEBHOOKS', 'SETTINGS', 'ERASE', 'JOURNAL'}
# What is no refusal though it is an error: the call came through.
CAME_THROUGH = {'CHANGE_POLICY': (404,), 'ERASE': (404,), 'SETTLE': (409,), 'REVERSE': (409,), 'LOWER': (422,), 'WRITE_COURSES': (404,),
                'VOUCH': (422,)}
# No route of its own, or about a team rather than a person: tried in stories.
ELSEWHERE = {'APPROVE', 'SEE_HUDDLES', 'HUDDLE'}


def wanted(reach, relation):
    return {'NONE': False, 'OWN': relation == 'own', 'TEAM': relation in ('own', 'mate'), 'ALL': True}[reach]


def rights(w):
    """(name of the check, None or what is wrong) for every row, caller and person."""
    probes = Probes(w)
    for right, reaches, scope in table():
        if right in ELSEWHERE:
            continue
        probe = getattr(probes, right, None)
        if probe is None:
            yield f'{right} is tried', 'rights.py has no call for this row'
            continue
        yield f'{right}: nobody', judge(right, probe(w.nobody, MATE), False, (401,))
        for column in COLUMNS:
            person = WHO[column]
            reach = max((reaches['agent'], reaches[column]), key=REACHES.index)
            people = [('own', person)] if right in WHOLE else [('own', person), ('mate', MATE), ('stranger', STRANGER)]
            for relation, about in people:
                allowed = reach == 'ALL' if right in WHOLE else wanted(reach, relation)
                if right == 'SEE_STATS' and relation == 'own':
                    allowed = reach in ('TEAM', 'ALL')
                if right in ('REVIEW', 'LOWER', 'COACH', 'VOUCH') and relation == 'own':
                    allowed = False  # nobody reviews their own, lowers or coaches themselves
                yield f'{right}: {column} about {relation}', judge(right, probe(w.people[person], about), allowed)
        for name in SCOPES:
            allowed = name.upper() == scope
            yield f'{right}: a token with {name}', judge(right, probe(probes.token(right, name), MATE), allowed)
        if scope == 'DECIDE':
            yield f'{right}: a token for desk-ai about desk-ai', judge(right, probe(w.ai, 'desk-ai'), True)
            yield f'{right}: a token for desk-ai about ben', judge(right, probe(w.ai, MATE), False)


def judge(right, reply, allowed, refused=(403, 404)):
    """None, or what is wrong."""
    came = reply.status < 400 or reply.status in CAME_THROUGH.get(right, ())
    if allowed and not came:
        return f'may, but was answered {reply!r}'
    # Facts that may not be claimed are faults of the request.
    if not allowed and reply.status not in refused + ((422,) if right == 'CLAIM_FACTS' else ()):
        return f'may not, but was answered {reply!r}'
    return None


def run(w):
    passed, failures = 0, []
    for name, fault in rights(w):
        if fault is None:
            passed += 1
        else:
            failures.append((name, Failed(fault)))
    return passed, failures
