/* Reading a course's folder: course.yaml first, then each file that its order names, in that order.
 * Every file is read even when one before it has mistakes, so that one run shows all. A question
 * without an id of its author's is called by its number in the course; ids that are only digits are
 * refused, so that the two never meet. */
#include "learn/course.h"

#include "data/json.h"
#include "data/yaml.h"
#include "learn/amounts.h"
#include "learn/head.h"

struct reader {
  struct lw_arena *keep;
  const struct lw_course_file *files;
  uint32_t n_files;
  bool used[LW_COURSE_FILES_MAX];
  struct lw_course course;
  struct lw_course_item *items;
  size_t n_items;
  size_t items_capacity;
  struct lw_course_finding *findings;
  size_t n_findings;
  size_t findings_capacity;
  uint32_t errors;
  uint32_t questions; /* of any kind, for their numbers */
  struct lw_error *err;
};

/* --- findings --- */

static void take_findings(struct reader *reader, lw_str file, struct lw_diags *diags)
{
  lw_diags_sort(diags);
  for (size_t i = 0; i < diags->count; i++) {
    struct lw_course_finding *grown = lw_arena_grow(
        reader->keep, reader->findings, reader->n_findings, &reader->findings_capacity,
        reader->n_findings + 1, sizeof *grown, _Alignof(struct lw_course_finding));
    if (grown == NULL) {
      return;
    }
    reader->findings = grown;
    grown[reader->n_findings++] = (struct lw_course_finding){file, diags->items[i]};
    reader->errors += diags->items[i].severity == LW_SEVERITY_ERROR ? 1 : 0;
  }
}

static void tell(struct reader *reader, lw_str file, enum lw_severity severity, const char *code,
                 const char *text, const char *hint)
{
  struct lw_diags diags;
  lw_diags_init(&diags, reader->keep);
  struct lw_place place = {1, 1, 0};
  lw_diags_add(&diags, severity, code, place, "%s", text)->hint = lw_str_c(hint);
  take_findings(reader, file, &diags);
}

static void add_diag(struct lw_diags *diags, const struct lw_value *value, const char *code,
                     const char *text, const char *hint)
{
  struct lw_place place = value->place;
  place.line = place.line != 0 ? place.line : 1;
  lw_diags_add(diags, LW_SEVERITY_ERROR, code, place, "%s", text)->hint = lw_str_c(hint);
}

/* --- course.yaml --- */

/* What course.yaml may have. */
static const lw_str keys[] = {
    LW_STR_INIT("course"),      LW_STR_INIT("title"),    LW_STR_INIT("per_version"),
    LW_STR_INIT("certificate"), LW_STR_INIT("pass"),     LW_STR_INIT("valid_days"),
    LW_STR_INIT("tries"),       LW_STR_INIT("currency"), LW_STR_INIT("order")};

static struct lw_head head_of(const struct lw_value *map, struct lw_diags *diags)
{
  return (struct lw_head){.map = map,
                          .diags = diags,
                          .what = "a course",
                          .keys = "course.yaml says course, title, certificate, pass, valid_days, "
                                  "tries, currency and order"};
}

static void read_currency(struct reader *reader, const struct lw_head *head)
{
  lw_str code = lw_head_text(head, "currency", false);
  reader->course.currency = code.len != 0 ? lw_currency_find(code) : LW_CURRENCY_NONE;
  if (code.len != 0 && reader->course.currency == LW_CURRENCY_NONE) {
    add_diag(head->diags, lw_value_get(head->map, LW_STR("currency")), "bad-value",
             "currency is a code of three letters", "write USD, EUR ...");
  }
}

static void read_per_version(struct reader *reader, const struct lw_value *head,
                             struct lw_diags *diags)
{
  const struct lw_value *value = lw_value_get(head, LW_STR("per_version"));
  reader->course.per_version = value != NULL && value->boolean;
  if (value != NULL && value->kind != LW_VALUE_BOOL) {
    add_diag(diags, value, "bad-value", "per_version is true or false",
             "true: another version of an AI agent takes the course again");
  }
}

/* The head, or NULL when there is nothing to go on with. */
static const struct lw_value *read_head(struct reader *reader, lw_str text)
{
  struct lw_diags diags;
  struct lw_course *course = &reader->course;
  lw_diags_init(&diags, reader->keep);
  const struct lw_value *head = lw_yaml_read(reader->keep, text, &diags);
  if (head != NULL && head->kind == LW_VALUE_MAP) {
    const struct lw_head said = head_of(head, &diags);
    lw_head_check_keys(&said, keys, sizeof keys / sizeof keys[0]);
    course->id = lw_head_text(&said, "course", true);
    course->title = lw_head_text(&said, "title", true);
    course->certificate = lw_head_text(&said, "certificate", false);
    course->pass_percent = lw_head_number(&said, "pass", 1, 100, 80);
    course->valid_days = lw_head_number(&said, "valid_days", 1, LW_COURSE_VALID_DAYS_MAX, 0);
    course->tries = lw_head_number(&said, "tries", 1, 100, 0);
    read_currency(reader, &said);
    read_per_version(reader, head, &diags);
    if (course->id.len != 0 && !lw_course_name_fits(course->id)) {
      add_diag(&diags, lw_value_get(head, LW_STR("course")), "bad-value",
               "a course's id has only letters, digits, \".\", \"-\" and \"_\"", "write refunds-2");
    }
  } else if (head != NULL) {
    add_diag(&diags, head, "bad-value", "course.yaml is a map", "begin with course: and an id");
    head = NULL;
  }
  take_findings(reader, LW_STR("course.yaml"), &diags);
  return head;
}

/* --- items --- */

static struct lw_course_item *add_item(struct reader *reader, lw_str file)
{
  struct lw_course_item *grown =
      lw_arena_grow(reader->keep, reader->items, reader->n_items, &reader->items_capacity,
                    reader->n_items + 1, sizeof *grown, _Alignof(struct lw_course_item));
  if (grown == NULL) {
    return NULL;
  }
  reader->items = grown;
  grown[reader->n_items] = (struct lw_course_item){.file = file, .page = LW_STR("")};
  return &grown[reader->n_items++];
}

static bool only_digits(lw_str text)
{
  for (size_t i = 0; i < text.len; i++) {
    if (text.ptr[i] < '0' || text.ptr[i] > '9') {
      return false;
    }
  }
  return true;
}

static void check_id(struct reader *reader, const struct lw_quiz *question, struct lw_diags *diags)
{
  bool twice = false;
  for (size_t i = 0; i < reader->n_items; i++) {
    twice |= reader->items[i].question != NULL && lw_str_equal(reader->items[i].id, question->id);
  }
  if (twice || only_digits(question->id) || !lw_course_name_fits(question->id)) {
    struct lw_place place = {question->line, 1, 0};
    lw_diags_add(diags, LW_SEVERITY_ERROR, "bad-id", place, "the id \"%.*s\" %s",
                 LW_FMT(question->id),
                 twice ? "is another question's too"
                       : "is not of letters, digits, \".\", \"-\" and \"_\", or only of digits")
        ->hint = LW_STR("give each question its own");
  }
}

static void add_questions(struct reader *reader, lw_str file, const struct lw_quiz *questions,
                          uint32_t count, struct lw_diags *diags)
{
  for (uint32_t i = 0; i < count; i++) {
    const struct lw_quiz *question = &questions[i];
    if (question->id.len != 0) {
      check_id(reader, question, diags);
    }
    struct lw_course_item *item = add_item(reader, file);
    if (item == NULL) {
      return;
    }
    reader->questions++;
    reader->course.n_questions += lw_quiz_is_graded(question) ? 1 : 0;
    item->question = question;
    item->id =
        question->id.len != 0 ? question->id : lw_str_format(reader->keep, "%u", reader->questions);
  }
}

static enum lw_code read_gift(struct reader *reader, const struct lw_course_file *file)
{
  struct lw_diags diags;
  struct lw_gift gift = {0};
  lw_diags_init(&diags, reader->keep);
  enum lw_code rc = lw_gift_read(reader->keep, file->text, &diags, &gift, reader->err);
  if (rc == LW_INVALID) {
    tell(reader, file->name, LW_SEVERITY_ERROR, "not-utf8", "the file is not UTF-8",
         "save it as UTF-8");
    return LW_OK;
  }
  add_questions(reader, file->name, gift.questions, gift.count, &diags);
  take_findings(reader, file->name, &diags);
  return rc;
}

static void read_amounts(struct reader *reader, const struct lw_course_file *file)
{
  struct lw_diags diags;
  const struct lw_quiz *questions = NULL;
  lw_diags_init(&diags, reader->keep);
  uint32_t count =
      lw_amounts_read(reader->keep, file->text, reader->course.currency, &diags, &questions);
  add_questions(reader, file->name, questions, count, &diags);
  take_findings(reader, file->name, &diags);
}

static void read_page(struct reader *reader, const struct lw_course_file *file)
{
  struct lw_course_item *item = add_item(reader, file->name);
  if (lw_str_trim(file->text).len == 0) {
    tell(reader, file->name, LW_SEVERITY_ERROR, "empty-page", "the page is empty",
         "write something, or take it out of the order");
  }
  if (item != NULL) {
    item->page = file->text;
  }
}

/* --- the order --- */

static uint32_t find_file(const struct reader *reader, lw_str name)
{
  for (uint32_t i = 0; i < reader->n_files; i++) {
    if (lw_str_equal(reader->files[i].name, name)) {
      return i;
    }
  }
  return UINT32_MAX;
}

static enum lw_code read_file(struct reader *reader, uint32_t index)
{
  const struct lw_course_file *file = &reader->files[index];
  reader->used[index] = true;
  if (lw_str_ends(file->name, LW_STR(".gift"))) {
    return read_gift(reader, file);
  }
  if (lw_str_ends(file->name, LW_STR(".md"))) {
    read_page(reader, file);
  } else if (lw_str_ends(file->name, LW_STR(".yaml"))) {
    read_amounts(reader, file);
  } else {
    tell(reader, file->name, LW_SEVERITY_ERROR, "unknown-file", "this is no file of a course",
         "pages end in .md, questions in .gift, questions with amounts in .yaml");
  }
  return LW_OK;
}

static enum lw_code read_order(struct reader *reader, const struct lw_value *head)
{
  struct lw_diags diags;
  const struct lw_value *order = lw_value_get(head, LW_STR("order"));
  enum lw_code rc = LW_OK;
  lw_diags_init(&diags, reader->keep);
  if (order == NULL || order->kind != LW_VALUE_LIST || order->count == 0) {
    add_diag(&diags, order != NULL ? order : head, "missing", "order is a list of the files",
             "write order: [welcome.md, questions.gift]");
    order = NULL;
  }
  for (uint32_t i = 0; rc == LW_OK && order != NULL && i < order->count; i++) {
    const struct lw_value *name = &order->items[i];
    uint32_t index = name->kind == LW_VALUE_STRING ? find_file(reader, name->text) : UINT32_MAX;
    if (index == UINT32_MAX || reader->used[index]) {
      add_diag(&diags, name, "bad-order",
               index == UINT32_MAX ? "the folder has no such file" : "the file stands here twice",
               "name each file of the folder once");
    } else {
      rc = read_file(reader, index);
    }
  }
  take_findings(reader, LW_STR("course.yaml"), &diags);
  return rc;
}

static void check_whole(struct reader *reader)
{
  for (uint32_t i = 0; i < reader->n_files; i++) {
    if (!reader->used[i]) {
      tell(reader, reader->files[i].name, LW_SEVERITY_WARNING, "unused-file",
           "the order does not name this file, so nobody sees it", "add it to order");
    }
  }
  if (reader->course.certificate.len != 0 && reader->course.n_questions == 0 &&
      reader->errors == 0) {
    tell(reader, LW_STR("course.yaml"), LW_SEVERITY_ERROR, "no-questions",
         "a certificate is given, but nothing is asked", "add questions, or leave certificate out");
  }
}

static enum lw_code check_size(const struct lw_course_file *files, uint32_t count,
                               struct lw_error *err)
{
  size_t bytes = 0;
  for (uint32_t i = 0; i < count; i++) {
    bytes += files[i].text.len;
    if (!lw_course_name_fits(files[i].name)) {
      return lw_fail(err, LW_INVALID, "\"%.*s\" is no name of a course's file",
                     LW_FMT(files[i].name));
    }
  }
  return count > LW_COURSE_FILES_MAX || bytes > LW_COURSE_BYTES_MAX
             ? lw_fail(err, LW_LIMIT, "a course has at most %d files and %d MB",
                       LW_COURSE_FILES_MAX, LW_COURSE_BYTES_MAX / (1024 * 1024))
             : LW_OK;
}

enum lw_code lw_course_read(struct lw_arena *keep, const struct lw_course_file *files,
                            uint32_t count, struct lw_course *ret_course,
                            struct lw_course_findings *ret_findings, struct lw_error *err)
{
  struct reader reader = {.keep = keep, .files = files, .n_files = count, .err = err};
  enum lw_code rc = check_size(files, count, err);
  uint32_t at = find_file(&reader, LW_STR("course.yaml"));
  if (rc != LW_OK) {
    return rc;
  }
  if (at == UINT32_MAX) {
    tell(&reader, LW_STR("course.yaml"), LW_SEVERITY_ERROR, "missing", "there is no course.yaml",
         "it says the course's id, title and order");
  } else {
    reader.used[at] = true;
    const struct lw_value *head = read_head(&reader, files[at].text);
    rc = head != NULL ? read_order(&reader, head) : LW_OK;
    check_whole(&reader);
  }
  if (rc == LW_OK && reader.questions > LW_COURSE_QUESTIONS_MAX) {
    rc = lw_fail(err, LW_LIMIT, "a course has at most %d questions", LW_COURSE_QUESTIONS_MAX);
  }
  if (rc == LW_OK && keep->failed) {
    rc = lw_fail(err, LW_NO_MEMORY, "out of memory while reading a course");
  }
  if (rc == LW_OK) {
    reader.course.items = reader.items;
    reader.course.n_items = (uint32_t)reader.n_items;
    *ret_course = reader.course;
    *ret_findings =
        (struct lw_course_findings){reader.findings, (uint32_t)reader.n_findings, reader.errors};
  }
  return rc;
}

const struct lw_quiz *lw_course_find(const struct lw_course *course, lw_str id)
{
  for (uint32_t i = 0; i < course->n_items; i++) {
    if (course->items[i].question != NULL && lw_str_equal(course->items[i].id, id)) {
      return course->items[i].question;
    }
  }
  return NULL;
}

bool lw_course_name_fits(lw_str name)
{
  for (size_t i = 0; i < name.len; i++) {
    char c = name.ptr[i];
    bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    if (!letter && c != '-' && c != '_' && (c != '.' || i == 0)) {
      return false;
    }
  }
  return name.len != 0 && name.len <= LW_COURSE_NAME_BYTES_MAX;
}

void lw_course_findings_print(const struct lw_course_findings *findings, struct lw_buf *out)
{
  for (uint32_t i = 0; i < findings->count; i++) {
    const struct lw_diag *diag = &findings->items[i].diag;
    lw_buf_printf(out, "%.*s:%u: %s %s: %.*s", LW_FMT(findings->items[i].file), diag->place.line,
                  diag->severity == LW_SEVERITY_ERROR ? "error" : "warning", diag->code,
                  LW_FMT(diag->message));
    if (diag->hint.len != 0) {
      lw_buf_printf(out, "; %.*s", LW_FMT(diag->hint));
    }
    lw_buf_add_char(out, '\n');
  }
}

void lw_course_findings_print_json(const struct lw_course_findings *findings, struct lw_buf *out)
{
  lw_buf_add_char(out, '[');
  for (uint32_t i = 0; i < findings->count; i++) {
    const struct lw_diag *diag = &findings->items[i].diag;
    lw_buf_add_c(out, i != 0 ? ",{\"file\":" : "{\"file\":");
    lw_json_add_string(out, findings->items[i].file);
    lw_buf_printf(out,
                  ",\"line\":%u,\"severity\":\"%s\",\"code\":\"%s\",\"message\":", diag->place.line,
                  diag->severity == LW_SEVERITY_ERROR ? "error" : "warning", diag->code);
    lw_json_add_string(out, diag->message);
    LW_BUF_LIT(out, ",\"hint\":");
    lw_json_add_string(out, diag->hint);
    lw_buf_add_char(out, '}');
  }
  lw_buf_add_char(out, ']');
}
