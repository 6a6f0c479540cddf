/* Reference pages: what a company writes down for its agents ("How a carrier claim works"), in
 * Markdown, read in the middle of a case. A page has a slug, which is its file's name too, the
 * causes (reasons of the policy) that it fits, and perhaps teams and a language. Each save is a
 * version and an entry page.saved; what was written stands outside the chain, as the file that
 * `leeway pages export` writes (docs/formats/pages.md). The index of its words follows in the same
 * transaction.
 *
 * Functions with a batch are for lw_change.apply; whoever calls them has seen to the right to
 * write. Reading takes any connection and thread. */
#ifndef LW_GUIDE_PAGE_H
#define LW_GUIDE_PAGE_H

#include "engine/engine.h"
#include "guide/query.h"
#include "learn/course.h"
#include "people/access.h"

enum {
  LW_PAGE_SLUG_BYTES_MAX = 100,
  LW_PAGE_TITLE_BYTES_MAX = 200,
  LW_PAGE_BODY_BYTES_MAX =
      64 * 1024, /* some twenty sheets of paper; a search reads back what it shows */
  LW_PAGE_FILE_BYTES_MAX = 80 * 1024, /* with its head */
  LW_PAGE_NAMES_MAX = 20,             /* causes; teams */
  LW_PAGE_NAME_BYTES_MAX = 200,
  LW_PAGE_LANGUAGE_BYTES_MAX = 20,
  LW_PAGES_MAX = 20000,
  LW_PAGES_SHOWN_MAX = 50,  /* in one answer */
  LW_PAGES_FOUND_MAX = 1000 /* so far `after` reaches */
};

struct lw_page {
  lw_str slug;
  lw_str title;
  lw_str body;     /* Markdown */
  lw_str language; /* "de"; or empty: any */
  const lw_str *reasons;
  uint32_t n_reasons;
  const lw_str *teams; /* ids; none: everybody's */
  uint32_t n_teams;
  uint64_t version; /* counted from 1; ETag */
  lw_usec at;       /* of that version */
  lw_str who;       /* an actor */
  uint32_t line;    /* of its file, where the body begins; 0: it is of no file */
};

/* --- as a file --- */

/* "lost-parcel.md" to "lost-parcel"; empty when a page can't be called so: small letters, digits,
 * ".", "-", "_". */
lw_str lw_page_slug_of(lw_str file);
/* Whether a page may have that slug. */
bool lw_page_slug_fits(lw_str slug);
/* Reads head and body; texts are of `text` or in `arena`. What does not fit becomes a finding; the
 * page counts when there are no errors among them. */
void lw_page_read(struct lw_arena *arena, lw_str slug, lw_str text, struct lw_page *ret_page,
                  struct lw_diags *diags);
/* The same of parts that came otherwise: lengths, names, and whether something is there at all. */
void lw_page_check(const struct lw_page *page, struct lw_diags *diags);
/* The file: what is read again is the same page. */
void lw_page_print_file(const struct lw_page *page, struct lw_buf *out);
/* Its words without Markdown's marks and links' addresses. */
void lw_page_plain(lw_str body, struct lw_buf *out);

/* What a page says and nobody can follow: links to pages that are not there, causes that the live
 * policy does not have, teams that nobody made. Warnings, at their lines. */
struct lw_page_world {
  const struct lw_snapshot *snapshot;
  struct lw_db *db;     /* where pages are looked up; or NULL */
  const lw_str *others; /* slugs that will be there, too: a folder's */
  uint32_t n_others;
};
LW_NODISCARD enum lw_code lw_page_look(const struct lw_page *page,
                                       const struct lw_page_world *world, struct lw_diags *diags,
                                       struct lw_error *err);

/* --- changing --- */

struct lw_page_save {
  struct lw_page page; /* that lw_page_check finds nothing against */
  bool has_tag;
  uint64_t tag; /* the version that it was made of; 0 with has_tag: there is none yet */
};
/* user: struct lw_page_save. 201 with {"slug","version"}, 200 when there was one before; when it
 * said the same nothing is written. LW_STALE: another version is there. */
enum lw_code lw_page_put(struct lw_batch *batch, struct lw_change *change, struct lw_error *err);
/* The same; of the page only the slug is read. 200 with {"slug","version"}. LW_NOT_FOUND. */
enum lw_code lw_page_remove(struct lw_batch *batch, struct lw_change *change, struct lw_error *err);
/* Makes the index of words anew, of all pages. In a transaction. *ret_count: how many. */
LW_NODISCARD enum lw_code lw_pages_index(struct lw_db *db, struct lw_arena *scratch,
                                         int64_t *ret_count, struct lw_error *err);

/* --- reading --- */

struct lw_page_reader {
  struct lw_db *db;
  const struct lw_snapshot *snapshot; /* NULL with caller NULL */
  const struct lw_caller *caller;     /* NULL: the command line, which sees all */
  struct lw_arena *arena;
};
/* LW_NOT_FOUND: none that the caller may see. Everything lives in the reader's arena. */
LW_NODISCARD enum lw_code lw_page_get(const struct lw_page_reader *reader, lw_str slug,
                                      struct lw_page *ret_page, struct lw_error *err);
/* All slugs, in order. */
LW_NODISCARD enum lw_code lw_page_slugs(struct lw_db *db, struct lw_arena *arena,
                                        lw_str **ret_slugs, uint32_t *ret_count,
                                        struct lw_error *err);

struct lw_page_search {
  lw_str q;        /* empty: all of them, the newest first */
  lw_str reason;   /* what fits this cause stands first; or empty */
  lw_str language; /* only those in it, and those of any; or empty */
  uint32_t limit;  /* 1 to LW_PAGES_SHOWN_MAX */
  lw_str after;    /* `next` of the answer before; or empty */
  bool whole;      /* the last word is not still being typed */
};
/* {"items":[{"slug","title","reasons","teams","language","version","at","by","fits","snippet":[
 * {"text","marked"}]}],"matched":"all"|"any","next"}. `any`: no page has all that was looked for.
 * LW_INVALID: `after` is none of ours. */
LW_NODISCARD enum lw_code lw_page_search(const struct lw_page_reader *reader,
                                         const struct lw_page_search *search, struct lw_buf *out,
                                         struct lw_error *err);
/* {"slug","title","body",...} */
void lw_page_print(const struct lw_page *page, struct lw_buf *out);

#endif
