/* Slugs and normal forms: what of Unicode is the same in every language. */
#include "text/locale_parts.h"

#include <pthread.h>

#include <unicode/unorm2.h>
#include <unicode/utrans.h>

/* Opening this takes milliseconds, so it is done once in the life of the process, by whoever first needs it. It never
 * changes after that, and ICU lets several threads use it. */
static pthread_once_t transliterator_once = PTHREAD_ONCE_INIT;
static UTransliterator *transliterator;

static void open_transliterator(void) {
  static const char ascii[] = "NFC; Any-Latin; Latin-ASCII; Lower";
  UChar id[sizeof ascii];
  for (size_t i = 0; i < sizeof ascii; i++) id[i] = (UChar)ascii[i];
  UErrorCode status = U_ZERO_ERROR;
  transliterator = utrans_openU(id, (int32_t)sizeof ascii - 1, UTRANS_FORWARD, NULL, 0, NULL, &status);
  if (U_FAILURE(status)) transliterator = NULL;
}

/* Adds letters and digits of ASCII; everything else becomes one hyphen between them, but an apostrophe nothing. */
static void put_ascii(nt_str text, size_t start, nt_buf *out) {
  bool gap = false;
  for (size_t i = 0; text.ptr && i < text.len; i++) {
    char c = text.ptr[i];
    if (c >= 'A' && c <= 'Z') c = (char)(c - 'A' + 'a');
    if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) {
      if (gap && out->len > start) nt_buf_byte(out, '-');
      nt_buf_byte(out, c);
      gap = false;
    } else if (c != '\'') {
      gap = true;
    }
  }
}

static bool is_ascii(nt_str text) {
  for (size_t i = 0; text.ptr && i < text.len; i++)
    if ((unsigned char)text.ptr[i] >= 0x80) return false;
  return true;
}

/* Swedish letters (and é and ü) without ICU; false if there is any other. */
static bool put_swedish(nt_str text, nt_buf *out) {
  static const char letters[] = "\xA5"
                                "a\x85"
                                "a\xA4"
                                "a\x84"
                                "a\xB6"
                                "o\x96"
                                "o\xA9"
                                "e\x89"
                                "e\xBC"
                                "u\x9C"
                                "u";
  for (size_t i = 0; i < text.len; i++) {
    unsigned char c = (unsigned char)text.ptr[i];
    if (c < 0x80) {
      nt_buf_byte(out, (char)c);
      continue;
    }
    const char *found = c == 0xC3 && i + 1 < text.len ? strchr(letters, text.ptr[i + 1]) : NULL;
    if (!found || (unsigned char)*found < 0x80) return false;
    nt_buf_byte(out, found[1]);
    i++;
  }
  return true;
}

/* Letters of any script in ASCII, as far as ICU can. */
static void put_transliterated(nt_str text, nt_buf *out) {
  pthread_once(&transliterator_once, open_transliterator);
  nt_utf16 from, to;
  nt_utf16_init(&to, 0);
  if (transliterator && nt_utf16_from(&from, text)) {
    int32_t room = from.len * 8 + 32, limit = from.len;
    nt_utf16_init(&to, room);
    memcpy(to.ptr, from.ptr, (size_t)from.len * sizeof(UChar));
    to.len = from.len;
    UErrorCode status = U_ZERO_ERROR;
    utrans_transUChars(transliterator, to.ptr, &to.len, room, 0, &limit, &status);
    if (U_SUCCESS(status)) nt_utf16_put(to.ptr, to.len, out);
    nt_utf16_deinit(&from);
  }
  nt_utf16_deinit(&to);
}

void nt_slug(nt_str text, nt_buf *out) {
  enum { LONGEST = 4096 }; /* no title is longer, and transliteration is slow */
  size_t start = out->len;
  text = nt_str_sub(text, 0, LONGEST);
  if (is_ascii(text)) {
    put_ascii(text, start, out);
    return;
  }
  nt_buf ascii = {0};
  if (!put_swedish(text, &ascii)) {
    nt_buf_clear(&ascii);
    put_transliterated(text, &ascii);
  }
  put_ascii(nt_buf_str(&ascii), start, out);
  nt_buf_deinit(&ascii);
}

/* Every character below U+0300 is its own normal form and composes with none before it. */
static bool is_surely_nfc(nt_str text) {
  for (size_t i = 0; i < text.len; i++)
    if ((unsigned char)text.ptr[i] >= 0xCC) return false;
  return true;
}

static bool put_normalized(nt_str text, nt_buf *out) {
  UErrorCode status = U_ZERO_ERROR;
  const UNormalizer2 *nfc = unorm2_getNFCInstance(&status);
  nt_utf16 from, to;
  bool good = nt_utf16_from(&from, text) && U_SUCCESS(status);
  nt_utf16_init(&to, good ? from.len * 3 + 1 : 0); /* NFC is at most three times as long (UAX 15) */
  if (good) {
    to.len = unorm2_normalize(nfc, from.ptr, from.len, to.ptr, to.cap, &status);
    good = U_SUCCESS(status);
    if (good) nt_utf16_put(to.ptr, to.len, out);
  }
  nt_utf16_deinit(&from);
  nt_utf16_deinit(&to);
  return good;
}

/* What is no UTF-8 has no normal form and stays as it is, so that a file name still names its file. */
void nt_nfc(nt_str text, nt_buf *out) {
  if (is_surely_nfc(text) || nt_utf8_check(text) != text.len || !put_normalized(text, out)) nt_buf_put(out, text);
}

nt_str nt_nfc_copy(nt_str text, nt_arena *arena) {
  nt_buf out = {0};
  nt_nfc(text, &out);
  nt_str kept = nt_arena_str(arena, nt_buf_str(&out));
  nt_buf_deinit(&out);
  return kept;
}
