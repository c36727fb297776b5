/* The expected href escapes are what the CommonMark specification's examples 490-504 and cmark's own table say;
 * entities are those of HTML; components follow RFC 3986, 2.3. */
#include "support.h"
#include "text/escape.h"

typedef void escaper(nt_str, nt_buf *);

static void check(escaper *escape, nt_str text, const char *expected) {
  nt_buf out = {0};
  escape(text, &out);
  nt_buf_byte(&out, '\0');
  assert_string_equal(out.ptr, expected);
  nt_buf_deinit(&out);
}

static void html(void **state) {
  check(nt_escape_html, NT_STR("a < b & \"c\" > 'd'"), "a &lt; b &amp; &quot;c&quot; &gt; 'd'");
  check(nt_escape_html, NT_STR(""), "");
  check(nt_escape_html, NT_STR("räksmörgås"), "räksmörgås");
  check(nt_escape_html, NT_STR("&amp;"), "&amp;amp;");
  check(nt_escape_html, NT_STR("<"), "&lt;");
}

static void attribute(void **state) {
  check(nt_escape_attribute, NT_STR("it's <\"x\">&"), "it&#39;s &lt;&quot;x&quot;&gt;&amp;");
}

/* Texts are searched several bytes at a time: every byte is found wherever it stands, and no other is taken for it. */
static void any_place(void **state) {
  for (unsigned byte = 1; byte < 256; byte++)
    for (size_t at = 0; at < 40; at++) {
      char text[] = "abcdefghijklmnopqrstABCDEFGHIJKLMNOPQRST", as_is[2] = {(char)byte}, expected[64];
      const char *entity = byte == '&'   ? "&amp;"
                           : byte == '<' ? "&lt;"
                           : byte == '>' ? "&gt;"
                           : byte == '"' ? "&quot;"
                                         : as_is;
      text[at] = (char)byte;
      snprintf(expected, sizeof expected, "%.*s%s%s", (int)at, text, entity, text + at + 1);
      check(nt_escape_html, nt_str_c(text), expected);
      if (byte == '\'') snprintf(expected, sizeof expected, "%.*s&#39;%s", (int)at, text, text + at + 1);
      check(nt_escape_attribute, nt_str_c(text), expected);
    }
}

static void href(void **state) {
  check(nt_escape_href, NT_STR("/url\xC2\xA0\"title\""), "/url%C2%A0%22title%22");
  check(nt_escape_href, NT_STR("foo%20b\xC3\xA4"), "foo%20b%C3%A4");
  check(nt_escape_href, NT_STR("http://example.com?foo=3#frag&a='b'"),
        "http://example.com?foo=3#frag&amp;a=&#x27;b&#x27;");
  check(nt_escape_href, NT_STR("a\\[b]^`{|}~ <>"), "a%5C%5Bb%5D%5E%60%7B%7C%7D~%20%3C%3E");
  check(nt_escape_href, NT_STR("x%41%zz å&'+,;=:@!$*()#/?"), "x%41%zz%20%C3%A5&amp;&#x27;+,;=:@!$*()#/?");
}

static void component(void **state) {
  check(nt_escape_component, NT_STR("AZaz09-._~"), "AZaz09-._~");
  check(nt_escape_component, NT_STR("a b/c?d&e=å%"), "a%20b%2Fc%3Fd%26e%3D%C3%A5%25");
  check(nt_escape_component, nt_str_n("\0\xff", 2), "%00%FF");
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(html), cmocka_unit_test(attribute), cmocka_unit_test(any_place),
                                     cmocka_unit_test(href), cmocka_unit_test(component)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
