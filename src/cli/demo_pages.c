/* Reference pages of the demonstration: a made-up telco's, one of them in German, one of a team's
 * work that fits no cause. Links among them work. */
#include "cli/demo.h"
#include "cli/store.h"
#include "guide/page.h"

static const struct {
  const char *slug;
  const char *file;
} pages[] = {
    {"outage-map",
     "---\ntitle: Reading the outage map\nreasons: [outage]\n---\n\n"
     "The map is one minute behind the network. A **red** cell is down, an *amber* one is slow.\n\n"
     "## What to tell the customer\n\n"
     "We see it too. A team is on it, and the map says until when it is likely to last. You need "
     "not call again: we send a message when it works.\n\n"
     "## When the map shows nothing\n\n"
     "1. Have them restart the box, once.\n2. Look whether the line is barred for a bill.\n"
     "3. If both are fine, it is one line alone: book a [technician](technician-visit.md).\n"},
    {"outage-credit",
     "---\ntitle: How an outage is credited\nreasons: [outage]\n---\n\n"
     "A day without service is a thirtieth of the monthly fee, for each line. Days count from the "
     "moment the map turned red, not from the call.\n\n"
     "- Up to 4 hours: nothing by itself; goodwill is yours.\n- Up to a day: one day.\n"
     "- Longer: each day begun.\n\n"
     "See [[outage-map]] for when it began.\n"},
    {"technician-visit",
     "---\ntitle: Booking a technician\nreasons: [outage, promise]\n---\n\n"
     "Visits are booked in windows of two hours, from 8:00 to 20:00. The first free window is in "
     "the calendar of the region.\n\n"
     "- Somebody of age has to be at home.\n- The visit is free when the fault is ours.\n"
     "- A window that we miss is a promise that we broke: see [[promises]].\n\n"
     "## What to tell the customer\n\n"
     "The technician calls half an hour before. If the window does not suit you any more, answer "
     "the message with NEW.\n"},
    {"promises",
     "---\ntitle: What counts as a promise\nreasons: [promise]\n---\n\n"
     "A promise is what one of us said or wrote with an amount or a day in it. Look at the notes "
     "of "
     "the case first, then at the chat.\n\n"
     "> \"I'll see what I can do\" is none. \"You get 10.00 back this month\" is one.\n\n"
     "We keep it even when the price was wrong. Say so in the first sentence.\n"},
    {"reading-a-bill",
     "---\ntitle: Reading a bill with the customer\nreasons: [billing-error]\n---\n\n"
     "Go line by line, from the top. These three are most of it:\n\n"
     "1. **Two part months** after a change of plan: the old one backwards, the new one ahead.\n"
     "2. **A discount that ended**: the date stands in the contract, not on the bill.\n"
     "3. **Calls to service numbers**: the provider's name is on the last page.\n\n"
     "## What to tell the customer\n\n"
     "You see two part months because your plan changed in the middle. From next month on it is "
     "one line again.\n"},
    {"new-number",
     "---\ntitle: A new number, and who has to know\nreasons: [number-change]\n---\n\n"
     "The new number works within an hour. For 30 days the old one says what the new one is.\n\n"
     "- Banks and messengers that send codes: **before** the change.\n"
     "- The emergency service knows by itself.\n- The fee: one a line and year can be waived.\n"},
    {"return-addresses",
     "---\ntitle: Return addresses for boxes and phones\n---\n\n"
     "Boxes go to the *depot*, phones to the *workshop*. The label is in the customer's account; "
     "who cannot print shows the code at the counter 📦.\n\n"
     "Without a label a parcel finds us, too, but three weeks later.\n"},
    {"rueckgabe",
     "---\ntitle: Rückgabe von Geräten\nlanguage: de\n---\n\n"
     "Boxen gehen ans **Depot**, Telefone an die **Werkstatt**. Das Rückgabeetikett steht im "
     "Kundenkonto; wer nicht drucken kann, zeigt den Code am Schalter.\n\n"
     "## Was man Kundinnen und Kunden sagt\n\n"
     "Legen Sie das Netzteil bei. Sobald das Gerät da ist, schreiben wir Ihnen.\n"},
    {"hard-talks",
     "---\ntitle: When somebody is angry\n---\n\n"
     "Let them finish. Say back what happened, in their words. Then one thing that you do now.\n\n"
     "You may always say: *I take ten minutes and call you back.* And then you call.\n"},
};
enum { PAGES = sizeof pages / sizeof pages[0] };

static enum lw_code write_page(struct lw_engine *engine, size_t i, struct lw_arena *arena,
                               struct lw_error *err)
{
  struct lw_page_save save = {.has_tag = false};
  struct lw_diags diags;
  lw_diags_init(&diags, arena);
  lw_page_read(arena, lw_str_c(pages[i].slug), lw_str_c(pages[i].file), &save.page, &diags);
  if (diags.errors != 0) {
    return lw_fail(err, LW_INTERNAL, "a made-up page has a mistake: %.*s",
                   LW_FMT(diags.items[0].message));
  }
  struct lw_store_change change = {.apply = lw_page_put, .user = &save, .actor = LW_STR("qua")};
  return lw_store_run(engine, &change, err);
}

enum lw_code lw_demo_pages(struct lw_engine *engine, struct lw_error *err)
{
  struct lw_arena arena;
  enum lw_code rc = LW_OK;
  lw_arena_init(&arena, NULL, 0);
  for (size_t i = 0; rc == LW_OK && i < PAGES; i++) {
    rc = write_page(engine, i, &arena, err);
  }
  lw_arena_finish(&arena);
  return rc;
}
