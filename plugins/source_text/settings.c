/* The source's settings. A list that is given stands in place of the built-in one, which is for Swedish. */
#include "text.h"

#include <stdlib.h>

static const struct {
  const char *key;
  const char *const *built_in;
} lists[TEXT_LISTS] = {
    [TEXT_KICKERS] = {"kickers", (const char *const[]){"Nyheter", "Nyhet", "Aktuellt", "Pressmeddelande", "Notis",
                                                       "Rapport", "Rapporter", "Evenemang", NULL}},
    [TEXT_MONTHS] = {"months", (const char *const[]){"januari", "februari", "mars", "april", "maj", "juni", "juli",
                                                     "augusti", "september", "oktober", "november", "december", NULL}},
    [TEXT_DATE_WORDS] = {"date_words", (const char *const[]){"Publicerad", "Publicerat", "Publicerades",
                                                             "Publiceringsdatum", "Datum", "den", NULL}},
    [TEXT_UPDATED_WORDS] = {"updated_words", (const char *const[]){"Senast uppdaterad", "Senast ändrad", "Uppdaterad",
                                                                   "Uppdaterat", "Ändrad", NULL}},
    [TEXT_TIME_WORDS] = {"time_words", (const char *const[]){"kl", "kl.", "klockan", NULL}},
    [TEXT_PHOTO_BY] = {"photo_by", (const char *const[]){"Ett foto taget av", "Foto taget av", "Ett fotografi taget av",
                                                         "En bild tagen av", "Bild tagen av", NULL}},
    [TEXT_IMAGE_STARTS] = {"image_starts",
                           (const char *const[]){"Ett foto som visar", "Ett fotografi som visar", "Ett foto på",
                                                 "En bild som visar", "En bild på", "En illustration som visar",
                                                 "En illustration av", "En skärmbild", NULL}},
    [TEXT_NAME_ENDS] = {"name_ends", (const char *const[]){"som", "visar", "på", "i", "vid", "med", NULL}},
    [TEXT_CREDITS] = {"credits", (const char *const[]){"Foto:", "Foton:", "Fotograf:", "Bild:", "Illustration:", NULL}},
    [TEXT_FURNITURE] = {"furniture",
                        (const char *const[]){"Tillbaka till nyhetslistan", "Tillbaka till nyheter",
                                              "Till nyhetslistan", "Fler nyheter", "Tillbaka", "Till toppen",
                                              "Till sidans topp", "Hoppa till innehåll", "Skriv ut", "Lyssna", "Dela",
                                              "Dela sidan", "Dela på Facebook", "Dela på LinkedIn", NULL}},
    [TEXT_LOST_LINKS] = {"lost_links", (const char *const[]){"direktlänk till", "extern länk till",
                                                             "länk till annan webbplats", NULL}},
};

typedef struct setting_call {
  const notis_services *host;
  notis_call *call;
  text_source *source;
  bool good;
} setting_call;

static bool same(notis_str a, const char *b) {
  return a.len == strlen(b) && (!a.len || memcmp(a.ptr, b, a.len) == 0);
}

static void refuse(setting_call *s, const char *code, notis_str key, const char *expected) {
  notis_str args[2] = {key, text_of(expected)};
  s->host->report_code(s->call, (notis_place){0}, code, args, 2);
  s->good = false;
}

/* ---- lists ---- */

/* Copies into one block: the list, then the texts. */
static bool keep(text_phrases *out, const notis_str *items, size_t count) {
  size_t bytes = 0;
  for (size_t i = 0; i < count; i++) bytes += items[i].len;
  out->items = malloc(count * sizeof *items + bytes + 1);
  if (!out->items) return false;
  char *text = (char *)(out->items + count);
  for (size_t i = 0; i < count; text += items[i++].len) {
    memcpy(text, items[i].ptr, items[i].len);
    out->items[i] = (notis_str){text, items[i].len};
  }
  out->count = count;
  return true;
}

static bool keep_built_in(text_source *source, text_list which) {
  notis_str items[32];
  size_t count = 0;
  for (const char *const *word = lists[which].built_in; *word; word++) items[count++] = text_of(*word);
  return keep(&source->lists[which], items, count);
}

static bool has_letter(notis_str s) {
  for (size_t at = 0; at < s.len;)
    if (text_is_letter(text_next(s, &at))) return true;
  return false;
}

static void read_list(setting_call *s, text_list which, notis_str key, const notis_value *value) {
  enum { MONTHS = 12 };
  size_t count = s->host->value_length(value);
  bool good = s->host->value_type(value) == NOTIS_LIST && (which != TEXT_MONTHS || count == MONTHS);
  notis_str *items = s->host->allocate(s->call, (count + 1) * sizeof *items);
  for (size_t i = 0; items && good && i < count; i++) {
    items[i] = text_trim(s->host->value_string(s->host->value_at(value, i, NULL)));
    good = has_letter(items[i]);
  }
  if (!good)
    refuse(s, "text_bad_option", key, which == TEXT_MONTHS ? "[januari, … december]" : "[\"…\", \"…\"]");
  else if (!items || !keep(&s->source->lists[which], items, count))
    s->good = false;
}

/* ---- the others ---- */

static void read_encoding(setting_call *s, notis_str key, const notis_value *value) {
  notis_str word = s->host->value_string(value);
  if (same(word, "utf-8"))
    s->source->encoding = TEXT_UTF8;
  else if (same(word, "windows-1252"))
    s->source->encoding = TEXT_1252;
  else if (!same(word, "auto"))
    refuse(s, "text_bad_option", key, "auto, utf-8, windows-1252");
}

static void read_lead(setting_call *s, notis_str key, const notis_value *value) {
  if (s->host->value_type(value) != NOTIS_BOOL) refuse(s, "text_bad_option", key, "true, false");
  s->source->lead = s->host->value_bool(value);
}

static bool is_of_host(notis_str key) {
  static const char *const keys[] = {"use", "path", "match", "kind", "lang", "heading_ids"};
  for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
    if (same(key, keys[i])) return true;
  return false;
}

static void read_setting(setting_call *s, notis_str key, const notis_value *value) {
  int which = 0;
  while (which < TEXT_LISTS && !same(key, lists[which].key)) which++;
  if (which < TEXT_LISTS)
    read_list(s, (text_list)which, key, value);
  else if (same(key, "encoding"))
    read_encoding(s, key, value);
  else if (same(key, "lead"))
    read_lead(s, key, value);
  else if (!is_of_host(key))
    refuse(s, "text_unknown_option", key, "");
}

bool text_settings_read(text_source *source, notis_call *call, const notis_value *config) {
  setting_call s = {source->host, call, source, true};
  source->lead = true;
  for (size_t i = 0; i < s.host->value_length(config); i++) {
    notis_str key = {0};
    const notis_value *value = s.host->value_at(config, i, &key);
    read_setting(&s, key, value);
  }
  for (int i = 0; s.good && i < TEXT_LISTS; i++)
    if (!source->lists[i].items) s.good = keep_built_in(source, (text_list)i);
  return s.good;
}

void text_settings_free(text_source *source) {
  for (int i = 0; i < TEXT_LISTS; i++) free(source->lists[i].items);
}
