/* What a page says beside a picture: its alternative text, its caption, and who took it. A name that stands there
 * without a word of what it has to do with the picture is told, not taken for anything. */
#include "text.h"

enum { NAME_WORDS = 6 };

static void report(text_reading *r, const text_line *line, notis_str part, const char *code, notis_str other) {
  if (!r->own_image) text_ask(r, text_place(r, line, part), code, part, other);
}

static bool is_break(uint32_t c) {
  return c == ',' || c == ';' || c == '(' || c == ')' || c == 0x2013 || c == 0x2014;
}

/* Up to a break, or a phrase of the list at the beginning of a word. A full stop ends it too, but not an initial's. */
static notis_str name_of(notis_str s, const text_phrases *ends) {
  size_t letters = 0, end = 0;
  for (size_t at = 0; at < s.len; end = at) {
    size_t here = at;
    uint32_t c = text_next(s, &at);
    if (is_break(c) || (c == '.' && (letters > 1 || at == s.len))) return text_trim(text_until(s, end));
    if (ends && !letters && here && text_match_any(ends, text_from(s, here), true))
      return text_trim(text_until(s, end));
    letters = text_is_letter(c) || c == '-' ? letters + 1 : 0;
  }
  return text_trim(s);
}

static size_t words_of(notis_str s, bool *capitals) {
  size_t words = 0;
  bool inside = false;
  *capitals = true;
  for (size_t at = 0; at < s.len;) {
    uint32_t c = text_next(s, &at);
    bool space = text_is_space(c);
    if (!space && !inside) {
      words++;
      *capitals &= text_is_upper(c);
    } else if (!space && !text_is_letter(c) && c != '-' && c != '.') {
      *capitals = false;
    }
    inside = !space;
  }
  return words;
}

/* "…, Johanna Mårtensson": the last part of what is set apart is a name and nothing else. */
static void ask_for_role(text_reading *r, const text_line *line, notis_str rest, notis_str credit) {
  size_t from = rest.len;
  bool capitals;
  while (rest.len && (rest.ptr[rest.len - 1] == '.' || rest.ptr[rest.len - 1] == ')')) rest.len--;
  for (size_t at = 0; at < rest.len;)
    if (is_break(text_next(rest, &at))) from = at;
  if (from >= rest.len) return;
  notis_str last = text_trim(text_from(rest, from));
  size_t words = words_of(last, &capitals);
  if (words >= 2 && words <= 4 && capitals) report(r, line, last, "text_name_unclear", credit);
}

static text_image *new_image(text_reading *r, const text_line *line) {
  text_image *image = &r->images[r->image_count++];
  *image = (text_image){.at = text_place(r, line, line->text)};
  return image;
}

/* "Foto: …" belongs to the picture told of before, if nobody is credited for that one. */
static text_image *image_for_credit(text_reading *r, const text_line *line) {
  text_image *last = r->image_count ? &r->images[r->image_count - 1] : NULL;
  return last && !last->credit.len ? last : new_image(r, line);
}

/* Within a text a credit follows a sentence and is short: "… i Umeå. Foto: Johan Gunséus". */
static bool is_tail(notis_str before, notis_str after) {
  enum { TAIL_WORDS = 10, TAIL_BYTES = 400 };
  bool capitals;
  if (after.len > TAIL_BYTES) return false;
  before = text_trim(before);
  return !before.len || (strchr(".!?,)", before.ptr[before.len - 1]) && words_of(after, &capitals) <= TAIL_WORDS);
}

/* Where a credit's phrase begins a word of the text; the text's length if nowhere. */
static size_t find_credit(const text_reading *r, notis_str s, size_t *phrase) {
  bool inside = false;
  for (size_t at = 0, here = 0; at < s.len; here = at) {
    bool letter = text_is_letter(text_next(s, &at));
    *phrase = letter && !inside ? text_match_any(&r->source->lists[TEXT_CREDITS], text_from(s, here), false) : 0;
    if (*phrase && is_tail(text_until(s, here), text_from(s, here + *phrase))) return here;
    inside = letter;
  }
  return s.len;
}

/* The alternative text is kept as it stands. */
static void read_photo_by(text_reading *r, text_line *line, size_t phrase) {
  text_image *image = new_image(r, line);
  notis_str after = text_from(line->text, phrase), name = name_of(after, &r->source->lists[TEXT_NAME_ENDS]);
  size_t at = 0;
  bool capitals;
  bool certain = name.len && text_is_upper(text_next(name, &at)) && words_of(name, &capitals) <= NAME_WORDS;
  image->alt = line->text;
  if (certain)
    image->credit = name;
  else
    report(r, line, line->text, "text_credit_unclear", (notis_str){0});
  const char *rest = certain ? name.ptr + name.len : after.ptr;
  ask_for_role(r, line, (notis_str){rest, (size_t)(line->text.ptr + line->text.len - rest)}, image->credit);
}

/* "En bild som visar is. Foto: …" and "På isen. Foto: …": an alternative text or a caption, and a credit. */
static void read_credit(text_reading *r, text_line *line, size_t at, size_t phrase, bool is_alt) {
  notis_str before = text_trim(text_until(line->text, at)), after = text_from(line->text, at + phrase);
  text_image *image = before.len ? new_image(r, line) : image_for_credit(r, line);
  image->credit = name_of(after, NULL);
  if (!image->credit.len) report(r, line, line->text, "text_credit_unclear", (notis_str){0});
  *(is_alt ? &image->alt : &image->caption) = before.len || is_alt ? before : image->caption;
  ask_for_role(r, line, before, image->credit);
  ask_for_role(r, line,
               text_from(after, image->credit.len ? (size_t)(image->credit.ptr + image->credit.len - after.ptr) : 0),
               image->credit);
}

bool text_read_image(text_reading *r, text_line *line) {
  size_t phrase = 0, by = text_match_any(&r->source->lists[TEXT_PHOTO_BY], line->text, true);
  bool is_alt = !by && text_match_any(&r->source->lists[TEXT_IMAGE_STARTS], line->text, true) > 0;
  size_t at = by ? line->text.len : find_credit(r, line->text, &phrase);
  if (by) {
    read_photo_by(r, line, by);
  } else if (at < line->text.len) {
    read_credit(r, line, at, phrase, is_alt);
  } else if (is_alt) {
    new_image(r, line)->alt = line->text;
    ask_for_role(r, line, line->text, (notis_str){0});
  } else {
    return false;
  }
  line->role = TEXT_IMAGE;
  return true;
}
