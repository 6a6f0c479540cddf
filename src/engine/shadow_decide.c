/* The shadow beside a request: read on the thread that the request came on, as the request itself
 * is; decided by the writer, on the rows as they stand before the live policy draws, with a decider
 * of its own. It is decided only as far as the way that it goes (lw_decide_way): words for agents
 * are for answers that are given. What goes wrong in it is written down as such, and that is all
 * that comes of it. */
#include "engine/shadow.h"

#include "engine/inside.h"
#include "policy/answer.h"

enum { ERROR_BYTES_MAX = 100 };

/* Not within a character. */
static lw_str cut(lw_str text)
{
  size_t len = text.len < ERROR_BYTES_MAX ? text.len : ERROR_BYTES_MAX;
  while (len < text.len && len != 0 && ((unsigned char)text.ptr[len] & 0xC0) == 0x80) {
    len--;
  }
  return lw_str_slice(text, 0, len);
}

/* Where it is, not what was said: that may be about somebody, and the entry stays. */
static lw_str place_of(const struct lw_fault *faults, size_t count)
{
  return count != 0 && faults[0].at.len != 0 ? cut(faults[0].at) : LW_STR("request");
}

void lw_shadow_read(struct lw_order *order, const struct lw_snapshot *snapshot,
                    const struct lw_request_options *options, struct lw_arena *arena)
{
  const struct lw_snapshot_shadow *shadow = snapshot->live->shadow;
  struct lw_faults faults = {.arena = arena};
  order->shadowed = NULL;
  order->shadow_error = LW_STR("");
  if (shadow == NULL || arena->failed) {
    return;
  }
  struct lw_request *request = LW_NEW(arena, struct lw_request);
  if (request != NULL &&
      lw_request_read(shadow->view.policy, order->value, options, arena, request, &faults) &&
      !arena->failed) {
    order->shadowed = request;
  } else {
    order->shadow_error = arena->failed ? LW_STR("memory") : place_of(faults.items, faults.count);
  }
  arena->failed = false; /* what the order itself needs is read already */
}

static void find_possible(struct lw_decider *decider, struct lw_request *request,
                          struct lw_shadow_said *said)
{
  struct lw_option option;
  struct lw_error ignored;
  bool found = false;
  if (request->has_amount &&
      lw_option_of(decider, request, NULL, &found, &option, &ignored) == LW_OK && found &&
      option.has_amount) {
    said->has_possible = true;
    said->possible_minor = option.up_to_minor;
  }
}

static void decide(struct lw_decider *decider, struct lw_request *request,
                   struct lw_shadow_said *said)
{
  struct lw_outcome outcome;
  struct lw_error err;
  if (lw_decide_way(decider, request, &outcome, &err) != LW_OK) {
    said->failed = true;
    said->error = LW_STR("memory");
  } else if (outcome.verdict == LW_FAULTY) {
    said->failed = true;
    said->error = place_of(outcome.faults, outcome.n_faults);
  } else {
    said->verdict = outcome.verdict;
    said->failed = outcome.failed;
    said->error = outcome.failed ? LW_STR("condition") : LW_STR("");
  }
}

void lw_shadow_decide(const struct lw_batch *batch, const struct lw_order *order,
                      const struct lw_outcome *outcome, struct lw_shadow_said *ret_said)
{
  const struct lw_snapshot_shadow *shadow = batch->snapshot->live->shadow;
  struct lw_decider *decider = batch->engine->deciders[LW_VIEW_SHADOW];
  *ret_said = (struct lw_shadow_said){.verdict = LW_REFUSED};
  if (shadow == NULL || decider == NULL || (shadow->until != 0 && batch->now >= shadow->until)) {
    return;
  }
  ret_said->tag = shadow->tag;
  lw_decider_reset(decider);
  if (order->shadowed != NULL) {
    decide(decider, order->shadowed, ret_said);
  } else {
    ret_said->failed = true;
    ret_said->error = order->shadow_error;
  }
  ret_said->differs = ret_said->failed || ret_said->verdict != outcome->verdict;
  if (ret_said->differs && !ret_said->failed && outcome->verdict == LW_GRANTED) {
    find_possible(decider, order->shadowed, ret_said);
  }
}

void lw_shadow_add_said(const struct lw_shadow_said *said, struct lw_buf *out)
{
  if (said->tag.len == 0) {
    return;
  }
  LW_BUF_LIT(out, ",\"shadow\":{\"tag\":");
  lw_json_add_string(out, said->tag);
  if (said->failed) {
    LW_BUF_LIT(out, ",\"error\":");
    lw_json_add_string(out, said->error);
  } else {
    LW_BUF_LIT(out, ",\"verdict\":");
    lw_json_add_string(out, lw_verdict_name(said->verdict));
  }
  if (said->has_possible) {
    LW_BUF_LIT(out, ",\"minor\":");
    lw_buf_add_int(out, said->possible_minor);
  }
  lw_buf_add_char(out, '}');
}
