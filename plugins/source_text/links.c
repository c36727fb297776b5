/* Links that lost their address when the text was copied: "…på Analysportal Norrdirektlänk till rapporten". What the
 * link was called stands before the phrase, in words that begin with capitals; the phrase was not meant to be seen. */
#include "text.h"

static bool is_end(uint32_t c) {
  return c == '.' || c == ',' || c == ';' || c == ')';
}

/* The end of what the phrase says: a mark, or the end of the line. */
static size_t end_of_note(notis_str s, size_t at) {
  for (size_t end = at; at < s.len; end = at)
    if (is_end(text_next(s, &at))) return end;
  return s.len;
}

/* The words before `end` that begin with capitals; `end` if there are none. */
static size_t start_of_text(notis_str s, size_t end) {
  size_t start = end, word = end;
  bool inside = false;
  for (size_t at = 0, here = 0; at < end; here = at) {
    uint32_t c = text_next(s, &at);
    bool space = text_is_space(c);
    if (!space && !inside) {
      word = here;
      if (!text_is_upper(c))
        start = end;
      else if (start == end)
        start = word;
    }
    if (is_end(c)) start = end;
    inside = !space;
  }
  return start;
}

bool text_find_lost(const text_source *source, notis_str text, text_lost *out) {
  for (size_t at = 0; at < text.len;) {
    size_t here = at;
    text_next(text, &at);
    if (!text_match_any(&source->lists[TEXT_LOST_LINKS], text_from(text, here), true)) continue;
    notis_str before = text_trim(text_until(text, here));
    size_t end = before.len ? (size_t)(before.ptr + before.len - text.ptr) : 0, start = start_of_text(text, end);
    out->text = (notis_str){text.ptr + start, end - start};
    out->note = text_trim((notis_str){text.ptr + here, end_of_note(text, here) - here});
    out->fused = end == here && here > 0;
    return true;
  }
  return false;
}
