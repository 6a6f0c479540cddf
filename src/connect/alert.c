/* Entries of approvals as docs/formats/approvals.md has them: `to` names whom this entry alerts.
 * What the mail says is what stands in the entry: ids, action, amount, case, reason. Notes stay on
 * the desk, behind the sign-in: a mail is read by many machines. */
#include "connect/alert.h"

#include "ledger/journal.h"

struct kind_words {
  lw_str kind;
  const char *subject; /* before who asks */
  const char *first;   /* the first line's beginning */
};

static const struct kind_words kinds[] = {
    {LW_STR_INIT("approval.opened"), "", ""},
    {LW_STR_INIT("approval.raised"),
     "Your turn: ", "Nobody answered in time, so that you are asked now.\n"},
    {LW_STR_INIT("approval.nudged"), "Reminder: ", "Somebody is waiting for your answer.\n"},
};

static const struct kind_words *find_kind(lw_str kind)
{
  for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
    if (lw_str_equal(kinds[i].kind, kind)) {
      return &kinds[i];
    }
  }
  return NULL;
}

/* A lowering is told to the one concerned, a talk's day to look again to the lead, a certificate's
 * end to both. What was said
 * stays behind the sign-in. */
static const struct notice_words {
  lw_str kind;
  const char *subject;
  const char *first;
} notices[] = {
    {LW_STR_INIT("lowering.asked"), "Somebody wants to lower what you may do",
     "A manager wants to lower what you may do, and says why. It comes into force when a second "
     "person has confirmed it.\n"},
    {LW_STR_INIT("lowering.confirmed"), "What you may do was lowered",
     "A second person has confirmed it. It ends by itself.\n"},
    {LW_STR_INIT("lowering.ended"), "The lowering of what you may do has ended",
     "What was taken is back, or was never taken.\n"},
    {LW_STR_INIT("thanks.given"), "Somebody thanked you",
     "Somebody has thanked you for something that you did.\n"},
    {LW_STR_INIT("coaching.due"), "A day to look again has come",
     "You wanted to look again at what the two of you agreed.\n"},
    {LW_STR_INIT("certificate.expiring"), "A certificate ends soon",
     "It opens something until then; taking its course again keeps it open.\n"},
};

static const struct notice_words *find_notice(lw_str kind)
{
  for (size_t i = 0; i < sizeof notices / sizeof notices[0]; i++) {
    if (lw_str_equal(notices[i].kind, kind)) {
      return &notices[i];
    }
  }
  return NULL;
}

bool lw_alert_asks(lw_str kind)
{
  return find_kind(kind) != NULL || find_notice(kind) != NULL;
}

static lw_str get_text(const struct lw_value *body, lw_str key)
{
  const struct lw_value *value = lw_value_get(body, key);
  bool has = value != NULL && (value->kind == LW_VALUE_STRING || value->kind == LW_VALUE_NUMBER);
  return has ? value->text : (lw_str){NULL, 0};
}

size_t lw_alert_people(const struct lw_value *body, lw_str *place, size_t most)
{
  const struct lw_value *to = lw_value_get(body, LW_STR("to"));
  size_t count = 0;
  for (uint32_t i = 0; to != NULL && to->kind == LW_VALUE_LIST && i < to->count; i++) {
    if (to->items[i].kind == LW_VALUE_STRING && to->items[i].text.len != 0 && count < most) {
      place[count++] = to->items[i].text;
    }
  }
  return count;
}

lw_str lw_alert_approval(const struct lw_value *body)
{
  lw_str id = get_text(body, LW_STR("approval"));
  if (id.len == 0) {
    id = get_text(body, LW_STR("lowering"));
  }
  if (id.len == 0) {
    id = get_text(body, LW_STR("coaching"));
  }
  if (id.len == 0) {
    id = get_text(body, LW_STR("expiry"));
  }
  for (size_t i = 0; i < id.len; i++) {
    char c = id.ptr[i];
    if ((c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '_') {
      return (lw_str){NULL, 0}; /* it becomes part of a link */
    }
  }
  bool known = lw_str_starts(id, LW_STR("apr_")) || lw_str_starts(id, LW_STR("low_")) ||
               lw_str_starts(id, LW_STR("cch_")) || lw_str_starts(id, LW_STR("exp_"));
  return known ? id : (lw_str){NULL, 0};
}

static void add_asks(const struct lw_value *body, struct lw_buf *out)
{
  lw_str agent = get_text(body, LW_STR("agent"));
  lw_str action = get_text(body, LW_STR("action"));
  lw_buf_add(out, agent.len != 0 ? agent : LW_STR("Somebody"));
  if (action.len == 0) {
    LW_BUF_LIT(out, " asks for your answer");
    return;
  }
  LW_BUF_LIT(out, " asks for ");
  lw_buf_add(out, action);
  lw_str amount = get_text(body, LW_STR("amount"));
  if (amount.len != 0) {
    LW_BUF_LIT(out, ", ");
    lw_buf_add(out, amount);
    LW_BUF_LIT(out, " ");
    lw_buf_add(out, get_text(body, LW_STR("currency")));
  }
}

static void add_line(const char *label, lw_str text, struct lw_buf *out)
{
  if (text.len != 0) {
    lw_buf_add_c(out, label);
    lw_buf_add(out, text);
    LW_BUF_LIT(out, "\n");
  }
}

static void add_facts(const struct kind_words *words, const struct lw_value *body,
                      struct lw_buf *out)
{
  lw_buf_add_c(out, words->first);
  add_asks(body, out);
  LW_BUF_LIT(out, ".\n\n");
  add_line("Case: ", get_text(body, LW_STR("case")), out);
  add_line("Customer: ", get_text(body, LW_STR("customer")), out);
  add_line("Reason: ", get_text(body, LW_STR("reason")), out);
  add_line("Answer by: ", get_text(body, LW_STR("due")), out);
}

static void add_link(lw_str public_url, lw_str approval, struct lw_buf *out)
{
  bool slash = lw_str_ends(public_url, LW_STR("/"));
  lw_buf_add(out, lw_str_slice(public_url, 0, public_url.len - (slash ? 1 : 0)));
  LW_BUF_LIT(out, "/desk/approvals/");
  lw_buf_add(out, approval);
}

static void add_escaped(lw_str text, struct lw_buf *out)
{
  for (size_t i = 0; i < text.len; i++) {
    switch (text.ptr[i]) {
    case '<': LW_BUF_LIT(out, "&lt;"); break;
    case '>': LW_BUF_LIT(out, "&gt;"); break;
    case '&': LW_BUF_LIT(out, "&amp;"); break;
    case '"': LW_BUF_LIT(out, "&quot;"); break;
    case '\n': LW_BUF_LIT(out, "<br>\n"); break;
    default: lw_buf_add_char(out, text.ptr[i]); break;
    }
  }
}

/* The test's link leads to the desk. */
static bool write_test(lw_str public_url, struct lw_alert_words *words)
{
  static const char text[] = "This is a test, which you asked for: an ask reaches you by mail.\n";
  bool slash = lw_str_ends(public_url, LW_STR("/"));
  lw_str url = lw_str_slice(public_url, 0, public_url.len - (slash ? 1 : 0));
  LW_BUF_LIT(&words->subject, "This is a test");
  lw_buf_printf(&words->text, "%s\nYour desk:\n%.*s/desk\n", text, LW_FMT(url));
  add_escaped(lw_str_c(text), &words->html);
  LW_BUF_LIT(&words->html, "<p><a href=\"");
  add_escaped(url, &words->html);
  LW_BUF_LIT(&words->html, "/desk\">Your desk</a></p>\n");
  return !words->subject.failed && !words->text.failed && !words->html.failed;
}

static bool write_notice(const struct notice_words *notice, const struct lw_value *body,
                         lw_str public_url, struct lw_alert_words *words)
{
  bool slash = lw_str_ends(public_url, LW_STR("/"));
  lw_str url = lw_str_slice(public_url, 0, public_url.len - (slash ? 1 : 0));
  lw_buf_add_c(&words->subject, notice->subject);
  lw_buf_printf(&words->text, "%s\n", notice->first);
  bool is_talk = lw_str_equal(notice->kind, lw_event_name(LW_EVENT_COACHING_DUE));
  bool has_words = is_talk || lw_str_equal(notice->kind, lw_event_name(LW_EVENT_THANKS_GIVEN));
  bool ends = lw_str_equal(notice->kind, lw_event_name(LW_EVENT_CERTIFICATE_EXPIRING));
  const char *behind = has_words ? "What was said stands behind your sign-in"
                       : ends    ? "The courses stand behind your sign-in"
                                 : "The reason stands behind your sign-in";
  add_line("What: ", get_text(body, ends ? LW_STR("certificate") : LW_STR("words")), &words->text);
  add_line("Who: ", ends ? get_text(body, LW_STR("person")) : LW_STR(""), &words->text);
  add_line("With: ", is_talk ? get_text(body, LW_STR("person")) : LW_STR(""), &words->text);
  add_line("By: ", get_text(body, LW_STR("by")), &words->text);
  add_line("Until: ", get_text(body, LW_STR("until")), &words->text);
  add_escaped(lw_buf_str(&words->text), &words->html);
  lw_buf_printf(&words->text, "\n%s:\n%.*s/\n", behind, LW_FMT(url));
  LW_BUF_LIT(&words->html, "<p><a href=\"");
  add_escaped(url, &words->html);
  lw_buf_printf(&words->html, "/\">%s</a></p>\n", behind);
  return !words->subject.failed && !words->text.failed && !words->html.failed;
}

static const char closing[] = "Opening the page changes nothing: you answer there, once signed in.";

bool lw_alert_write(lw_str kind, const struct lw_value *body, lw_str public_url,
                    struct lw_alert_words *ret_words)
{
  *ret_words = (struct lw_alert_words){0};
  if (lw_str_equal(kind, lw_event_name(LW_EVENT_ALERT_TEST))) {
    return write_test(public_url, ret_words);
  }
  const struct notice_words *notice = find_notice(kind);
  if (notice != NULL) {
    return write_notice(notice, body, public_url, ret_words);
  }
  const struct kind_words *words = find_kind(kind);
  lw_str approval = lw_alert_approval(body);
  if (words == NULL || approval.len == 0) {
    return false;
  }
  struct lw_buf link = {0};
  add_link(public_url, approval, &link);
  lw_buf_add_c(&ret_words->subject, words->subject);
  add_asks(body, &ret_words->subject);
  add_facts(words, body, &ret_words->text);
  add_escaped(lw_buf_str(&ret_words->text), &ret_words->html);
  lw_buf_printf(&ret_words->text, "\nRead and answer it:\n%.*s\n\n%s\n", (int)link.len, link.ptr,
                closing);
  LW_BUF_LIT(&ret_words->html, "<p><a href=\"");
  add_escaped(lw_buf_str(&link), &ret_words->html);
  lw_buf_printf(&ret_words->html, "\">Read and answer it</a></p>\n<p>%s</p>\n", closing);
  bool failed =
      link.failed || ret_words->subject.failed || ret_words->text.failed || ret_words->html.failed;
  lw_buf_finish(&link);
  return !failed;
}
