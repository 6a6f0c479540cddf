/* Entries of decisions, whatever their bytes: what a learnt form reads is what the scan reads, and
 * nothing outside of an entry is touched.
 *
 * The input is some bodies, one a line, each in memory of exactly its length. Forms learnt from the
 * first are those that the next are tried with; then each is read by its own. */
#include "fuzz.h"

#include "tweak/entry_scan.h"

struct reading {
  struct lw_tape_row row;
  struct lw_entry_parts parts;
  struct lw_tape_fact facts[LW_SHAPE_FACTS];
};

static bool same_text(lw_str a, lw_str b)
{
  return a.ptr == b.ptr && a.len == b.len; /* the same bytes of the same body */
}

static void compare_parts(const struct lw_entry_parts *a, const struct lw_entry_parts *b)
{
  FUZZ_CHECK(same_text(a->at, b->at) && same_text(a->policy, b->policy) &&
                 same_text(a->currency, b->currency) && same_text(a->person, b->person),
             "the head");
  FUZZ_CHECK(same_text(a->verdict, b->verdict) && same_text(a->amount, b->amount) &&
                 same_text(a->grant, b->grant) && same_text(a->route, b->route),
             "the answer");
  FUZZ_CHECK(same_text(a->granted_minor, b->granted_minor) &&
                 same_text(a->granted_action, b->granted_action),
             "what was granted");
  FUZZ_CHECK(same_text(a->approver, b->approver) && same_text(a->asked, b->asked) &&
                 same_text(a->waited, b->waited),
             "the approval");
  FUZZ_CHECK(a->has_request == b->has_request && a->has_answer == b->has_answer &&
                 a->has_granted == b->has_granted && a->has_asked == b->has_asked &&
                 a->has_hold == b->has_hold && a->has_note == b->has_note &&
                 a->has_evidence == b->has_evidence,
             "what there is");
}

static void compare_rows(const struct lw_tape_row *a, const struct lw_tape_row *b)
{
  for (size_t i = 0; i < LW_TAPE_FACTS; i++) {
    FUZZ_CHECK(a->numbers[i] == b->numbers[i] && same_text(a->texts[i], b->texts[i]), "column %zu",
               i);
  }
  FUZZ_CHECK(a->n_facts == b->n_facts, "%u facts and %u", a->n_facts, b->n_facts);
  for (uint32_t i = 0; i < a->n_facts; i++) {
    FUZZ_CHECK(lw_str_equal(a->facts[i].name, b->facts[i].name) &&
                   same_text(a->facts[i].json, b->facts[i].json),
               "fact %u", i);
  }
}

static void try_body(struct lw_shapes *shapes, struct lw_tape_reader *reader, lw_str body)
{
  struct reading learnt;
  struct reading scanned;
  struct lw_shape_record record;
  struct lw_entry_parts event;
  bool known = lw_shapes_read(shapes, body, 7, learnt.facts, &learnt.row, &learnt.parts);
  bool read = lw_entry_scan_decision(body, 7, reader, &scanned.row, &scanned.parts, &record);
  FUZZ_CHECK(read || !known, "only the form fits");
  (void)!lw_entry_scan_event(body, &event);
  if (read && !known) {
    lw_shapes_learn(shapes, body, &record, &scanned.parts, &scanned.row);
    known = lw_shapes_read(shapes, body, 7, learnt.facts, &learnt.row, &learnt.parts);
  }
  if (known) {
    compare_parts(&learnt.parts, &scanned.parts);
    compare_rows(&learnt.row, &scanned.row);
  }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  struct lw_shapes *shapes = lw_shapes_create();
  struct lw_tape_reader reader;
  lw_str input = {(const char *)data, size};
  lw_tape_reader_init(&reader);
  FUZZ_CHECK(shapes != NULL, "no memory");
  while (input.len != 0) {
    size_t end = lw_str_find(input, LW_STR("\n"), 0);
    end = end < input.len ? end : input.len;
    char *body = malloc(end + (end == 0));
    FUZZ_CHECK(body != NULL, "no memory");
    memcpy(body, input.ptr, end);
    try_body(shapes, &reader, lw_str_from(body, end));
    free(body);
    input = lw_str_slice(input, end + (end < input.len), SIZE_MAX);
  }
  lw_tape_reader_finish(&reader);
  lw_shapes_destroy(shapes);
  return 0;
}
