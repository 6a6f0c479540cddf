/* Nobody's list but the whole company's is made here; who sees which of it is for the caller. Names
 * and what somebody said of a proposal stand with it, since a list without either is of no use. */
#include "http/room_list.h"

#include "data/json.h"
#include "data/member.h"
#include "desk/review.h"
#include "ledger/journal.h"
#include "ledger/text.h"
#include "people/person.h"
#include "policy/who.h"

/* Whom the record is looked at for, found by id. */
struct gathering {
  struct lw_room_person *persons;
  struct lw_table index;
};

static struct lw_room_person *find(struct gathering *gathering, lw_str id)
{
  const uint32_t *number = lw_table_find(&gathering->index, id);
  return number != NULL ? &gathering->persons[*number] : NULL;
}

static void take_reviews(void *user, lw_str agent, const struct lw_review_tally *part)
{
  struct lw_room_person *person = find(user, agent);
  if (person != NULL) {
    person->right += part->right;
    person->too_little += part->too_little;
    person->too_much += part->too_much;
  }
}

static void take_lowering(void *user, lw_str id, bool is_open, lw_usec ended_at)
{
  struct lw_room_person *person = find(user, id);
  if (person != NULL) {
    person->lowered = is_open;
    person->lowered_until = ended_at;
  }
}

static enum lw_code gather(const struct lw_room_listing *listing, struct lw_arena *arena,
                           struct gathering *gathering, uint32_t *ret_count, struct lw_error *err)
{
  const struct lw_directory *people = &listing->snapshot->staff->directory;
  lw_usec since = listing->now - LW_ROOM_DAYS * LW_SECONDS_PER_DAY * LW_USEC_PER_SECOND;
  uint32_t count = 0;
  gathering->persons = LW_NEW_ARRAY(arena, struct lw_room_person, (size_t)people->count + 1);
  lw_table_init(&gathering->index, arena);
  for (uint32_t i = 0; gathering->persons != NULL && i < people->count; i++) {
    const struct lw_actor *actor = &people->actors[i];
    bool wanted = (listing->person.len == 0 || lw_str_equal(listing->person, actor->id)) &&
                  (listing->team.len == 0 || lw_team_within(actor->team, listing->team));
    bool is_new = false;
    uint32_t *number = wanted ? lw_table_add(&gathering->index, actor->id, &is_new) : NULL;
    if (number != NULL) {
      *number = count;
      gathering->persons[count++] = (struct lw_room_person){.actor = actor};
    }
  }
  if (gathering->persons == NULL || arena->failed) {
    return lw_fail(err, LW_NO_MEMORY, "out of memory for proposals");
  }
  *ret_count = count;
  enum lw_code rc =
      lw_review_tally_each(listing->db, listing->person, since, take_reviews, gathering, err);
  return rc == LW_OK ? lw_room_lowered_each(listing->db, take_lowering, gathering, err) : rc;
}

/* --- what stands beside a proposal --- */

static const struct lw_room_word *word_of(const struct lw_room_listing *listing, lw_str id)
{
  for (uint32_t i = 0; i < listing->n_words; i++) {
    if (lw_str_equal(listing->words[i].id, id)) {
      return &listing->words[i];
    }
  }
  return NULL;
}

static bool is_put_aside(const struct lw_room_listing *listing,
                         const struct lw_room_proposal *proposal)
{
  const struct lw_room_word *word = word_of(listing, proposal->id);
  return word != NULL && word->later_at != 0 &&
         lw_room_since(proposal, word->later_at) < word->later_asks;
}

struct printing {
  const struct lw_room_listing *listing;
  struct lw_arena *arena;
  struct lw_json_reader *json;
  struct lw_buf *out;
  struct lw_error *err;
};

static enum lw_code add_forward(struct printing *printing, const struct lw_room_word *word)
{
  const struct lw_staff *staff = printing->listing->snapshot->staff;
  const struct lw_person *by = lw_staff_find(staff, word->forward_by);
  lw_str note = LW_STR("");
  enum lw_code rc = lw_text_read(printing->listing->db, word->forward_note, printing->arena, &note,
                                 printing->err);
  LW_BUF_LIT(printing->out, ",\"forward\":{\"by\":");
  lw_json_add_string(printing->out, word->forward_by);
  lw_member_text(printing->out, "name", by != NULL ? by->actor.name : LW_STR(""));
  LW_BUF_LIT(printing->out, ",\"at\":");
  lw_member_print_time(printing->out, word->forward_at);
  lw_member_text(printing->out, "note", note);
  lw_buf_add_char(printing->out, '}');
  return rc;
}

/* The cases behind it, by the ids of their decisions. */
static enum lw_code add_decisions(struct printing *printing,
                                  const struct lw_room_proposal *proposal)
{
  enum lw_code rc = LW_OK;
  LW_BUF_LIT(printing->out, ",\"decisions\":[");
  for (uint32_t i = 0; rc == LW_OK && i < proposal->n_seqs; i++) {
    struct lw_entry_view entry;
    const struct lw_value *body = NULL;
    rc = lw_journal_read(printing->listing->db, (uint64_t)proposal->seqs[i], printing->arena,
                         &entry, printing->err);
    rc = rc == LW_OK
             ? lw_json_read(printing->json, printing->arena, entry.body, NULL, &body, printing->err)
             : rc;
    const struct lw_value *id = rc == LW_OK ? lw_value_get(body, LW_STR("id")) : NULL;
    lw_buf_add_c(printing->out, i == 0 ? "" : ",");
    lw_json_add_string(printing->out, id != NULL ? id->text : LW_STR(""));
  }
  lw_buf_add_char(printing->out, ']');
  return rc;
}

static enum lw_code add_proposal(struct printing *printing, const struct lw_room_list *list,
                                 const struct lw_room_proposal *proposal)
{
  const struct lw_room_listing *listing = printing->listing;
  const struct lw_person *person = lw_staff_find(listing->snapshot->staff, proposal->person);
  const struct lw_room_word *word = word_of(listing, proposal->id);
  lw_room_print(proposal, list->currency, printing->out);
  lw_member_text(printing->out, "name", person != NULL ? person->actor.name : LW_STR(""));
  lw_member_text(printing->out, "team", person != NULL ? person->actor.team : LW_STR(""));
  enum lw_code rc = add_decisions(printing, proposal);
  if (rc == LW_OK && word != NULL && word->forward_at != 0) {
    rc = add_forward(printing, word);
  }
  lw_buf_add_char(printing->out, '}');
  return rc;
}

static void add_near(const struct lw_room_proposal *proposal, struct lw_buf *out)
{
  LW_BUF_LIT(out, "{\"person\":");
  lw_json_add_string(out, proposal->person);
  lw_member_text(out, "before", proposal->before);
  lw_member_text(out, "after", proposal->after);
  LW_BUF_LIT(out, ",\"missing\":");
  lw_room_print_missing(proposal, out);
  lw_buf_add_char(out, '}');
}

static enum lw_code print(struct printing *printing, const struct lw_room_list *list)
{
  struct lw_buf *out = printing->out;
  enum lw_code rc = LW_OK;
  uint32_t printed = 0;
  LW_BUF_LIT(out, "{\"items\":[");
  for (uint32_t i = 0; rc == LW_OK && i < list->count; i++) {
    const struct lw_room_proposal *one = &list->items[i];
    if (one->id.len != 0 && !is_put_aside(printing->listing, one)) {
      lw_buf_add_c(out, printed++ == 0 ? "" : ",");
      rc = add_proposal(printing, list, one);
    }
  }
  printed = 0;
  LW_BUF_LIT(out, "],\"near\":[");
  for (uint32_t i = 0; i < list->count; i++) {
    if (list->items[i].id.len == 0) {
      lw_buf_add_c(out, printed++ == 0 ? "" : ",");
      add_near(&list->items[i], out);
    }
  }
  LW_BUF_LIT(out, "],\"rule\":");
  lw_room_print_rule(out);
  if (list->until != 0) {
    LW_BUF_LIT(out, ",\"since\":");
    lw_member_print_time(out, list->since);
    LW_BUF_LIT(out, ",\"until\":");
    lw_member_print_time(out, list->until);
  }
  lw_buf_printf(out, ",\"currency\":\"%.*s\",\"tried_all\":%s}",
                LW_FMT(lw_currency_code(list->currency)), list->tried_all ? "true" : "false");
  return rc;
}

enum lw_code lw_room_list_print(const struct lw_room_listing *listing, struct lw_arena *arena,
                                struct lw_buf *out, struct lw_error *err)
{
  const struct lw_snapshot *snapshot = listing->snapshot;
  const struct lw_directory *people = &snapshot->staff->directory;
  struct gathering gathering;
  struct lw_room_list list = {.count = 0};
  struct lw_room room = {.tape = listing->tape,
                         .live = {.policy = snapshot->policy,
                                  .source = snapshot->policy->source,
                                  .tape_serial = listing->tape_serial,
                                  .people = people->count != 0 ? people : NULL,
                                  .people_serial = snapshot->serial,
                                  .snapshot = snapshot},
                         .cache = listing->cache,
                         .near = listing->person.len != 0,
                         .progress = listing->progress,
                         .user = listing->user};
  enum lw_code rc = gather(listing, arena, &gathering, &room.n_persons, err);
  if (rc != LW_OK) {
    return rc;
  }
  room.persons = gathering.persons;
  struct printing printing = {.listing = listing,
                              .arena = arena,
                              .json = lw_json_reader_create(NULL),
                              .out = out,
                              .err = err};
  rc = printing.json != NULL ? lw_room_find(&room, &list, err)
                             : lw_fail(err, LW_NO_MEMORY, "out of memory for proposals");
  rc = rc == LW_OK ? print(&printing, &list) : rc;
  lw_json_reader_destroy(printing.json);
  lw_room_list_finish(&list);
  return rc == LW_OK && (out->failed || arena->failed)
             ? lw_fail(err, LW_NO_MEMORY, "out of memory for proposals")
             : rc;
}
