/* What each line is. Lines that are nothing else are the title (the first), the lead (the paragraph after it) and the
 * body, in that order. */
#include "text.h"

enum { TITLE_LONGEST = 200 };

static const text_phrases *list_of(const text_reading *r, text_list which) {
  return &r->source->lists[which];
}

static void report(text_reading *r, const text_line *line, notis_str part, const char *code) {
  text_ask(r, text_place(r, line, part), code, part, (notis_str){0});
}

static notis_str skip(notis_str s, const char *any) {
  for (;;) {
    s = text_trim(s);
    if (!s.len || !s.ptr[0] || !strchr(any, s.ptr[0])) return s;
    s = text_from(s, 1);
  }
}

/* ---- furniture ---- */

static size_t mark_at(notis_str s) {
  static const char *const marks[] = {"<", ">", ".", "!", "«", "»", "‹", "›", "←", "→", "↑"};
  for (size_t i = 0; s.len && i < sizeof marks / sizeof *marks; i++) {
    size_t len = text_match(text_of(marks[i]), s);
    if (len) return len;
  }
  return 0;
}

static notis_str without_marks(notis_str s) {
  s = text_trim(s);
  for (size_t len; (len = mark_at(s)) > 0;) s = text_trim(text_from(s, len));
  return s;
}

/* The whole line is the phrase, but for arrows before it and marks after it. */
static bool is_furniture(const text_reading *r, notis_str line) {
  notis_str s = without_marks(line);
  size_t len = text_match_any(list_of(r, TEXT_FURNITURE), s, true);
  return len && !without_marks(text_from(s, len)).len;
}

/* ---- kicker and date ---- */

typedef struct head {
  notis_str kicker, date, date_text; /* as it is handed on, and as it is written */
  notis_str rest;                    /* what is neither */
} head;

static notis_str take_kicker(const text_reading *r, notis_str *rest) {
  size_t len = text_match_any(list_of(r, TEXT_KICKERS), *rest, true);
  notis_str kicker = text_until(*rest, len);
  *rest = skip(text_from(*rest, len), "|,:-");
  return kicker;
}

static void take_date(text_reading *r, head *h, text_list words) {
  notis_str rest = h->rest;
  for (size_t len; (len = text_match_any(list_of(r, words), rest, true)) > 0;) rest = skip(text_from(rest, len), ":");
  /* "Senast uppdaterad den 10 april": what may stand before any date. */
  for (size_t len; (len = text_match_any(list_of(r, TEXT_DATE_WORDS), rest, true)) > 0;)
    rest = skip(text_from(rest, len), ":");
  notis_str from = rest;
  if (!text_take_date(r, &rest, &h->date)) return;
  h->date_text = text_until(from, from.len - rest.len);
  h->rest = skip(rest, "|,.:-");
}

static bool read_updated(text_reading *r, text_line *line) {
  head h = {.rest = line->text};
  if (!text_match_any(list_of(r, TEXT_UPDATED_WORDS), line->text, true)) return false;
  take_date(r, &h, TEXT_UPDATED_WORDS);
  if (!h.date.len || h.rest.len) return false;
  line->role = TEXT_UPDATED;
  r->updated = h.date;
  r->updated_at = text_place(r, line, h.date_text);
  return true;
}

static bool begins_with_digit(notis_str s) {
  return s.len && s.ptr[0] >= '0' && s.ptr[0] <= '9';
}

static void note_date(text_reading *r, text_line *line, const head *h) {
  if (!h->date.len) return;
  r->date = h->date;
  r->date_at = text_place(r, line, h->date_text);
}

/* "NYHETER 2024-04-10", either of them alone, or in the other order. A kicker alone is one only before the title. */
static bool read_head(text_reading *r, text_line *line, bool before_title) {
  head h = {.rest = line->text};
  h.kicker = take_kicker(r, &h.rest);
  take_date(r, &h, TEXT_DATE_WORDS);
  if (!h.kicker.len && h.date.len) h.kicker = take_kicker(r, &h.rest);
  bool unread = before_title && h.kicker.len && !h.date.len && begins_with_digit(h.rest);
  if (!(h.kicker.len || h.date.len) || (h.rest.len && !unread) || (!h.date.len && !before_title)) return false;
  if (h.date.len && r->date.len) {
    if (!r->own_date) report(r, line, h.date_text, "text_second_date");
    return false;
  }
  line->role = TEXT_HEAD;
  if (unread && !r->own_date) report(r, line, h.rest, "text_date_unread");
  note_date(r, line, &h);
  if (!h.kicker.len || r->kicker.len) return true;
  r->kicker = h.kicker;
  r->kicker_at = text_place(r, line, h.kicker);
  return true;
}

/* ---- title, lead, body ---- */

/* A title is one line that is not whole sentences. */
static bool may_be_title(notis_str s) {
  size_t letters = 0;
  for (size_t at = 0; at < s.len && letters <= TITLE_LONGEST; letters++) text_next(s, &at);
  return letters <= TITLE_LONGEST && s.ptr[s.len - 1] != '.';
}

static size_t next_of(const text_reading *r, size_t i, text_role role) {
  while (i < r->count && r->lines[i].role != role) i++;
  return i;
}

/* The title that the front matter has, quoted or not. */
static bool is_own_title(const text_reading *r, notis_str line) {
  notis_str own = r->title;
  if (own.len >= 2 && strchr("\"'", own.ptr[0])) own = (notis_str){own.ptr + 1, own.len - 2};
  return own.len && text_match(own, line) == line.len;
}

/* The line after it. */
static size_t find_title(text_reading *r) {
  size_t i = next_of(r, 0, TEXT_ORDINARY);
  if (i == r->count || (r->own_title && !is_own_title(r, r->lines[i].text))) return i;
  if (r->own_title || may_be_title(r->lines[i].text)) {
    r->lines[i].role = TEXT_TITLE;
    return i + 1;
  }
  report(r, &r->lines[i], r->lines[i].text, "text_no_title");
  return i;
}

/* Lines of one paragraph follow each other. With nothing after it a paragraph is the body, not its lead; nor is it when
 * a picture stands before it. */
static void find_lead(text_reading *r, size_t i) {
  text_lost lost;
  while (i < r->count && r->lines[i].role != TEXT_ORDINARY && r->lines[i].role != TEXT_IMAGE) i++;
  size_t end = i;
  for (; end < r->count && r->lines[end].role == TEXT_ORDINARY; end++)
    if (text_find_lost(r->source, r->lines[end].text, &lost)) return;
  if (!r->source->lead || next_of(r, end, TEXT_ORDINARY) == r->count) return;
  for (; i < end; i++) r->lines[i].role = TEXT_LEAD;
}

void text_find_roles(text_reading *r) {
  bool before_title = true;
  for (size_t i = 0; i < r->count; i++) {
    text_line *line = &r->lines[i];
    if (line->role == TEXT_BLANK) continue;
    if (is_furniture(r, line->text))
      line->role = TEXT_DROPPED;
    else if (!read_updated(r, line) && !read_head(r, line, before_title) && !text_read_image(r, line))
      before_title = false;
  }
  find_lead(r, find_title(r));
  for (size_t i = 0; i < r->count; i++)
    if (r->lines[i].role == TEXT_ORDINARY) r->lines[i].role = TEXT_BODY;
}
