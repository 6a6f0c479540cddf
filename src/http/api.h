/* What the handlers (api_*.c) share: lists' parameters, entity tags, changes without a body. Inside
 * http only. */
#ifndef LW_HTTP_API_H
#define LW_HTTP_API_H

#include "desk/approval.h"
#include "http/authn.h"
#include "http/host.h"

/* How long an answer waits for what the past (tweak/live_past.h) lacks; then 503. */
enum { LW_API_PAST_WAIT_MSEC = 2000 };

/* The parameters `limit` and `after` of a list. False: replied with 400. */
struct lw_api_page {
  uint32_t limit;
  lw_str after;
};
LW_NODISCARD bool lw_api_read_page(struct lw_call *call, struct lw_api_page *ret_page);
/* A number in a query parameter or header; absent: the default. False: replied with 400. */
LW_NODISCARD bool lw_api_read_number(struct lw_call *call, const char *name, uint64_t least,
                                     uint64_t most, uint64_t absent, uint64_t *ret_number);
/* A moment in a query parameter; absent: 0. False: replied with 400. */
LW_NODISCARD bool lw_api_read_time(struct lw_call *call, const char *name, lw_usec *ret_at);
/* true or false; absent: false. False: replied with 400. */
LW_NODISCARD bool lw_api_read_flag(struct lw_call *call, const char *name, bool *ret_flag);
/* Replies with 400 naming the parameter. */
void lw_api_refuse_parameter(struct lw_call *call, const char *name, const char *takes);

/* If-Match: `*` or nothing is 0; a tag is its number. False: replied with 412, it can't be that. */
LW_NODISCARD bool lw_api_read_tag(struct lw_call *call, bool *ret_has, uint64_t *ret_tag);
void lw_api_add_tag(struct lw_call *call, uint64_t tag);
/* The member `version` of the reply as ETag: for call->then. */
void lw_api_tag_from_version(struct lw_call *call);

/* Appends what GET /v1/me answers to call->out. */
void lw_api_add_me(struct lw_call *call);
/* The header X-CSRF-Token of the caller's session. */
void lw_api_add_csrf(struct lw_call *call);

/* Appends a person with what is looked up: whether they are there and have a password, are online,
 * when they were last seen, and (for whoever may know) how many open cases they have. */
LW_NODISCARD enum lw_code lw_api_print_person(struct lw_call *call, struct lw_db *db,
                                              const struct lw_person *person, struct lw_error *err);
/* For functions of desk that print. db may not be NULL. */
struct lw_desk_reader lw_api_desk(struct lw_call *call, struct lw_db *db);
/* Who would be asked, as desk says it, for previews; the reader is borrowed. */
struct lw_preview_asking lw_api_asking(struct lw_desk_reader *reader);
/* The live policy's currency, or LW_CURRENCY_NONE. */
uint16_t lw_api_currency(const struct lw_call *call);
/* The call's id parameter as a decision's; false: replied with 404. */
LW_NODISCARD bool lw_api_decision_id(struct lw_call *call, lw_id *ret_id);
/* Room in the call's arena for a change's words; NULL: replied with 503. */
LW_NODISCARD void *lw_api_keep(struct lw_call *call, size_t size_bytes);
#define LW_API_NEW(call, type) ((type *)lw_api_keep((call), sizeof(type)))
/* certificate, until, reason of the body: what a lead vouches for. */
struct lw_vouch;
void lw_api_read_vouch(struct lw_call *call, struct lw_vouch *vouch, struct lw_faults *faults);
/* The answer of a removal is 204 without a body: for call->then. */
void lw_api_without_body(struct lw_call *call);
/* Replies with what code says when it is not LW_OK. */
LW_NODISCARD bool lw_api_is_well(struct lw_call *call, enum lw_code code,
                                 const struct lw_error *err);
/* Replies 200 with call->out when code is LW_OK, else with the problem. */
void lw_api_reply_read(struct lw_call *call, enum lw_code code, const struct lw_error *err);

/* Whether work that takes long is to go on, asked after each block of rows: the server does not
 * stop and somebody still waits, which is looked at every other time. *blocks counts, from 0. */
LW_NODISCARD bool lw_api_goes_on(struct lw_call *call, uint32_t *blocks);
/* Whether a policy is live; else replies with 404. */
LW_NODISCARD bool lw_api_has_policy(struct lw_call *call);
/* Whether the caller is a person, or a token that stands for one; else replies with 403. */
LW_NODISCARD bool lw_api_is_somebody(struct lw_call *call);
/* 422 with every finding of a file that was sent, each at its line. */
void lw_api_refuse_file(struct lw_call *call, const struct lw_diags *diags);

/* "0.5": of 1, in millionths; 0: it is none. */
uint32_t lw_api_share_of(lw_str text);
/* Digits, or 0. */
uint64_t lw_api_number_in(lw_str text);
/* A version's number of a JSON body, or 0; value may be NULL. */
uint64_t lw_api_number_of(const struct lw_value *value);
struct lw_publish;
/* 422, or whatever *err says, with what `leeway policy check` says where that has errors. */
void lw_api_fail_findings(struct lw_call *call, const struct lw_publish *publish,
                          const struct lw_error *err);
/* Several variables of a draft at once take a reason: what follows has several causes then. paths:
 * those that change. False: replied. */
LW_NODISCARD bool lw_api_has_reason(struct lw_call *call, const struct lw_publish *publish,
                                    bool is_draft, lw_str reason, lw_str paths);
/* The one member `source`. False: replied. */
LW_NODISCARD bool lw_api_take_source(struct lw_call *call, lw_str *ret_source);

/* Looks for questions when the last look is a day old; on a replayer's thread. What can't be looked
 * at now is looked at next time. */
void lw_questions_look_daily(struct lw_call *call);

/* The path of a team that may be named by its id; anything else as it stands. */
lw_str lw_api_team_path(struct lw_call *call, lw_str team);

/* Whether any case was ever kept (asked of the database until one was). */
bool lw_api_has_cases(struct lw_call *call);

/* The lists as they are, after waiting half a second for what was written last. False: replied with
 * 503, as no lists are kept. */
LW_NODISCARD bool lw_api_wait_for_lists(struct lw_call *call);
/* The same for what may not be answered from half of the record: waits two seconds and more. False:
 * replied with 503 also while the lists are still being made. */
LW_NODISCARD bool lw_api_need_lists(struct lw_call *call);
/* Of whom the caller may see something by this right, as lists take it. */
LW_NODISCARD bool lw_api_view(struct lw_call *call, enum lw_access access,
                              struct lw_lists_view *ret_view);

#endif
