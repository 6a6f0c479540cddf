/* Causes by what was given for them, with what is kept of each: figures of the sums beside lines of
 * the desk, which know nothing of each other. */
#include "http/cause_list.h"

#include "track/page.h"

static const struct lw_cause *kept(const struct lw_cause_listing *listing, lw_str name)
{
  for (uint32_t i = 0; i < listing->n_causes; i++) {
    if (lw_str_equal(listing->causes[i].name, name)) {
      return &listing->causes[i];
    }
  }
  return NULL;
}

static void add_share(struct lw_buf *out, const char *key, int64_t part, int64_t whole)
{
  if (whole != 0) {
    lw_buf_printf(out, ",\"%s\":\"%.4f\"", key, (double)part / (double)whole);
  }
}

struct printing {
  const struct lw_cause_listing *listing;
  const struct lw_tape *tape;
  struct lw_buf *out;
  uint32_t count;
};

/* One cause; part NULL: nothing was decided for it in the window. */
static void add_cause(struct printing *printing, lw_str name, const struct lw_track_part *part,
                      int64_t so_far)
{
  static const struct lw_track_part nothing = {.of = 0};
  const struct lw_cause_listing *listing = printing->listing;
  struct lw_buf *out = printing->out;
  const struct lw_cause *cause = kept(listing, name);
  const struct lw_cause blank = {.name = name};
  int64_t whole = listing->overview->whole.minor;
  const struct lw_track_part *shown = part != NULL ? part : &nothing;
  lw_buf_add_c(out, printing->count++ != 0 ? ",{" : "{");
  lw_cause_print(cause != NULL ? cause : &blank, listing->snapshot, out);
  lw_buf_add_char(out, ',');
  lw_track_cell_print(&shown->cell, lw_currency_find(lw_tape_currency(printing->tape)), out);
  lw_buf_printf(out, ",\"cases\":%lld", (long long)shown->cases);
  lw_track_end_print(&shown->end, out);
  add_share(out, "share", shown->cell.minor, whole);
  if (part != NULL) {
    add_share(out, "share_so_far", so_far, whole);
  }
  bool may = name.len != 0 && listing->caller != NULL &&
             lw_cause_may_change(listing->caller, cause != NULL ? cause : &blank);
  lw_buf_add_c(out, may ? ",\"may\":[\"change\"]}" : ",\"may\":[]}");
}

static bool is_wanted(const struct lw_cause_listing *listing, lw_str name)
{
  return listing->name.ptr == NULL || lw_str_equal(listing->name, name);
}

/* Those that somebody sees to and nothing was decided for. */
static void add_idle(struct printing *printing)
{
  const struct lw_cause_listing *listing = printing->listing;
  for (uint32_t i = 0; i < listing->n_causes; i++) {
    uint32_t code = lw_tape_code(printing->tape, LW_TAPE_REASON, listing->causes[i].name);
    bool there = false;
    for (uint32_t k = 0; k < listing->overview->n_causes; k++) {
      there = there || (code != 0 && listing->overview->causes[k].of == code);
    }
    if (!there && is_wanted(listing, listing->causes[i].name)) {
      add_cause(printing, listing->causes[i].name, NULL, 0);
    }
  }
}

uint32_t lw_cause_list_print(const struct lw_cause_listing *listing, const struct lw_tape *tape,
                             struct lw_buf *out)
{
  struct printing printing = {.listing = listing, .tape = tape, .out = out};
  int64_t so_far = 0;
  for (uint32_t i = 0; i < listing->overview->n_causes; i++) {
    const struct lw_track_part *part = &listing->overview->causes[i];
    lw_str name = lw_tape_text(tape, LW_TAPE_REASON, part->of);
    so_far += part->cell.minor;
    if (is_wanted(listing, name)) {
      add_cause(&printing, name, part, so_far);
    }
  }
  add_idle(&printing);
  if (listing->name.ptr != NULL && printing.count == 0 &&
      (lw_policy_reason(listing->snapshot->policy, listing->name) != NULL ||
       lw_tape_code(tape, LW_TAPE_REASON, listing->name) != 0)) {
    add_cause(&printing, listing->name, NULL, 0);
  }
  return printing.count;
}
