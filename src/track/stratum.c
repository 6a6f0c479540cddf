/* Codes are the stratum; only what is at stake needs a text to be read, once for each distinct one.
 * Bands go 5, 10, 20, 50, 100 ...: a company's amounts spread over decades, and like compares with
 * like within a factor of two or so. */
#include "track/stratum.h"

#include "base/money.h"

#include <stdlib.h>
#include <string.h>

enum { BLOCK = 2048, UNREAD = 0xff };

struct amounts {   /* of one column */
  uint32_t column; /* UINT32_MAX: there is none */
  uint8_t *bands;  /* by code */
  uint32_t size;
};

struct lw_track_strata {
  const struct lw_tape *tape;
  struct lw_track_facts facts;
  uint32_t segment; /* column, or UINT32_MAX */
  struct amounts asked;
  struct amounts value;
  uint16_t currency;
  int64_t unit;
  uint32_t codes[BLOCK];
};

void lw_track_facts_find(const struct lw_tape *tape, struct lw_track_facts *ret_facts)
{
  static const lw_str segments[] = {LW_STR_INIT("customer.segment"), LW_STR_INIT("customer.tier"),
                                    LW_STR_INIT("segment")};
  static const lw_str values[] = {LW_STR_INIT("order.total"), LW_STR_INIT("invoice.total"),
                                  LW_STR_INIT("booking.total"), LW_STR_INIT("order.value")};
  *ret_facts = (struct lw_track_facts){{NULL, 0}, {NULL, 0}};
  for (size_t i = sizeof segments / sizeof segments[0]; i-- > 0;) {
    if (lw_tape_find_fact(tape, segments[i]) != UINT32_MAX) {
      ret_facts->segment = segments[i];
    }
  }
  for (size_t i = sizeof values / sizeof values[0]; i-- > 0;) {
    if (lw_tape_find_fact(tape, values[i]) != UINT32_MAX) {
      ret_facts->value = values[i];
    }
  }
}

/* --- bands --- */

/* The bounds of bands 2 .. LW_TRACK_BANDS - 1, in major units; band 1 begins at nothing. */
static const int64_t bounds[] = {5,    10,   20,   50,    100,   200,  500,
                                 1000, 2000, 5000, 10000, 20000, 50000};
_Static_assert(sizeof bounds / sizeof bounds[0] == LW_TRACK_BANDS - 2, "a bound between two bands");

uint32_t lw_track_band(int64_t minor, int64_t unit)
{
  if (minor < 0) {
    return 0;
  }
  uint32_t band = 1;
  while (band < LW_TRACK_BANDS - 1 && minor / unit >= bounds[band - 1]) {
    band++;
  }
  return band;
}

void lw_track_band_bounds(uint32_t band, int64_t unit, int64_t *ret_from, int64_t *ret_below)
{
  *ret_from = band >= 2 ? bounds[band - 2] * unit : 0;
  *ret_below = band < LW_TRACK_BANDS - 1 ? (band >= 1 ? bounds[band - 1] * unit : 0) : INT64_MAX;
}

/* A fact is JSON: "120.00" in quotes, or a number. */
static uint8_t read_band(const struct lw_track_strata *strata, lw_str text)
{
  struct lw_money money;
  if (text.len >= 2 && text.ptr[0] == '"') {
    text = lw_str_slice(text, 1, text.len - 2);
  }
  bool read = text.len != 0 && lw_money_read(text, strata->currency, &money) == LW_MONEY_OK;
  return read ? (uint8_t)lw_track_band(money.minor, strata->unit) : 0;
}

/* Room for every code that the tape has by now. */
static bool make_room(const struct lw_track_strata *strata, struct amounts *amounts)
{
  uint32_t need =
      amounts->column != UINT32_MAX ? lw_tape_texts(strata->tape, amounts->column) + 1 : 0;
  if (need <= amounts->size) {
    return true;
  }
  uint32_t size = need + need / 2;
  uint8_t *bands = realloc(amounts->bands, size);
  if (bands == NULL) {
    return false;
  }
  memset(bands + amounts->size, UNREAD, size - amounts->size);
  amounts->bands = bands;
  amounts->size = size;
  return true;
}

static uint32_t band_of(const struct lw_track_strata *strata, struct amounts *amounts,
                        uint32_t code)
{
  uint8_t *band = &amounts->bands[code];
  if (*band == UNREAD) {
    *band = read_band(strata, lw_tape_text(strata->tape, amounts->column, code));
  }
  return *band;
}

/* --- rows --- */

struct lw_track_strata *lw_track_strata_create(const struct lw_tape *tape,
                                               const struct lw_track_facts *facts)
{
  struct lw_track_strata *strata = calloc(1, sizeof *strata);
  if (strata == NULL) {
    return NULL;
  }
  strata->tape = tape;
  strata->facts = *facts;
  strata->currency = lw_currency_find(lw_tape_currency(tape));
  strata->unit = 1;
  /* No policy has named a currency yet: there is no row either. */
  unsigned digits = strata->currency != LW_CURRENCY_NONE ? lw_currency_digits(strata->currency) : 0;
  for (unsigned i = digits; i > 0; i--) {
    strata->unit *= 10;
  }
  strata->asked.column = LW_TAPE_AMOUNT;
  return strata;
}

void lw_track_strata_destroy(struct lw_track_strata *strata)
{
  if (strata != NULL) {
    free(strata->asked.bands);
    free(strata->value.bands);
    free(strata);
  }
}

/* A part's codes of a run of rows, into place `at` of each stratum. */
static void read_part(struct lw_track_strata *strata, uint32_t column, uint64_t first,
                      uint32_t count, struct lw_track_stratum *place, size_t at)
{
  if (column != UINT32_MAX) {
    lw_tape_read_codes(strata->tape, column, first, count, strata->codes);
  }
  for (uint32_t i = 0; i < count; i++) {
    uint32_t code = column != UINT32_MAX ? strata->codes[i] : 0;
    memcpy((char *)&place[i] + at, &code, sizeof code);
  }
}

static void read_bands(struct lw_track_strata *strata, struct amounts *amounts, uint64_t first,
                       uint32_t count, struct lw_track_stratum *place)
{
  if (amounts->column == UINT32_MAX) {
    return;
  }
  lw_tape_read_codes(strata->tape, amounts->column, first, count, strata->codes);
  for (uint32_t i = 0; i < count; i++) {
    uint32_t band = strata->codes[i] != 0 ? band_of(strata, amounts, strata->codes[i]) : 0;
    place[i].band = band != 0 ? band : place[i].band;
  }
}

/* A fact's column comes to be with the first row that has it. */
static uint32_t fact_column(const struct lw_track_strata *strata, lw_str name)
{
  return name.len != 0 ? lw_tape_find_fact(strata->tape, name) : UINT32_MAX;
}

void lw_track_strata_sizes(const struct lw_track_strata *strata, uint32_t ret_sizes[5])
{
  const uint32_t columns[] = {LW_TAPE_REASON, LW_TAPE_ACTION,
                              fact_column(strata, strata->facts.segment), LW_TAPE_CHANNEL};
  for (size_t i = 0; i < sizeof columns / sizeof columns[0]; i++) {
    ret_sizes[i] = columns[i] != UINT32_MAX ? lw_tape_texts(strata->tape, columns[i]) + 1 : 1;
  }
  ret_sizes[4] = LW_TRACK_BANDS;
}

bool lw_track_strata_read(struct lw_track_strata *strata, uint64_t first, uint32_t count,
                          struct lw_track_stratum *ret_strata)
{
  strata->segment = fact_column(strata, strata->facts.segment);
  strata->value.column = fact_column(strata, strata->facts.value);
  if (!make_room(strata, &strata->asked) || !make_room(strata, &strata->value)) {
    return false;
  }
  for (uint32_t done = 0; done < count; done += BLOCK) {
    uint32_t part = count - done < BLOCK ? count - done : BLOCK;
    struct lw_track_stratum *place = ret_strata + done;
    uint64_t row = first + done;
    read_part(strata, LW_TAPE_REASON, row, part, place, offsetof(struct lw_track_stratum, reason));
    read_part(strata, LW_TAPE_ACTION, row, part, place, offsetof(struct lw_track_stratum, action));
    read_part(strata, strata->segment, row, part, place,
              offsetof(struct lw_track_stratum, segment));
    read_part(strata, LW_TAPE_CHANNEL, row, part, place,
              offsetof(struct lw_track_stratum, channel));
    read_part(strata, UINT32_MAX, row, part, place, offsetof(struct lw_track_stratum, band));
    read_bands(strata, &strata->asked, row, part, place);
    read_bands(strata, &strata->value, row, part, place);
  }
  return true;
}
