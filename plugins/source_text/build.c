/* The lines as fields and paragraphs. */
#include "text.h"

typedef struct building {
  text_reading *r;
  notis_builder *out;
} building;

static void put_string(building *b, const char *key, notis_str value, notis_place at) {
  if (!value.len) return;
  b->r->host->field_key(b->out, text_of(key), at);
  b->r->host->field_string(b->out, value, at);
}

/* ---- fields ---- */

static text_line *next_of(text_reading *r, text_line *from, text_role role) {
  for (text_line *end = r->lines + r->count; from < end; from++)
    if (from->role == role) return from;
  return NULL;
}

/* A paragraph as one text. */
static notis_str joined(text_reading *r, text_line *first, text_role role) {
  size_t len = 0;
  for (text_line *l = first; l; l = next_of(r, l + 1, role)) len += l->text.len + 1;
  char *text = r->host->allocate(r->call, len);
  if (!text) return first->text;
  len = 0;
  for (text_line *l = first; l; l = next_of(r, l + 1, role)) {
    if (len) text[len++] = ' ';
    memcpy(text + len, l->text.ptr, l->text.len);
    len += l->text.len;
  }
  return (notis_str){text, len};
}

static void put_lines(building *b, const char *key, text_role role) {
  text_line *first = next_of(b->r, b->r->lines, role);
  if (first) put_string(b, key, joined(b->r, first, role), text_place(b->r, first, first->text));
}

static void put_image(building *b, const text_image *image) {
  b->r->host->field_map(b->out, image->at);
  put_string(b, "alt", image->alt, image->at);
  put_string(b, "caption", image->caption, image->at);
  put_string(b, "credit", image->credit, image->at);
  b->r->host->field_end(b->out);
}

static void put_images(building *b) {
  text_reading *r = b->r;
  if (!r->image_count || r->own_image) return;
  for (size_t i = 0; i < r->image_count; i++)
    text_ask(r, r->images[i].at, "text_image_no_file", (notis_str){0}, (notis_str){0});
  r->host->field_key(b->out, text_of("image"), r->images[0].at);
  put_image(b, &r->images[0]);
  if (r->image_count == 1) return;
  r->host->field_key(b->out, text_of("more_images"), r->images[1].at);
  r->host->field_list(b->out, r->images[1].at);
  for (size_t i = 1; i < r->image_count; i++) put_image(b, &r->images[i]);
  r->host->field_end(b->out);
}

static notis_str name_of_link(const text_lost *lost) {
  return lost->text.len ? lost->text : lost->note;
}

static void put_link(building *b, const text_line *line, const text_lost *lost, bool first) {
  text_reading *r = b->r;
  notis_str text = name_of_link(lost);
  notis_place at = text_place(r, line, text);
  text_ask(r, at, "text_link_lost", text, (notis_str){0});
  if (first) {
    r->host->field_key(b->out, text_of("links"), at);
    r->host->field_list(b->out, at);
  }
  r->host->field_map(b->out, at);
  put_string(b, "text", text, at);
  r->host->field_end(b->out);
}

static notis_str after(notis_str whole, notis_str part) {
  const char *end = part.ptr + part.len;
  return (notis_str){end, (size_t)(whole.ptr + whole.len - end)};
}

static void put_links(building *b) {
  bool first = true;
  text_lost lost;
  for (text_line *l = b->r->lines; !b->r->own_links && (l = next_of(b->r, l, TEXT_BODY)); l++)
    for (notis_str rest = l->text; text_find_lost(b->r->source, rest, &lost); rest = after(rest, lost.note)) {
      put_link(b, l, &lost, first);
      first = false;
    }
  if (!first) b->r->host->field_end(b->out);
}

/* ---- body ---- */

static void put_text(building *b, const text_line *line, notis_str text) {
  if (!text.len) return;
  notis_place at = line ? text_place(b->r, line, text) : (notis_place){0};
  notis_node_info info = {.size = sizeof info, .type = NOTIS_NODE_TEXT, .text = text, .at = at};
  if (b->r->host->node_open(b->out, &info) == NOTIS_OK) b->r->host->node_close(b->out);
}

static void put_span(building *b, const text_line *line, const char *class, notis_str text) {
  notis_node_info info = {.size = sizeof info, .type = NOTIS_NODE_SPAN, .at = text_place(b->r, line, text)};
  if (!text.len || b->r->host->node_open(b->out, &info) != NOTIS_OK) return;
  b->r->host->node_attribute(b->out, text_of("class"), text_of(class));
  put_text(b, line, text);
  b->r->host->node_close(b->out);
}

/* All words stay; those of a lost link are marked, and parted from their neighbour by a space. */
static void put_line(building *b, const text_line *line) {
  text_lost lost;
  notis_str rest = line->text;
  for (; text_find_lost(b->r->source, rest, &lost); rest = after(rest, lost.note)) {
    const char *from = lost.text.len ? lost.text.ptr : lost.note.ptr;
    put_text(b, line, text_until(rest, (size_t)(from - rest.ptr)));
    put_span(b, line, "lost-link", lost.text);
    const char *end = lost.text.ptr + lost.text.len;
    if (lost.text.len) put_text(b, line, (notis_str){end, (size_t)(lost.note.ptr - end)});
    if (lost.fused) put_text(b, NULL, text_of(" "));
    put_span(b, line, "lost-link-note", lost.note);
  }
  put_text(b, line, rest);
}

static void put_body(building *b) {
  const notis_services *host = b->r->host;
  const text_line *end = b->r->lines + b->r->count;
  for (text_line *l = b->r->lines; (l = next_of(b->r, l, TEXT_BODY));) {
    notis_node_info paragraph = {
        .size = sizeof paragraph, .type = NOTIS_NODE_PARAGRAPH, .at = text_place(b->r, l, l->text)};
    notis_node_info line_break = {.size = sizeof line_break, .type = NOTIS_NODE_LINE_BREAK};
    if (host->node_open(b->out, &paragraph) != NOTIS_OK) return;
    for (text_line *first = l; l < end && l->role == TEXT_BODY; l++) {
      if (l > first && host->node_open(b->out, &line_break) == NOTIS_OK) host->node_close(b->out);
      put_line(b, l);
    }
    host->node_close(b->out);
  }
}

void text_build(text_reading *r, notis_builder *builder) {
  building b = {r, builder};
  put_string(&b, "kicker", r->kicker, r->kicker_at);
  put_lines(&b, "title", TEXT_TITLE);
  put_string(&b, "date", r->date, r->date_at);
  put_string(&b, "updated", r->updated, r->updated_at);
  put_lines(&b, "lead", TEXT_LEAD);
  put_images(&b);
  put_links(&b);
  put_body(&b);
}
