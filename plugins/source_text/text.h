/* A source of texts that were copied out of a web page or a CMS: no markup, only lines.
 *
 *      bytes ──decode──► UTF-8 ──split──► lines ──roles──► what each line is ──build──► fields and paragraphs
 *
 * Every list of phrases is the source's configuration. What a phrase does not settle is told, never guessed. */
#ifndef SOURCE_TEXT_TEXT_H
#define SOURCE_TEXT_TEXT_H

#include <notis/plugin.h>

#include <string.h>

typedef enum text_list {
  TEXT_KICKERS,
  TEXT_MONTHS,
  TEXT_DATE_WORDS,
  TEXT_UPDATED_WORDS,
  TEXT_TIME_WORDS,
  TEXT_PHOTO_BY,
  TEXT_IMAGE_STARTS,
  TEXT_NAME_ENDS,
  TEXT_CREDITS,
  TEXT_FURNITURE,
  TEXT_LOST_LINKS,
  TEXT_LISTS
} text_list;

typedef struct text_phrases {
  notis_str *items; /* heap, with the texts after them; each phrase has at least one letter */
  size_t count;
} text_phrases;

typedef enum text_encoding { TEXT_ANY, TEXT_UTF8, TEXT_1252 } text_encoding;

typedef struct text_source {
  const notis_services *host;
  text_encoding encoding;
  bool lead; /* the first paragraph after the title is the lead */
  text_phrases lists[TEXT_LISTS];
} text_source;

/* Fills the settings from the source's map; false after reporting. What was filled is freed by text_settings_free. */
bool text_settings_read(text_source *source, notis_call *call, const notis_value *config);
void text_settings_free(text_source *source);

/* ---- lines ---- */

typedef enum text_role {
  TEXT_BLANK,
  TEXT_ORDINARY, /* not yet known to be anything else */
  TEXT_DROPPED,  /* page furniture */
  TEXT_HEAD,     /* kicker, date or both */
  TEXT_UPDATED,
  TEXT_IMAGE, /* an alternative text, a caption or a credit */
  TEXT_TITLE,
  TEXT_LEAD,
  TEXT_BODY
} text_role;

typedef struct text_line {
  notis_str text;    /* without white space around it */
  const char *start; /* of the line in the decoded text */
  uint32_t number;
  uint32_t before; /* bytes of the line that were taken away before `start`: a byte order mark */
  text_role role;
} text_line;

typedef struct text_image {
  notis_str alt, caption, credit;
  notis_place at;
} text_image;

/* One parse. */
typedef struct text_reading {
  const text_source *source;
  const notis_services *host;
  notis_call *call;
  bool narrow; /* the item's bytes are Windows-1252: a character is one byte there */
               /* The front matter says it itself, so that nothing need be asked about it. */
  bool own_image, own_links, own_date, own_title;
  notis_str title; /* as the front matter has it */
  text_line *lines;
  size_t count;
  notis_str kicker, date, updated;
  notis_place kicker_at, date_at, updated_at;
  text_image *images;
  size_t image_count;
  unsigned asked;
  struct {
    const char *line, *at;
    uint32_t characters; /* between them */
  } counted;             /* where text_place counted to last, so that a long line is counted once */
} text_reading;

/* The bytes as UTF-8 and whether they had to be converted. NOTIS_ERROR after reporting what cannot be read. */
notis_status text_decode(text_reading *r, notis_str bytes, notis_str *out);
/* Windows-1252 to UTF-8, in memory of the call. */
bool text_widen(text_reading *r, notis_str bytes, notis_str *out);
/* Lines end with LF, CRLF or CR. */
bool text_split(text_reading *r, notis_str text, uint32_t first_line);
/* Where a part of the line stands in the item's bytes. */
notis_place text_place(text_reading *r, const text_line *line, notis_str part);
/* Tells what is unclear at a part of the line; `part` and `other` are the message's arguments. A text that is nothing
 * but unclear is told of so many times and no more. */
void text_ask(text_reading *r, notis_place at, const char *code, notis_str part, notis_str other);

void text_find_roles(text_reading *r);
/* The line as what a picture is told by; false if it is not that. */
bool text_read_image(text_reading *r, text_line *line);

/* A link whose address was lost: "…på [Analysportal Norr][direktlänk till rapporten]". */
typedef struct text_lost {
  notis_str text; /* the link's; empty if nothing says where it began */
  notis_str note;
  bool fused; /* nothing stands between the two */
} text_lost;
bool text_find_lost(const text_source *source, notis_str text, text_lost *out);

void text_build(text_reading *r, notis_builder *builder);

/* ---- dates ---- */

/* Takes a date, with a time of day if one follows, from the front of *rest, and writes it as "2024-04-10 09:30" in
 * memory of the call. */
bool text_take_date(text_reading *r, notis_str *rest, notis_str *out);

/* ---- letters ---- */

uint32_t text_next(notis_str s, size_t *at);
uint32_t text_fold(uint32_t c);
bool text_is_upper(uint32_t c);
bool text_is_letter(uint32_t c);
bool text_is_space(uint32_t c); /* the no-break space too */
notis_str text_trim(notis_str s);
/* How many bytes of `s` the phrase takes from its front, whatever case and white space; 0 if it does not begin so. */
size_t text_match(notis_str phrase, notis_str s);
/* The same for the longest of a list; with `whole`, a letter or digit may not follow. */
size_t text_match_any(const text_phrases *list, notis_str s, bool whole);

static inline notis_str text_of(const char *s) {
  return (notis_str){s, strlen(s)};
}
static inline notis_str text_from(notis_str s, size_t start) {
  return (notis_str){s.ptr + start, s.len - start};
}
static inline notis_str text_until(notis_str s, size_t end) {
  return (notis_str){s.ptr, end};
}

#endif
