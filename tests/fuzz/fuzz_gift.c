/* Any bytes as questions in GIFT: reading ends; what was read is written, read again as the same,
 * and written again as the same text. All memory comes back. */
#include "fuzz.h"

#include "../unit/learn/gift_dump.h"

struct reading {
  struct lw_arena arena;
  struct lw_diags diags;
  struct lw_gift gift;
  struct lw_buf dump;
};

static bool read_it(struct reading *reading, struct fuzz_memory *memory, lw_str source)
{
  struct lw_error err;
  *reading = (struct reading){.dump = {.allocator = &memory->allocator}};
  lw_arena_init(&reading->arena, &memory->allocator, 0);
  lw_diags_init(&reading->diags, &reading->arena);
  if (lw_gift_read(&reading->arena, source, &reading->diags, &reading->gift, &err) != LW_OK) {
    return false;
  }
  dump_all(&reading->dump, &reading->gift);
  return true;
}

static void drop_it(struct reading *reading)
{
  lw_buf_finish(&reading->dump);
  lw_arena_finish(&reading->arena);
}

static void write_again(const struct reading *first, struct fuzz_memory *memory)
{
  struct lw_buf once = {.allocator = &memory->allocator};
  struct lw_buf twice = {.allocator = &memory->allocator};
  struct reading second;
  struct lw_error err;
  FUZZ_CHECK(lw_gift_write(first->gift.questions, first->gift.count, &once, &err) == LW_OK, "%s",
             err.text);
  if (once.len > LW_GIFT_BYTES_MAX) {
    lw_buf_finish(&once);
    return; /* escaping made it longer than what may be read */
  }
  FUZZ_CHECK(read_it(&second, memory, lw_buf_str(&once)), "written: %.*s",
             LW_FMT(lw_buf_str(&once)));
  FUZZ_CHECK(second.diags.errors == 0, "written: %.*s", LW_FMT(lw_buf_str(&once)));
  FUZZ_CHECK(lw_str_equal(lw_buf_str(&first->dump), lw_buf_str(&second.dump)),
             "written:\n%.*s\nfirst:\n%.*s\nsecond:\n%.*s", LW_FMT(lw_buf_str(&once)),
             LW_FMT(lw_buf_str(&first->dump)), LW_FMT(lw_buf_str(&second.dump)));
  FUZZ_CHECK(lw_gift_write(second.gift.questions, second.gift.count, &twice, &err) == LW_OK, "%s",
             err.text);
  FUZZ_CHECK(lw_str_equal(lw_buf_str(&once), lw_buf_str(&twice)), "written twice");
  drop_it(&second);
  lw_buf_finish(&once);
  lw_buf_finish(&twice);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  struct fuzz_memory memory;
  struct reading first;
  fuzz_memory_init(&memory);
  if (read_it(&first, &memory, lw_str_from((const char *)data, size))) {
    write_again(&first, &memory);
  }
  drop_it(&first);
  FUZZ_CHECK(memory.out == 0, "%zu blocks are not back", memory.out);
  return 0;
}
