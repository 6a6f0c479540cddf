/* What the writer looks at soon, brought into its processor's cache while it decides what is before
 * it. A change was filled in by another thread, on another processor as a rule, and its retry key's
 * place is anywhere in tens of megabytes: without this, deciding waits for memory a dozen times.
 *
 * In steps, as each shows where the next one is: the change, then its order and its key's place,
 * then the texts. These are hints to the processor: nothing is read, and nothing depends on them.
 */
#include "engine/inside.h"

enum {
  CHANGE_AHEAD = 6,
  ORDER_AHEAD = 4,
  TEXTS_AHEAD = 2,
  LINE_BYTES = 64,
  TEXT_LINES = 4 /* of a text that is copied: the processor sees by itself how it goes on */
};

static void fetch(const void *from, size_t lines)
{
  for (size_t i = 0; i < lines; i++) {
    __builtin_prefetch((const void *)((uintptr_t)from + i * LINE_BYTES));
  }
}

static void fetch_order(const struct lw_engine *engine, const struct lw_change *change)
{
  if (change->keeps_own_key && change->key.len != 0) {
    lw_idem_prefetch(&engine->idem, lw_idem_print(change->key_digest));
  }
  if (change->apply == lw_order_apply) {
    fetch(change->user, sizeof(struct lw_order) / LINE_BYTES + 1);
  }
  fetch(&change->answer, 1);
}

static void fetch_texts(const struct lw_change *change)
{
  if (change->apply == lw_order_apply) {
    const struct lw_order *order = change->user;
    fetch(order->request.slots, TEXT_LINES);
    fetch(order->request.case_id.ptr, 1);
    fetch(order->request.customer.ptr, 1);
    fetch(order->request.agent.id.ptr, 1);
    fetch(order->recorded.ptr, TEXT_LINES);
    fetch(order->person.ptr, 1);
    fetch(change->answer.ptr, TEXT_LINES);
  }
}

void lw_soon_fetch(const struct lw_engine *engine, struct lw_change *const *changes, size_t at,
                   size_t count)
{
  if (at + CHANGE_AHEAD < count) {
    const struct lw_change *change = changes[at + CHANGE_AHEAD];
    fetch(change, 3);
    fetch(change->key_digest, 1);
  }
  if (at + ORDER_AHEAD < count) {
    fetch_order(engine, changes[at + ORDER_AHEAD]);
  }
  if (at + TEXTS_AHEAD < count) {
    fetch_texts(changes[at + TEXTS_AHEAD]);
  }
}
