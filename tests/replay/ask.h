/* Random requests that a policy is likely to care about: facts of the types that it declares, with
 * the texts and numbers that stand in its own source and their neighbours, people of its tiers and
 * teams, amounts about its limits; some things missing, some that do not fit. From a seed: the same
 * requests on any machine. */
#ifndef LW_TESTS_REPLAY_ASK_H
#define LW_TESTS_REPLAY_ASK_H

#include "base/buf.h"
#include "base/rand.h"
#include "policy/actor.h"
#include "policy/model.h"

struct asker;

/* Policy and people (or NULL) are borrowed. NULL when memory is out. */
struct asker *asker_create(const struct lw_policy *policy, const struct lw_directory *people,
                           uint64_t seed);
void asker_destroy(struct asker *asker);
/* From now on all facts are of their types, and times do not go back. */
void asker_fit(struct asker *asker);
/* Appends one request as a JSON object without its last brace and without `at`: the time is
 * *ret_at, for asker_end. */
void asker_ask(struct asker *asker, struct lw_buf *out, lw_usec *ret_at);
/* Appends `at` and the brace. */
void asker_end(struct lw_buf *out, lw_usec at);
/* A person as a JSON object: one who asks, or with people one of these by id alone. Until the next
 * call. */
lw_str asker_person(struct asker *asker);
/* 0 .. below - 1. */
uint64_t asker_below(struct asker *asker, uint64_t below);

#endif
