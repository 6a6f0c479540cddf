/* Cases: what the records say of a customer's matter (usually a helpdesk ticket): whose it is, how
 * old, and the facts that conditions may rest on. Table `cases`; changes are entries case.opened
 * and case.changed, which hold all of it; what had happened before it was told here (imported) is
 * entries case.recorded, each with the time at which it happened.
 *
 * Facts are stored as they came (a JSON map, dotted or nested keys as in a request) and checked
 * when a request is read. Facts about a customer stand in the case they were learned in. */
#ifndef LW_DESK_CASE_H
#define LW_DESK_CASE_H

#include "desk/approval.h"
#include "desk/case_figures.h"

struct lw_case {
  lw_str id; /* the helpdesk's, or what the caller calls it */
  lw_str customer;
  lw_str owner; /* a person's id; or empty */
  lw_str department;
  lw_str channel;
  lw_str subject; /* reference (ledger/text.h), JSON; or empty */
  enum lw_case_state state;
  lw_str waiting_for; /* WAITING: "customer", "vendor" ...; or empty */
  lw_usec opened_at;
  lw_usec closed_at;    /* CLOSED */
  bool has_last_update; /* these two: to the customer */
  lw_usec last_update_at;
  bool has_promise;
  lw_usec promise_at; /* by when the customer was told to hear from us */
  bool reopened;
  bool escalated;
  lw_str facts;    /* a JSON map, "{}" when there are none */
  uint32_t nudges; /* how often somebody asked to move it, and when last */
  lw_usec nudged_at;
  lw_usec changed_at;
  uint64_t version; /* from 1; ETag */
  struct lw_case_figures figures;
};

/* POST /v1/cases and PATCH /v1/cases/{id}: change->apply with this in change->user.
 * Members: id (POST only), customer, owner, department, channel, subject, state, waiting_for,
 * opened, last_update, promise (RFC 3339), reopened, escalated, facts (a map; merged as RFC 7396
 * says: null removes). */
struct lw_case_change {
  const struct lw_caller *caller;
  lw_str id;                    /* PATCH: from the path */
  const struct lw_value *value; /* the body, a map */
  uint64_t version;             /* PATCH: If-Match; 0: none was given */
};
/* What can be said of the body alone: members, kinds, times. */
LW_NODISCARD bool lw_case_check(const struct lw_value *value, bool opening,
                                struct lw_faults *faults);
/* 201; LW_CONFLICT when there is such a case. */
enum lw_code lw_case_open(struct lw_batch *batch, struct lw_change *change, struct lw_error *err);
/* 200; LW_NOT_FOUND, LW_FORBIDDEN, LW_STALE (another version), LW_CONFLICT (a move of state that
 * there is not). From resolved or closed back to open or waiting sets `reopened`. */
enum lw_code lw_case_patch(struct lw_batch *batch, struct lw_change *change, struct lw_error *err);

/* POST /v1/cases/{id}/nudge {"note"}: asks the owner to move it, at most once a minute. Whoever may
 * see it, and every person: who has a customer on the line asks nobody for leave. 200 with the
 * case, or with whose it is for those who do not see it. LW_CONFLICT: closed, or nobody's. */
struct lw_case_nudging {
  const struct lw_caller *caller;
  lw_str id;
  lw_str note; /* may be empty */
};
enum lw_code lw_case_nudge(struct lw_batch *batch, struct lw_change *change, struct lw_error *err);

/* POST /v1/cases/{id}/take {"note"}: back to whoever had it before, or, when it is nobody's, to
 * somebody of its department. 200 with the case. LW_FORBIDDEN, LW_CONFLICT: closed, or theirs
 * already. */
enum lw_code lw_case_take_over(struct lw_batch *batch, struct lw_change *change,
                               struct lw_error *err);

/* GET /v1/cases/{id}/owner: who has it, since when, who had it before; nothing of its customer,
 * subject or facts. As api/openapi.yaml has CaseOwner. Notes only for those who may read them. */
LW_NODISCARD enum lw_code lw_case_print_owner(const struct lw_desk_reader *reader,
                                              const struct lw_case *found, struct lw_buf *out,
                                              struct lw_error *err);
/* Either, as a change's answer: the case for whoever may see it, else whose it is. */
LW_NODISCARD enum lw_code lw_case_reply_owner(struct lw_batch *batch, struct lw_change *change,
                                              const struct lw_caller *caller,
                                              const struct lw_case *found, struct lw_error *err);

LW_NODISCARD enum lw_code lw_case_get(struct lw_db *db, lw_str id, struct lw_arena *arena,
                                      struct lw_case *ret_case, struct lw_error *err);
/* SEE_DECISIONS about its owner; whoever may CHANGE_CASES about nobody in particular; of one that
 * is nobody's (it has no owner, or one who has left), those of its department, whoever leads them,
 * and whoever leads somebody who had it, asked in it or (reader->decided) decided in it. */
bool lw_case_visible(const struct lw_desk_reader *reader, const struct lw_case *found);
void lw_case_print(const struct lw_desk_reader *reader, const struct lw_case *found,
                   struct lw_buf *out);
/* The same with whether the customer came again (repeat.h); NULL: it is not said. */
struct lw_repeat;
void lw_case_print_with(const struct lw_desk_reader *reader, const struct lw_case *found,
                        const struct lw_repeat *repeat, struct lw_buf *out);

/* For lw_order_options: the case as a request's `case` object and its facts, or NULL for both when
 * there is no such case (LW_OK). Live in arena. */
struct lw_case_known {
  const struct lw_value *stored_case;
  const struct lw_value *stored_facts;
  lw_str customer; /* of the case, or empty */
  lw_str owner;
};
LW_NODISCARD enum lw_code lw_case_known(struct lw_db *db, lw_str id, struct lw_json_reader *json,
                                        struct lw_arena *arena, struct lw_case_known *ret_known,
                                        struct lw_error *err);

/* GET /v1/cases. */
struct lw_case_query {
  bool stale; /* under way, and past their promise; or open without one, and not moved for three
                 days */
  uint32_t states; /* a bit for each enum lw_case_state that is wanted; 0: any */
  lw_str owner;    /* these three: empty for any */
  lw_str customer;
  lw_str department;
  lw_str after;   /* `next` of the page before; empty: from the newest */
  uint32_t limit; /* 0: LW_PAGE; at most LW_PAGE_MAX */
};
/* {"items":[...],"next":"..."}, newest opened first. Stale ones: escalated first, then what is
 * nobody's, then by how long they are over; with "over_days", "moved", "owner_name" and, of an
 * owner who has left, "owner_left", and without pages: no more than `limit`. */
LW_NODISCARD enum lw_code lw_case_list(const struct lw_desk_reader *reader,
                                       const struct lw_case_query *query, struct lw_buf *out,
                                       struct lw_error *err);
/* GET /v1/track/stale: those of a stale list that the caller sees, all of them, summed up by owner
 * or by department; the longest over first. {"by":"owner","groups":[{"owner","owner_name","cases",
 * ...}],"total":{...}} */
LW_NODISCARD enum lw_code lw_case_print_stale(const struct lw_desk_reader *reader,
                                              bool by_department, struct lw_buf *out,
                                              struct lw_error *err);
/* All of them, oldest opened first, until visit returns false; found is borrowed for the call. */
LW_NODISCARD enum lw_code lw_case_each(struct lw_db *db, lw_usec now,
                                       bool (*visit)(void *user, const struct lw_case *found,
                                                     lw_usec now),
                                       void *user, struct lw_error *err);
/* How many open cases are theirs. */
LW_NODISCARD enum lw_code lw_case_count_open(struct lw_db *db, lw_str owner, uint64_t *ret_count,
                                             struct lw_error *err);

#endif
