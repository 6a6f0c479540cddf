/* What a tape is made of. Inside the replay folder only: tape.c fills and reads it, tape_image.c
 * writes its full chunks out and reads them back. */
#ifndef LW_REPLAY_TAPE_INSIDE_H
#define LW_REPLAY_TAPE_INSIDE_H

#include "base/table.h"
#include "replay/tape.h"

enum { LW_TAPE_RECENT = 256, LW_TAPE_RECENT_FACTS = 16 };

/* 65,536 values of a column, packed. */
struct lw_tape_chunk {
  int64_t least;     /* what 0 stands for; with `gaps`: what 1 stands for */
  const void *bytes; /* NULL: all rows are `least` */
  uint8_t width;     /* 0, 1, 2, 4, 8 */
  bool gaps;         /* 0 is LW_TAPE_NONE; only of numbers, and only with bytes */
  bool borrowed;     /* the bytes are the image's */
  uint32_t texts;    /* how many the column's dictionary had at the chunk's end */
};

/* A code with the upper half of its text's hash, so that a text that is another one is mostly not
 * looked at. code 0: free. */
struct lw_tape_slot {
  uint32_t code;
  uint32_t hash;
};

struct lw_tape_dictionary {
  lw_str *texts; /* one a code, from 1 on: texts[code - 1] */
  uint32_t count;
  struct lw_tape_slot *slots; /* NULL: none yet */
  uint32_t mask;              /* how many slots there are, less one */
  struct lw_tape_slot recent[LW_TAPE_RECENT];
};

struct lw_tape_cells {
  lw_str name;
  bool is_codes;
  uint32_t first_chunk;         /* in which it was first heard of */
  struct lw_tape_chunk *chunks; /* full ones */
  uint32_t n_chunks;
  int64_t *filling; /* LW_TAPE_CHUNK_ROWS; NULL: nothing but `absent` in this chunk so far */
  struct lw_tape_dictionary dictionary;
};

/* Stands at the beginning of memory that held a chunk's values and will hold others. */
struct lw_tape_spare {
  struct lw_tape_spare *next;
};

struct lw_tape {
  struct lw_arena keep; /* texts, names */
  lw_str currency;
  struct lw_tape_cells *columns;
  uint32_t n_columns;
  uint32_t columns_capacity;
  struct lw_table facts;                       /* name -> column */
  uint32_t recent_facts[LW_TAPE_RECENT_FACTS]; /* by place in the row before: its column, or 0 */
  uint64_t n_rows;
  uint32_t capacity_chunks;     /* of every column's chunks */
  struct lw_tape_spare *spares; /* memory for a column's next filling; no more than were filled */
  lw_usec newest;
  lw_usec backstep;
  size_t bytes;
  void (*release)(void *user); /* of the image that texts and bytes are borrowed from; NULL: none */
  void *user;
};

/* A column that rows before it have nothing in; facts by their name. False when memory is out. */
LW_NODISCARD bool lw_tape_add_column(struct lw_tape *tape, lw_str name, bool is_codes);
/* Room for `chunks` full chunks in each column. */
LW_NODISCARD bool lw_tape_reserve(struct lw_tape *tape, uint32_t chunks);
/* Room for `count` texts; those that are there are placed anew. */
LW_NODISCARD bool lw_tape_dictionary_reserve(struct lw_tape_dictionary *dictionary, uint64_t count);
/* `count` texts stand behind those that it has, with room made for them: they become its own, each
 * placed by its hash. */
void lw_tape_dictionary_place(struct lw_tape_dictionary *dictionary, uint32_t count);
/* Takes note of a row's moment. */
void lw_tape_note_moment(struct lw_tape *tape, lw_usec at);

#endif
